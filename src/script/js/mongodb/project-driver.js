// SPDX-License-Identifier: Apache-2.0
// Which driver the project was written for: the one that is installed, else the one that its
// package.json asks for.
'use strict';

const { stat, read, root } = binding('source');

const FILE = 1;
const OURS = 7;

function readJson(path) {
  if (stat(path) !== FILE) return null;
  try {
    return JSON.parse(read(path));
  } catch {
    return null; // whoever requires something says what is wrong with it
  }
}

// "^5.9.0", "~3.6", "4.x", ">=4 <6", "npm:mongodb@5": the first number; what has none is the newest.
function majorOf(range) {
  const found = /(?:^|[^\d.])(\d+)(?:\.|$|\s|x|-)/.exec(` ${String(range).replace(/^npm:.*@/, '')} `);
  return found ? Number(found[1]) : OURS;
}

function find() {
  const installed = readJson(`${root}/node_modules/mongodb/package.json`);
  if (installed?.name === 'mongodb' && installed.version) return majorOf(installed.version);
  const own = readJson(`${root}/package.json`);
  const range = own?.dependencies?.mongodb ?? own?.devDependencies?.mongodb ?? own?.peerDependencies?.mongodb;
  return range === undefined ? OURS : majorOf(range);
}

let major;

// 3, 4, ... 7; 7 where nothing is said.
function driverMajor() {
  major ??= find();
  return major;
}

module.exports = { driverMajor, majorOf };

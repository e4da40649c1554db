// SPDX-License-Identifier: Apache-2.0
// `paths` and `baseUrl` of the tsconfig.json that a TypeScript file belongs to.
'use strict';

const { dirname, isInside, join } = require('internal/paths');
const { stat, read } = binding('source');

const FILE = 1;
const EXTENDS_MAX = 16;

const configs = new Map();

// JSON with comments and commas too many, as tsconfig.json may have it. A string is skipped whole.
function parseLoose(text) {
  const bare = text.replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[^]*?\*\//g, (all, string) => string ?? ' ');
  return JSON.parse(bare.replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (all, string) => string ?? ' '));
}

function readOne(path) {
  try {
    return parseLoose(read(path)) ?? {};
  } catch (error) {
    throw Object.assign(new SyntaxError(`Error parsing '${path}': ${error.message}`), { fileName: path });
  }
}

// "./base", "../base.json", or the file of a package.
function pathOfBase(name, folder) {
  const places = [];
  if (/^(\.|\/)/.test(name)) places.push(join(folder, name));
  else for (let at = folder; ; at = dirname(at)) {
    places.push(join(at, 'node_modules/' + name));
    if (at === '/') break;
  }
  for (const place of places) {
    for (const path of [place, place + '.json', place + '/tsconfig.json']) if (stat(path) === FILE) return path;
  }
  return null;
}

// What is set where: paths count from the file that has them.
function collect(path, depth) {
  const { extends: bases = [], compilerOptions } = readOne(path);
  const folder = dirname(path);
  let found = {};
  for (const name of depth < EXTENDS_MAX ? [bases].flat() : []) {
    const base = typeof name === 'string' ? pathOfBase(name, folder) : null;
    if (base) found = { ...found, ...collect(base, depth + 1) };
  }
  if (typeof compilerOptions?.baseUrl === 'string') found.baseUrl = join(folder, compilerOptions.baseUrl);
  if (compilerOptions?.paths && typeof compilerOptions.paths === 'object') {
    found.paths = compilerOptions.paths;
    found.pathsFrom = folder;
  }
  return found;
}

// The nearest tsconfig.json at or above the folder, up to the project's; or null.
function configOf(folder, root) {
  if (configs.has(folder)) return configs.get(folder);
  const path = join(folder, 'tsconfig.json');
  let found = null;
  if (stat(path) === FILE) found = collect(path, 0);
  else if (folder !== '/' && folder !== root && isInside(folder, root)) found = configOf(dirname(folder), root);
  configs.set(folder, found);
  return found;
}

// The longest pattern that a name matches, and what its star stands for.
function matchPattern(paths, name) {
  let best = null;
  for (const pattern of Object.keys(paths)) {
    const star = pattern.indexOf('*');
    if (star < 0) {
      if (pattern === name) return { pattern, rest: '' };
      continue;
    }
    const tail = pattern.slice(star + 1);
    const fits = name.length >= pattern.length - 1 && name.startsWith(pattern.slice(0, star)) && name.endsWith(tail);
    if (fits && (best === null || star > best.star)) best = { pattern, star, rest: name.slice(star, name.length - tail.length) };
  }
  return best;
}

// Where `paths` say that a name may be, in order.
function mappedPlaces(name, parent, root) {
  const config = configOf(dirname(parent), root);
  const match = config?.paths && matchPattern(config.paths, name);
  if (!match) return [];
  const from = config.baseUrl ?? config.pathsFrom;
  return [config.paths[match.pattern]].flat().map((target) => join(from, String(target).replace('*', () => match.rest)));
}

// Where it is below `baseUrl`; or null.
function basePlace(name, parent, root) {
  const base = configOf(dirname(parent), root)?.baseUrl;
  return base ? join(base, name) : null;
}

module.exports = { basePlace, mappedPlaces };

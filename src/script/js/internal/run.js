// SPDX-License-Identifier: Apache-2.0
// Calls what a file exports. Answers promises; the C side waits for them.
'use strict';

const calls = require('internal/calls');
const { loadTop } = require('internal/loader');

// Lists of commands, which are read and not run: internal/declarative.
const isDeclarative = (path) => /\.(up|down)\.json$/.test(path);

let loaded;

async function load(path) {
  if (isDeclarative(path)) loaded = require('internal/declarative').load(path);
  else if (binding('child').isWanted) loaded = await require('internal/node').load(path);
  else loaded = await loadTop(path);
  return calls.factsOf(loaded);
}

const takesCallback = (name) => calls.takesCallback(loaded, name);
const call = (name, db, client) => calls.call(loaded, name, db, client);

async function readConfig(path) {
  const exported = await loadTop(path);
  const config = await (exported?.default ?? exported);
  if (config === null || typeof config !== 'object' || Array.isArray(config)) {
    throw new TypeError('a configuration file must export an object, or a promise of one');
  }
  require('internal/environment').publish();
  return config;
}

module.exports = { load, call, takesCallback, readConfig };

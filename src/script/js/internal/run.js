// SPDX-License-Identifier: Apache-2.0
// Calls what a file exports. Answers promises; the C side waits for them.
'use strict';

const { loadTop } = require('internal/loader');

// Lists of commands, which are read and not run: internal/declarative.
const isDeclarative = (path) => /\.(up|down)\.json$/.test(path);

let loaded;

// `module.default ?? module`, as migrate-mongo has it; the other one where it lacks the function.
function objectOf(name) {
  const preferred = loaded?.default ?? loaded;
  if (typeof preferred?.[name] !== 'function' && typeof loaded?.[name] === 'function') return loaded;
  return preferred;
}

function textOf(value) {
  if (value === undefined || value === null) return null;
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : String(value);
}

async function load(path) {
  loaded = isDeclarative(path) ? require('internal/declarative').load(path) : await loadTop(path);
  const facts = loaded?.default ?? loaded;
  const has = (name) => typeof objectOf(name)?.[name] === 'function';
  return {
    id: textOf(facts?.id),
    description: textOf(facts?.description),
    author: textOf(facts?.author),
    createdAt: textOf(facts?.createdAt),
    hasUp: has('up'),
    hasDown: has('down'),
    hasValidate: has('validate'),
  };
}

function isThenable(value) {
  return value !== null && (typeof value === 'object' || typeof value === 'function') && typeof value.then === 'function';
}

// up(db, client, next): settled by the callback, or by the promise of an async function that has the
// parameter and does not need it.
function callWithCallback(method, object, args) {
  return new Promise((resolve, reject) => {
    const next = (error) => (error ? reject(error) : resolve());
    const answer = Reflect.apply(method, object, [...args, next]);
    if (isThenable(answer)) answer.then(resolve, reject);
  });
}

function takesCallback(name) {
  return name !== 'validate' && objectOf(name)?.[name]?.length === 3;
}

async function call(name, db, client) {
  const object = objectOf(name);
  const method = object?.[name];
  if (typeof method !== 'function') throw new TypeError(`migration.${name} is not a function`);
  if (takesCallback(name)) return callWithCallback(method, object, [db, client]);
  return Reflect.apply(method, object, [db, client]);
}

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

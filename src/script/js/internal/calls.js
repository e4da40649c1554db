// SPDX-License-Identifier: Apache-2.0
// What a loaded migration says of itself, and how its functions are called. Node runs this as well
// (node/child.js).
'use strict';

// `module.default ?? module`, as migrate-mongo has it; the other one where it lacks the function.
function objectOf(loaded, name) {
  const preferred = loaded?.default ?? loaded;
  if (typeof preferred?.[name] !== 'function' && typeof loaded?.[name] === 'function') return loaded;
  return preferred;
}

function textOf(value) {
  if (value === undefined || value === null) return null;
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : String(value);
}

function factsOf(loaded) {
  const facts = loaded?.default ?? loaded;
  const has = (name) => typeof objectOf(loaded, name)?.[name] === 'function';
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

function takesCallback(loaded, name) {
  return name !== 'validate' && objectOf(loaded, name)?.[name]?.length === 3;
}

async function call(loaded, name, db, client) {
  const object = objectOf(loaded, name);
  const method = object?.[name];
  if (typeof method !== 'function') throw new TypeError(`migration.${name} is not a function`);
  if (takesCallback(loaded, name)) return callWithCallback(method, object, [db, client]);
  return Reflect.apply(method, object, [db, client]);
}

module.exports = { call, factsOf, takesCallback };

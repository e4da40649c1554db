// SPDX-License-Identifier: Apache-2.0
// The few assertions that the files beside use; they run in godwit and in Node.
'use strict';

function show(value) {
  return JSON.stringify(value, (key, item) => {
    if (typeof item === 'bigint') return `${item}n`;
    if (item === undefined) return '(undefined)';
    if (item instanceof Map) return { map: [...item] };
    if (item instanceof RegExp) return String(item);
    if (Object.is(item, -0)) return '-0';
    if (typeof item === 'number' && !Number.isFinite(item)) return String(item);
    return item;
  });
}

function fail(message) {
  throw new Error(message);
}

function same(found, wanted, what = '') {
  if (show(found) !== show(wanted)) fail(`${what} found ${show(found)}, wanted ${show(wanted)}`);
}

function ok(value, what) {
  if (!value) fail(`${what}: found ${show(value)}`);
}

// The error that `action` throws or rejects with; `wanted` names fields that it has to have.
async function throws(action, wanted = {}) {
  let error;
  try {
    await action();
  } catch (thrown) {
    error = thrown;
  }
  if (error === undefined) fail(`nothing was thrown, wanted ${show(wanted)}`);
  for (const [name, value] of Object.entries(wanted)) {
    const found = error[name];
    const isFine = value instanceof RegExp ? value.test(found) : show(found) === show(value);
    if (!isFine) fail(`error.${name}: found ${show(found)}, wanted ${value instanceof RegExp ? value : show(value)}; ${error}`);
  }
  return error;
}

module.exports = { fail, ok, same, show, throws };

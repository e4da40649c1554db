// SPDX-License-Identifier: Apache-2.0
// The environment variables as scripts see them: a copy. Only a configuration file's changes go
// further: what its dotenv read is there for the migrations, too, as it is in migrate-mongo.
'use strict';

const native = binding('process');

const initial = native.environment();

function textOf(key, value) {
  if (typeof value === 'symbol') throw new TypeError('Cannot convert a Symbol value to a string');
  return String(value);
}

// In Node's env everything is text, too.
const env = new Proxy({ ...initial }, {
  set: (target, key, value) => Reflect.set(target, key, typeof key === 'symbol' ? value : textOf(key, value)),
  defineProperty: (target, key, description) => Reflect.defineProperty(target, key,
    'value' in description ? { ...description, value: textOf(key, description.value) } : description),
});

function publish() {
  for (const [key, value] of Object.entries(env)) {
    if (initial[key] !== value) native.setVariable(key, value);
  }
}

module.exports = { env, publish };

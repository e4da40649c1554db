// SPDX-License-Identifier: Apache-2.0
// Index specifications in all forms that the driver takes.
'use strict';

const VALID_OPTIONS = new Set([
  'background', 'unique', 'name', 'partialFilterExpression', 'sparse', 'hidden', 'expireAfterSeconds',
  'storageEngine', 'collation', 'version', 'weights', 'default_language', 'language_override', 'textIndexVersion',
  '2dsphereIndexVersion', 'bits', 'min', 'max', 'bucketSize', 'wildcardProjection',
]);
const SENT_AS = { version: 'v' };
const DIRECTIONS = new Set(['2d', '2dsphere', 'text', 'geoHaystack']);

function isTuple(spec) {
  return Array.isArray(spec) && spec.length === 2 && (typeof spec[1] === 'number' || DIRECTIONS.has(spec[1]));
}

// 'a', ['a', -1], {a: 1}, a Map, or an array of these.
function keysOf(spec) {
  const keys = new Map();
  for (const part of !Array.isArray(spec) || isTuple(spec) ? [spec] : spec) {
    if (typeof part === 'string') keys.set(part, 1);
    else if (Array.isArray(part)) keys.set(part[0], part[1] ?? 1);
    else if (part != null && typeof part === 'object') {
      for (const [name, value] of part instanceof Map ? part : Object.entries(part)) keys.set(name, value);
    }
  }
  return keys;
}

function describe(index, allowUnknown = false) {
  const key = index.key instanceof Map ? index.key : new Map(Object.entries(index.key));
  const options = {};
  for (const [name, value] of Object.entries(index)) {
    if (name !== 'key' && (allowUnknown || VALID_OPTIONS.has(name))) options[SENT_AS[name] ?? name] = value;
  }
  return { ...options, name: index.name ?? Array.from(key).flat().join('_'), key };
}

module.exports = { describe, keysOf };

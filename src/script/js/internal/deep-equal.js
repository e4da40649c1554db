// SPDX-License-Identifier: Apache-2.0
// Whether two values are the same inside and out, as assert.deepStrictEqual and
// util.isDeepStrictEqual see it; and the loose kind of assert.deepEqual.
'use strict';

const { classOf } = binding('util');

const same = (a, b, isStrict) => (isStrict ? Object.is(a, b) : a == b || (a !== a && b !== b)); // eslint-disable-line eqeqeq

const BOXES = new Set(['Number', 'String', 'Boolean', 'BigInt', 'Symbol']);

function sameInside(a, b, kind) {
  if (kind === 'Date') return Object.is(a.getTime(), b.getTime());
  if (kind === 'RegExp') return a.source === b.source && a.flags === b.flags && a.lastIndex === b.lastIndex;
  if (kind === 'Error') return a.message === b.message && a.name === b.name;
  if (BOXES.has(kind)) return Object.is(a.valueOf(), b.valueOf());
  return true;
}

function keysOf(value, isStrict) {
  if (!isStrict) return Object.keys(value);
  const isShown = (key) => Object.prototype.propertyIsEnumerable.call(value, key);
  return [...Object.keys(value), ...Object.getOwnPropertySymbols(value).filter(isShown)];
}

class Comparison {
  constructor(isStrict) {
    this.isStrict = isStrict;
    this.open = new Map(); // pairs that are being compared: taken for equal where they meet again
  }

  values(a, b) {
    if (same(a, b, this.isStrict)) return true;
    if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
    return this.objects(a, b);
  }

  objects(a, b) {
    const kind = classOf(a);
    if (kind !== classOf(b)) return false;
    if (this.isStrict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    if (this.open.get(a) === b) return true;
    if (!sameInside(a, b, kind)) return false;
    this.open.set(a, b);
    const isEqual = this.parts(a, b, kind);
    this.open.delete(a);
    return isEqual;
  }

  parts(a, b, kind) {
    if (kind === 'ArrayBuffer' && !this.bytes(new Uint8Array(a), new Uint8Array(b))) return false;
    if (ArrayBuffer.isView(a)) return this.bytes(a, b);
    if (kind === 'Array' && a.length !== b.length) return false;
    if (kind === 'Map' && !this.maps(a, b)) return false;
    if (kind === 'Set' && !this.sets(a, b)) return false;
    return this.fields(a, b);
  }

  bytes(a, b) {
    return a.length === b.length && a.every((each, at) => same(each, b[at], this.isStrict));
  }

  fields(a, b) {
    const [left, right] = [keysOf(a, this.isStrict), keysOf(b, this.isStrict)];
    return left.length === right.length && left.every((key) => Object.hasOwn(b, key) && this.values(a[key], b[key]));
  }

  maps(a, b) {
    if (a.size !== b.size) return false;
    const rest = new Set(b.keys());
    return [...a].every(([key, value]) => {
      const other = rest.has(key) ? [key] : [...rest].filter((each) => this.values(key, each));
      const found = other.find((each) => this.values(value, b.get(each)));
      return (found !== undefined || other.includes(undefined)) && rest.delete(found);
    });
  }

  sets(a, b) {
    if (a.size !== b.size) return false;
    const rest = new Set(b);
    return [...a].every((value) => {
      if (rest.delete(value)) return true;
      const found = [...rest].find((each) => this.values(value, each));
      return found !== undefined && rest.delete(found);
    });
  }
}

module.exports = {
  isDeepStrictEqual: (a, b) => new Comparison(true).values(a, b),
  isDeepLooselyEqual: (a, b) => new Comparison(false).values(a, b),
};

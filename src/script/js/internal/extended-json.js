// SPDX-License-Identifier: Apache-2.0
// Extended JSON as golang-migrate reads it: the order of keys counts, 1 is an int32, 1.0 a double, and a
// $operator of a query is none of its types.
'use strict';

// What stands alone in an object, or with these, is a value of BSON.
const WRAPPERS = {
  $binary: [], $code: ['$scope'], $date: [], $dbPointer: [], $maxKey: [], $minKey: [], $numberDecimal: [], $numberDouble: [],
  $numberInt: [], $numberLong: [], $oid: [], $regularExpression: [], $symbol: [], $timestamp: [], $undefined: [], $uuid: [],
};
const INT32 = 2 ** 31;
const DEPTH_MAX = 200;

function isWrapper(entries) {
  const [first] = entries.keys();
  const others = Object.hasOwn(WRAPPERS, first ?? '') ? WRAPPERS[first] : null;
  return others !== null && [...entries.keys()].every((key) => key === first || others.includes(key));
}

class Reader {
  constructor(text, path) {
    this.text = text;
    this.path = path;
    this.at = 0;
    this.depth = 0;
  }

  fail(message) {
    const before = this.text.slice(0, this.at).split('\n');
    throw Object.assign(new SyntaxError(message), {
      fileName: this.path, lineNumber: before.length, columnNumber: before.at(-1).length + 1,
    });
  }

  skipBlanks() {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? '')) this.at++;
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  expect(letter) {
    this.skipBlanks();
    if (this.text[this.at] !== letter) this.fail(`expected '${letter}'`);
    this.at++;
  }

  string() {
    const start = this.at;
    const raw = this.match(/"(?:[^"\\\u0000-\u001f]|\\.)*"/y);
    try {
      return JSON.parse(raw);
    } catch {
      this.at = start;
      return this.fail('expected a string');
    }
  }

  number() {
    const { Double, Int32, Long } = require('bson');
    const start = this.at;
    const raw = this.match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (raw === undefined) return this.fail('expected a value');
    if (/[.eE]/.test(raw)) return new Double(Number(raw));
    if (Math.abs(Number(raw)) < INT32 || Number(raw) === -INT32) return new Int32(Number(raw));
    if (BigInt.asIntN(64, BigInt(raw)) === BigInt(raw)) return Long.fromString(raw);
    this.at = start;
    return this.fail('the number is too large');
  }

  // Items up to `end`, with commas between them.
  list(end, item) {
    this.at++;
    if (++this.depth > DEPTH_MAX) this.fail('it is nested too deeply');
    this.skipBlanks();
    if (this.text[this.at] !== end) {
      for (;;) {
        item();
        this.skipBlanks();
        if (this.text[this.at] !== ',') break;
        this.at++;
      }
    }
    this.expect(end);
    this.depth--;
  }

  array() {
    const values = [];
    this.list(']', () => values.push(this.value()));
    return values;
  }

  object() {
    const start = this.at;
    const entries = new Map();
    this.list('}', () => {
      this.skipBlanks();
      const key = this.string();
      this.expect(':');
      entries.set(key, this.value());
    });
    if (!isWrapper(entries)) return entries;
    try {
      return require('bson').EJSON.parse(this.text.slice(start, this.at), { relaxed: false });
    } catch (error) {
      this.at = start;
      return this.fail(error.message);
    }
  }

  value() {
    this.skipBlanks();
    const letter = this.text[this.at];
    if (letter === '{') return this.object();
    if (letter === '[') return this.array();
    if (letter === '"') return this.string();
    const word = this.match(/true|false|null/y);
    return word === undefined ? this.number() : { true: true, false: false, null: null }[word];
  }

  whole() {
    const value = this.value();
    this.skipBlanks();
    if (this.at < this.text.length) this.fail('there is more behind the value');
    return value;
  }
}

// Objects are Maps, which keep the order of all keys.
function parse(text, path) {
  return new Reader(text, path).whole();
}

module.exports = { parse };

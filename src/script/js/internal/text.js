// SPDX-License-Identifier: Apache-2.0
// TextEncoder, TextDecoder and structuredClone.
'use strict';

const native = binding('text');
const { classOf } = binding('util');
const { coded } = require('internal/errors');

class TextEncoder {
  get encoding() {
    return 'utf-8';
  }

  encode(text = '') {
    const bytes = native.encode(String(text).toWellFormed());
    return bytes;
  }

  encodeInto(text, target) {
    let read = 0;
    let written = 0;
    for (const character of String(text)) {
      const bytes = this.encode(character);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
}

const LABELS = { 'utf-8': 'utf-8', utf8: 'utf-8', 'utf-16le': 'utf-16le', 'utf-16': 'utf-16le', ucs2: 'utf-16le',
  latin1: 'windows-1252', 'iso-8859-1': 'windows-1252', ascii: 'windows-1252', 'us-ascii': 'windows-1252' };
const BUFFER_NAMES = { 'utf-16le': 'utf16le', 'windows-1252': 'latin1' };

function viewOf(input) {
  if (input === undefined) return new Uint8Array(0);
  return ArrayBuffer.isView(input) ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength) : new Uint8Array(input);
}

// How many bytes at the end begin a character that is not complete.
function openEnd(bytes) {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? back : 0;
  }
  return 0;
}

class TextDecoder {
  #kept = new Uint8Array(0);
  #isFirst = true;

  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    const encoding = LABELS[String(label).trim().toLowerCase()];
    if (!encoding) throw coded(RangeError, 'ERR_ENCODING_NOT_SUPPORTED', `The "${label}" encoding is not supported`);
    Object.assign(this, { encoding, fatal, ignoreBOM });
  }

  #text(bytes) {
    const name = BUFFER_NAMES[this.encoding];
    if (name) return Buffer.from(bytes).toString(name);
    if (native.isUtf8(bytes)) return native.decode(bytes);
    if (this.fatal) {
      throw coded(TypeError, 'ERR_ENCODING_INVALID_ENCODED_DATA', `The encoded data was not valid for encoding ${this.encoding}`);
    }
    return Buffer.from(bytes).toString('utf8');
  }

  decode(input, { stream = false } = {}) {
    const fresh = viewOf(input);
    let bytes = fresh;
    if (this.#kept.length > 0) {
      bytes = new Uint8Array(this.#kept.length + fresh.length);
      bytes.set(this.#kept);
      bytes.set(fresh, this.#kept.length);
    }
    const open = stream && this.encoding === 'utf-8' ? openEnd(bytes) : 0;
    this.#kept = bytes.slice(bytes.length - open);
    let text = this.#text(bytes.subarray(0, bytes.length - open));
    if (this.#isFirst && !this.ignoreBOM && text.startsWith('\uFEFF')) text = text.slice(1);
    this.#isFirst = !stream;
    return text;
  }
}

function refuse(value) {
  const shown = typeof value === 'symbol' ? String(value) : typeof value === 'function' ? String(value) : '#<Object>';
  throw Object.assign(new Error(`${shown} could not be cloned.`), { name: 'DataCloneError', code: 25 });
}

const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

// What is made before its parts are copied, so that a part may be the whole again.
const EMPTY = {
  Map: () => new Map(),
  Set: () => new Set(),
  Array: (value) => new Array(value.length),
  Object: () => ({}),
};

const WHOLE = {
  Date: (value) => new Date(value.getTime()),
  RegExp: (value) => new RegExp(value.source, value.flags),
  ArrayBuffer: (value) => value.slice(0),
  Boolean: (value) => Object(Boolean.prototype.valueOf.call(value)),
  Number: (value) => Object(Number.prototype.valueOf.call(value)),
  String: (value) => Object(String.prototype.valueOf.call(value)),
  BigInt: (value) => Object(BigInt.prototype.valueOf.call(value)),
  Error(value) {
    const copy = new (ERRORS[value.name] ?? Error)(value.message);
    for (const key of ['stack', 'cause']) {
      if (Object.hasOwn(value, key)) Object.defineProperty(copy, key, { value: value[key], configurable: true, writable: true });
    }
    return copy;
  },
};

function copyView(value, seen) {
  const buffer = copyOf(value.buffer, seen);
  const Class = classOf(value) === 'DataView' ? DataView : globalThis[classOf(value)];
  return new Class(buffer, value.byteOffset, value.length ?? value.byteLength);
}

function fill(copy, value, kind, seen) {
  if (kind === 'Map') for (const [key, each] of value) copy.set(copyOf(key, seen), copyOf(each, seen));
  else if (kind === 'Set') for (const each of value) copy.add(copyOf(each, seen));
  else for (const key of Object.keys(value)) copy[key] = copyOf(value[key], seen);
  return copy;
}

function copyOf(value, seen) {
  if (typeof value === 'symbol' || typeof value === 'function') refuse(value);
  if (value === null || typeof value !== 'object') return value;
  if (seen.has(value)) return seen.get(value);
  const kind = classOf(value);
  if (ArrayBuffer.isView(value)) {
    const copy = copyView(value, seen);
    seen.set(value, copy);
    return copy;
  }
  if (!EMPTY[kind] && !WHOLE[kind]) refuse(value);
  const copy = (EMPTY[kind] ?? WHOLE[kind])(value);
  seen.set(value, copy);
  return EMPTY[kind] ? fill(copy, value, kind, seen) : copy;
}

function structuredClone(value) {
  if (arguments.length === 0) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "value" argument must be specified');
  return copyOf(value, new Map());
}

module.exports = { TextDecoder, TextEncoder, structuredClone };

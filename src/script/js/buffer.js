// SPDX-License-Identifier: Apache-2.0
// Buffer is the npm package's; what Node has beyond it is added here.
'use strict';

const npm = require('npm:buffer');
const { fillIn } = require('internal/not-here');

const { Buffer } = npm;
const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const SHOWN = 50;

Object.defineProperty(Buffer.prototype, CUSTOM, {
  configurable: true,
  writable: true,
  value(depth, options, inspect = require('internal/inspect').inspect) {
    const bytes = [...this.subarray(0, SHOWN)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const rest = this.length - SHOWN;
    const parts = [`${bytes}${rest > 0 ? ` ... ${rest} more byte${rest > 1 ? 's' : ''}` : ''}`];
    const extras = Object.keys(this).filter((key) => !/^\d+$/.test(key));
    if (extras.length > 0) {
      const object = Object.fromEntries(extras.map((key) => [key, this[key]]));
      parts.push(inspect(object, { ...options, breakLength: Infinity, compact: true }).slice(2, -2));
    }
    return `<${this.constructor.name} ${parts.filter(Boolean).join(', ')}>`;
  },
});

// The package is older than this encoding. Its decoder of base64 takes the other letters as well.
const { from } = Buffer;
const { toString } = Buffer.prototype;
const isUrl = (encoding) => typeof encoding === 'string' && encoding.toLowerCase() === 'base64url';

Buffer.from = function (value, encoding, length) {
  return from(value, isUrl(encoding) ? 'base64' : encoding, length);
};
Buffer.prototype.toString = function (encoding, start, end) {
  if (!isUrl(encoding)) return Reflect.apply(toString, this, arguments);
  const text = Reflect.apply(toString, this, ['base64', start, end]);
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
};

module.exports = fillIn({
  Buffer,
  SlowBuffer: npm.SlowBuffer,
  INSPECT_MAX_BYTES: SHOWN,
  atob: globalThis.atob,
  btoa: globalThis.btoa,
  constants: { MAX_LENGTH: npm.kMaxLength, MAX_STRING_LENGTH: 2 ** 30 - 1 },
  kMaxLength: npm.kMaxLength,
  kStringMaxLength: 2 ** 30 - 1,
}, 'buffer', 'transcode isUtf8 isAscii Blob resolveObjectURL File');

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

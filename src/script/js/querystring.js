// SPDX-License-Identifier: Apache-2.0
'use strict';

const { Buffer } = require('buffer');

// Bytes that are no UTF-8 stay readable instead of throwing.
function unescape(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    const bytes = String(text).replace(/%([0-9a-f]{2})/gi, (all, hex) => String.fromCharCode(parseInt(hex, 16)));
    return Buffer.from(bytes, 'latin1').toString('utf8');
  }
}

function escape(text) {
  return encodeURIComponent(typeof text === 'object' ? String(text) : text).replaceAll('%7E', '~');
}

const isPlain = (value) => ['string', 'boolean', 'bigint'].includes(typeof value) || Number.isFinite(value);

function stringify(object, separator = '&', equals = '=', options = {}) {
  const encode = options?.encodeURIComponent ?? module.exports.escape;
  if (object === null || typeof object !== 'object') return '';
  const shown = (value) => (isPlain(value) ? encode(String(value)) : '');
  return Object.entries(object)
    .flatMap(([key, value]) => (Array.isArray(value) ? value : [value]).map((each) => `${shown(key)}${equals}${shown(each)}`))
    .join(separator);
}

function parse(text, separator = '&', equals = '=', options = {}) {
  const { maxKeys = 1000, decodeURIComponent: decode = module.exports.unescape } = options;
  const found = Object.create(null);
  if (typeof text !== 'string' || text === '') return found;
  const parts = text.split(separator).filter((part) => part !== '');
  for (const part of maxKeys > 0 ? parts.slice(0, maxKeys) : parts) {
    const at = part.indexOf(equals);
    const [key, value] = (at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + equals.length)])
      .map((each) => decode(each.replaceAll('+', ' ')));
    if (!(key in found)) found[key] = value;
    else found[key] = [].concat(found[key], value);
  }
  return found;
}

module.exports = { decode: parse, encode: stringify, escape, parse, stringify, unescape };

// SPDX-License-Identifier: Apache-2.0
// How primitives look in util.inspect.
'use strict';

const NAMED = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 92: '\\\\' };
const UNSAFE = /[\x00-\x1f\\\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function escapeOne(character) {
  const code = character.charCodeAt(0);
  if (NAMED[code]) return NAMED[code];
  const hex = code.toString(16);
  return code < 256 ? `\\x${hex.toUpperCase().padStart(2, '0')}` : `\\u${hex}`;
}

// The quote that needs no escape, in the order ' " `.
function pickQuote(text) {
  if (!text.includes("'")) return "'";
  if (!text.includes('"')) return '"';
  return text.includes('`') || text.includes('${') ? "'" : '`';
}

function escape(text) {
  return text.replace(UNSAFE, escapeOne);
}

function quote(text) {
  const mark = pickQuote(text);
  const inside = escape(text);
  return mark + (mark === "'" ? inside.replaceAll("'", "\\'") : inside) + mark;
}

function groupDigits(text) {
  const [, sign, whole, rest] = /^(-?)(\d+)(.*)$/.exec(text) ?? [];
  if (whole === undefined || rest.includes('e')) return text;
  const left = whole.replace(/\B(?=(\d{3})+$)/g, '_');
  const right = rest.replace(/(\d{3})(?=\d)/g, '$1_');
  return sign + left + right;
}

function showNumber(number, withSeparators) {
  if (Object.is(number, -0)) return '-0';
  return withSeparators ? groupDigits(`${number}`) : `${number}`;
}

function showBigInt(number, withSeparators) {
  return (withSeparators ? groupDigits(`${number}`) : `${number}`) + 'n';
}

function more(count, what) {
  return `... ${count} more ${what}${count > 1 ? 's' : ''}`;
}

module.exports = { escape, quote, showNumber, showBigInt, more };

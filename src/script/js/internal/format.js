// SPDX-License-Identifier: Apache-2.0
// util.format: printf as console.log has it.
'use strict';

const { classOf, proxyOf } = binding('util');
const { inspect } = require('internal/inspect');
const { showNumber } = require('internal/quote');

// Whether String(value) would only say "[object Something]".
function hasBuiltInText(value) {
  let object = value;
  while (classOf(object) === 'Proxy') {
    const pair = proxyOf(object);
    if (pair === null) return true;
    object = pair[0];
  }
  if (typeof object.toString !== 'function') return true;
  if (Object.hasOwn(object, 'toString')) return false;
  let owner = object;
  while (!Object.hasOwn(owner, 'toString')) owner = Object.getPrototypeOf(owner);
  const { value: constructor } = Object.getOwnPropertyDescriptor(owner, 'constructor') ?? {};
  return typeof constructor === 'function' && globalThis[constructor.name] === constructor;
}

function showText(options, value) {
  if (typeof value === 'number') return showNumber(value, false);
  if (typeof value === 'bigint') return `${value}n`;
  const isObject = value !== null && typeof value === 'object';
  if (!isObject || !hasBuiltInText(value)) return String(value);
  return inspect(value, { ...options, depth: 0, colors: false, compact: 3 });
}

function showJson(value) {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (/circular/i.test(error.message)) return '[Circular]';
    throw error;
  }
}

function asNumber(value, convert) {
  if (typeof value === 'symbol') return 'NaN';
  if (typeof value === 'bigint' && convert !== parseFloat) return `${value}n`;
  return showNumber(convert(value), false);
}

const CONVERSIONS = {
  s: showText,
  d: (options, value) => asNumber(value, Number),
  i: (options, value) => asNumber(value, parseInt),
  f: (options, value) => asNumber(value, parseFloat),
  j: (options, value) => showJson(value),
  o: (options, value) => inspect(value, { ...options, showHidden: true, showProxy: true, depth: 4 }),
  O: (options, value) => inspect(value, options),
  c: () => '',
};

function formatWithOptions(options, ...args) {
  const [first] = args;
  if (args.length === 1) return typeof first === 'string' ? first : inspect(first, options);
  let used = 0;
  let text = '';
  if (typeof first === 'string') {
    used = 1;
    text = first.replace(/%([sdifjoOc%])/g, (whole, letter) => {
      if (letter === '%') return '%';
      return used < args.length ? CONVERSIONS[letter](options, args[used++]) : whole;
    });
  }
  const rest = args.slice(used).map((value) => (typeof value === 'string' ? value : inspect(value, options)));
  return [...(used > 0 ? [text] : []), ...rest].join(' ');
}

function format(...args) {
  return formatWithOptions(undefined, ...args);
}

module.exports = { format, formatWithOptions };

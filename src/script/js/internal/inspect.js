// SPDX-License-Identifier: Apache-2.0
// util.inspect: looks like Node's, because people compare and grep what their migrations print.
// What is special about each kind of object is in internal/inspect-kinds.
'use strict';

const { classOf, proxyOf } = binding('util');
const { escape, quote, showNumber, showBigInt, more } = require('internal/quote');
const { joinEntries } = require('internal/layout');
const { describe, prefixOf } = require('internal/inspect-kinds');

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const IDENTIFIER = /^[a-zA-Z_][a-zA-Z_0-9]*$/;
const SHORT_TEXT = 16;

const defaults = {
  showHidden: false, depth: 2, colors: false, customInspect: true, showProxy: false, maxArrayLength: 100,
  maxStringLength: 10000, breakLength: 80, compact: 3, sorted: false, getters: false, numericSeparator: false,
};

function showString(options, text) {
  let rest = '';
  let shown = text;
  if (text.length > options.maxStringLength) {
    rest = more(text.length - options.maxStringLength, 'character');
    shown = text.slice(0, options.maxStringLength);
  }
  const isLong = shown.length > SHORT_TEXT && shown.length > options.breakLength - options.indent - 4;
  if (options.compact === true || !isLong) return quote(shown) + rest;
  const lines = shown.split(/(?<=\n)/).map(quote);
  return lines.join(` +\n${' '.repeat(options.indent + 2)}`) + rest;
}

function showPrimitive(options, value) {
  switch (typeof value) {
    case 'string': return showString(options, value);
    case 'number': return showNumber(value, options.numericSeparator);
    case 'bigint': return showBigInt(value, options.numericSeparator);
    case 'symbol': return Symbol.prototype.toString.call(value);
    default: return `${value}`;
  }
}

// The nearest constructor in the chain of prototypes of which the object is an instance; null for an
// object without a prototype.
function constructorNameOf(options, value, level) {
  let first;
  for (let object = value; object !== null; ) {
    const { value: found } = Object.getOwnPropertyDescriptor(object, 'constructor') ?? {};
    if (typeof found === 'function' && found.name !== '' && isInstance(value, found)) return String(found.name);
    object = Object.getPrototypeOf(object);
    first ??= object;
  }
  if (first == null) return null;
  const kind = classOf(value);
  if (options.depth !== null && level > options.depth) return `${kind} <Complex prototype>`;
  const parent = constructorNameOf(options, first, level + 1);
  if (parent !== null) return `${kind} <${parent}>`;
  return `${kind} <${inspect(first, { ...userOptions(options), customInspect: false, depth: -1 })}>`;
}

function isInstance(value, constructor) {
  try {
    return value instanceof constructor;
  } catch {
    return false;
  }
}

function tagOf(options, value) {
  const tag = value[Symbol.toStringTag];
  if (typeof tag !== 'string' || tag === '') return '';
  const own = Object.getOwnPropertyDescriptor(value, Symbol.toStringTag);
  return own && (options.showHidden || own.enumerable) ? '' : tag;
}

function userOptions(options) {
  const { seen, circular, indent, deepest, user, ...rest } = options;
  return { ...rest, stylize: String, ...user };
}

// What the object itself wants to be shown as, or undefined.
function showCustom(options, value, target, level) {
  const custom = options.customInspect ? target[CUSTOM] : undefined;
  if (typeof custom !== 'function' || custom === inspect) return undefined;
  // A class's own prototype is no instance of it.
  const descriptor = Object.getOwnPropertyDescriptor(target, 'constructor');
  if (descriptor?.value?.prototype === target) return undefined;
  const depth = options.depth === null ? null : options.depth - level;
  const shown = custom.call(value, depth, userOptions(options), inspect);
  if (shown === value) return undefined;
  if (shown === null || typeof shown !== 'object') return `${shown}`.replaceAll('\n', `\n${' '.repeat(options.indent)}`);
  return showValue(options, shown, level);
}

function showProxy(options, [target, handler], level) {
  if (options.depth !== null && level > options.depth) return 'Proxy [Array]';
  options.indent += 2;
  const entries = [target, handler].map((part) => showValue(options, part, level + 1));
  options.indent -= 2;
  options.deepest = level + 1;
  return joinEntries(options, entries, { base: '', braces: ['Proxy [', ']'], isList: true }, level + 1);
}

function showValue(options, value, level, isBuffer = false) {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return showPrimitive(options, value);
  let target = value;
  while (classOf(target) === 'Proxy') {
    const pair = proxyOf(target);
    if (pair === null) return '<Revoked Proxy>';
    if (options.showProxy) return showProxy(options, pair, level);
    target = pair[0];
  }
  const shown = showCustom(options, value, target, level);
  if (shown !== undefined) return shown;
  if (options.seen.includes(target)) {
    options.circular ??= new Map();
    if (!options.circular.has(target)) options.circular.set(target, options.circular.size + 1);
    return `[Circular *${options.circular.get(target)}]`;
  }
  return showObject(options, target, level, isBuffer);
}

function keysOf(options, value, kind) {
  const names = options.showHidden ? Object.getOwnPropertyNames(value) : Object.keys(value);
  const symbols = Object.getOwnPropertySymbols(value);
  const shown = options.showHidden ? symbols : symbols.filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  return [...(kind.isList ? names.filter((key) => !isIndex(key)) : names), ...shown];
}

function isIndex(key) {
  return /^(0|[1-9]\d*)$/.test(key) && Number(key) < 2 ** 32 - 1;
}

function showObject(options, value, level, isBuffer) {
  const constructor = constructorNameOf(options, value, level);
  const tag = tagOf(options, value);
  const shape = describe(tools,
    { options, value, constructor, tag, level, isBuffer, keysOf: (kind) => keysOf(options, value, kind) });
  if (typeof shape === 'string') return shape;
  if (options.depth !== null && level > options.depth) {
    if (shape.plain !== undefined) return shape.plain;
    return `[${prefixOf(constructor, tag, 'Object').slice(0, -1)}]`;
  }
  options.seen.push(value);
  options.deepest = level + 1;
  const entries = [...shape.entries(level + 1),
    ...shape.keys.map((key) => showProperty(options, value, key, level + 1, shape.isList))];
  options.seen.pop();
  if (options.circular?.has(value)) addReference(options, shape, value);
  if (options.sorted) sortEntries(options, entries, shape);
  return joinEntries(options, entries, shape, level + 1, value);
}

function addReference(options, shape, value) {
  const reference = `<ref *${options.circular.get(value)}>`;
  if (options.compact === true) shape.braces[0] = `${reference} ${shape.braces[0]}`;
  else shape.base = shape.base === '' ? reference : `${reference} ${shape.base}`;
}

function sortEntries(options, entries, shape) {
  const order = options.sorted === true ? undefined : options.sorted;
  const from = shape.isList ? entries.length - shape.keys.length : 0;
  entries.splice(from, entries.length, ...entries.slice(from).sort(order));
}

function showGetter(options, value, descriptor, level) {
  const label = descriptor.set ? 'Getter/Setter' : 'Getter';
  const { getters } = options;
  const isWanted = getters === true || (getters === 'get' && !descriptor.set) || (getters === 'set' && descriptor.set);
  if (!isWanted) return `[${label}]`;
  try {
    const result = descriptor.get.call(value);
    options.indent += 2;
    const shown = showValue(options, result, level);
    options.indent -= 2;
    return result !== null && typeof result === 'object' ? `[${label}] ${shown}` : `[${label}: ${shown}]`;
  } catch (error) {
    return `[${label}: <Inspection threw (${error.message})>]`;
  }
}

function showDescribed(options, value, descriptor, level, isList) {
  if (descriptor.get) return showGetter(options, value, descriptor, level);
  if (descriptor.set) return '[Setter]';
  const step = options.compact !== true || isList ? 2 : 3;
  options.indent += step;
  const shown = showValue(options, descriptor.value, level);
  options.indent -= step;
  return shown;
}

function showKey(key, isEnumerable) {
  if (typeof key === 'symbol') return `[${escape(key.toString())}]`;
  if (key === '__proto__') return "['__proto__']";
  if (!isEnumerable) return `[${escape(key)}]`;
  return IDENTIFIER.test(key) ? key : quote(key);
}

function showProperty(options, value, key, level, isList) {
  const descriptor = Object.getOwnPropertyDescriptor(value, key) ?? { value: value[key], enumerable: true };
  const shown = showDescribed(options, value, descriptor, level, isList);
  // The compact style of old has a long value begin on a line of its own.
  const isApart = options.compact === true && !isList && descriptor.value !== undefined && shown.length > options.breakLength;
  return `${showKey(key, descriptor.enumerable)}:${isApart ? `\n${' '.repeat(options.indent + 3)}` : ' '}${shown}`;
}

// An element of an array, which may be a getter too.
function showElement(options, value, index, level) {
  return showDescribed(options, value, Object.getOwnPropertyDescriptor(value, index), level, true);
}

const tools = { showValue, showPrimitive, showElement };

function infinite(limit) {
  return limit === null ? Infinity : limit;
}

function contextOf(given) {
  const options = { ...defaults };
  for (const [key, value] of Object.entries(given ?? {})) {
    if (Object.hasOwn(defaults, key)) options[key] = value;
  }
  options.maxArrayLength = infinite(options.maxArrayLength);
  options.maxStringLength = infinite(options.maxStringLength);
  return Object.assign(options, { seen: [], circular: undefined, indent: 0, deepest: 0, user: given });
}

// inspect(value, options), or as it was long ago: inspect(value, showHidden, depth, colors).
function inspect(value, given, depth) {
  let options = given;
  if (typeof given === 'boolean') options = { showHidden: given };
  if (depth !== undefined && (typeof given !== 'object' || given === null)) options = { ...options, depth };
  return showValue(contextOf(options), value, 0);
}

inspect.custom = CUSTOM;
// Nothing is coloured: what is printed goes to logs and into the history.
inspect.colors = Object.create(null);
inspect.styles = Object.create(null);
Object.defineProperty(inspect, 'defaultOptions', {
  get: () => defaults,
  set(options) {
    if (options === null || typeof options !== 'object') throw new TypeError('The "options" argument must be of type object');
    Object.assign(defaults, options);
  },
});

module.exports = { inspect };

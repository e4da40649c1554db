// SPDX-License-Identifier: Apache-2.0
// What util.inspect knows of each kind of object: its braces, what it holds, and how it is named.
// A description is a text that says it all, or
//   { base, braces, keys, isList, entries(level), plain }
// where `plain` is what is shown beyond the depth, if not '[Name]'.
'use strict';

const { classOf, promiseOf } = binding('util');
const { quote, showNumber, showBigInt, more } = require('internal/quote');
const { showError } = require('internal/inspect-errors');

const TypedArray = Object.getPrototypeOf(Uint8Array);
const typedName = Object.getOwnPropertyDescriptor(TypedArray.prototype, Symbol.toStringTag).get;

function prefixOf(constructor, tag, fallback, size = '') {
  const name = constructor ?? `[${fallback}${size}: null prototype]`;
  const known = constructor ?? fallback;
  const counted = constructor === null ? name : `${name}${size}`;
  return tag !== '' && known !== tag ? `${counted} [${tag}] ` : `${counted} `;
}

function shapeOf(about, open, parts = {}) {
  const isList = parts.isList ?? false;
  return {
    base: '',
    braces: [open, open.endsWith('[') ? ']' : '}'],
    keys: parts.keys ?? about.keysOf({ isList }),
    isList,
    entries: () => [],
    ...parts,
  };
}

const hasNothing = (shape) => shape.keys.length === 0;

function limited(options, size, unit, show) {
  const count = Math.min(Math.max(0, options.maxArrayLength), size);
  const entries = [];
  for (let at = 0; at < count; at++) entries.push(show(at));
  if (size > count) entries.push(more(size - count, unit));
  return entries;
}

// Runs of holes count as one entry.
function elementsOf(tools, { options, value }, level) {
  const limit = Math.min(Math.max(0, options.maxArrayLength), value.length);
  const entries = [];
  let at = 0;
  while (at < value.length && entries.length < limit) {
    if (Object.hasOwn(value, at)) {
      entries.push(tools.showElement(options, value, at, level));
      at++;
      continue;
    }
    const from = at;
    while (at < value.length && !Object.hasOwn(value, at)) at++;
    entries.push(`<${at - from} empty item${at - from > 1 ? 's' : ''}>`);
  }
  if (at < value.length) entries.push(more(value.length - at, 'item'));
  return entries;
}

function describeArray(tools, about) {
  const { value, constructor, tag } = about;
  const prefix = constructor !== 'Array' || tag !== '' ? prefixOf(constructor, tag, 'Array', `(${value.length})`) : '';
  const shape = shapeOf(about, `${prefix}[`, { isList: true, entries: (level) => elementsOf(tools, about, level) });
  return value.length === 0 && hasNothing(shape) ? `${prefix}[]` : shape;
}

function describeTyped(tools, about) {
  const { options, value, constructor, tag } = about;
  const name = typedName.call(value);
  const prefix = prefixOf(constructor, tag, name, `(${value.length})`);
  const show = name.startsWith('Big') ? showBigInt : showNumber;
  const shape = shapeOf(about, `${prefix}[`, {
    isList: true,
    entries: () => limited(options, value.length, 'item', (at) => show(value[at], options.numericSeparator)),
  });
  return value.length === 0 && hasNothing(shape) ? `${prefix}[]` : shape;
}

function describeSet(tools, about) {
  const { options, value, constructor, tag } = about;
  const items = [...Set.prototype.values.call(value)];
  const prefix = prefixOf(constructor, tag, 'Set', `(${items.length})`);
  const shape = shapeOf(about, `${prefix}{`, {
    entries: (level) => indented(options, () =>
      limited(options, items.length, 'item', (at) => tools.showValue(options, items[at], level))),
  });
  return items.length === 0 && hasNothing(shape) ? `${prefix}{}` : shape;
}

function describeMap(tools, about) {
  const { options, value, constructor, tag } = about;
  const items = [...Map.prototype.entries.call(value)];
  const prefix = prefixOf(constructor, tag, 'Map', `(${items.length})`);
  const show = (level) => (at) => items[at].map((part) => tools.showValue(options, part, level)).join(' => ');
  const shape = shapeOf(about, `${prefix}{`, {
    entries: (level) => indented(options, () => limited(options, items.length, 'item', show(level))),
  });
  return items.length === 0 && hasNothing(shape) ? `${prefix}{}` : shape;
}

function indented(options, run) {
  options.indent += 2;
  const result = run();
  options.indent -= 2;
  return result;
}

// To look into an iterator would use it up.
function describeIterator(tools, about) {
  return shapeOf(about, `[${about.tag}] {`, { entries: () => ['<items unknown>'] });
}

function describeWeak(tools, about) {
  const open = `${prefixOf(about.constructor, about.tag, classOf(about.value))}{`;
  return shapeOf(about, open, { entries: () => ['<items unknown>'] });
}

function describePromise(tools, about) {
  const { options, value } = about;
  const [state, result] = promiseOf(value);
  const show = (level) => {
    if (state === 0) return ['<pending>'];
    const shown = indented(options, () => tools.showValue(options, result, level));
    return [state === 2 ? `<rejected> ${shown}` : shown];
  };
  return shapeOf(about, `${prefixOf(about.constructor, about.tag, 'Promise')}{`, { entries: show });
}

function describeBuffer(tools, about) {
  const { options, value } = about;
  const name = classOf(value);
  const prefix = prefixOf(about.constructor, about.tag, name);
  const contents = () => {
    const bytes = new Uint8Array(value).subarray(0, Math.min(Math.max(0, options.maxArrayLength), value.byteLength));
    const rest = value.byteLength - bytes.length;
    const text = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return `[Uint8Contents]: <${text}${rest > 0 ? ` ${more(rest, 'byte')}` : ''}>`;
  };
  if (about.isBuffer) return `${prefix}{ byteLength: ${value.byteLength} }`;
  return shapeOf(about, `${prefix}{`, { entries: () => [contents(), `byteLength: ${value.byteLength}`] });
}

function describeDataView(tools, about) {
  const { options, value } = about;
  const show = (level) => [`byteLength: ${value.byteLength}`, `byteOffset: ${value.byteOffset}`,
    `buffer: ${indented(options, () => tools.showValue(options, value.buffer, level))}`];
  return shapeOf(about, `${prefixOf(about.constructor, about.tag, 'DataView')}{`, { entries: show });
}

function nameClass({ value, constructor, tag }) {
  const name = (Object.hasOwn(value, 'name') && value.name) || '(anonymous)';
  const parent = constructor === null ? 'null' : Object.getPrototypeOf(value).name;
  const kind = constructor !== 'Function' && constructor !== null ? ` [${constructor}]` : '';
  const label = tag !== '' && constructor !== tag ? ` [${tag}]` : '';
  return `[class ${name}${kind}${label}${parent ? ` extends ${parent}` : ''}]`;
}

function isClass(value) {
  return /^class(?![\w$])/.test(Function.prototype.toString.call(value));
}

function nameFunction(about) {
  const { value, constructor, tag } = about;
  if (isClass(value)) return nameClass(about);
  const kind = classOf(value);
  const type = kind.endsWith('Function') ? kind : 'Function';
  const origin = constructor === null ? ' (null prototype)' : '';
  const name = value.name === '' ? ' (anonymous)' : `: ${value.name}`;
  const own = constructor !== type && constructor !== null ? ` ${constructor}` : '';
  return `[${type}${origin}${name}]${own}${tag !== '' && constructor !== tag ? ` [${tag}]` : ''}`;
}

// What is shown by one text, followed by its own properties where there are any.
function withBase(about, base, plain) {
  const shape = shapeOf(about, '{', { base, plain });
  return hasNothing(shape) ? base : shape;
}

function describeFunction(tools, about) {
  return withBase(about, nameFunction(about));
}

function named(about, fallback, text) {
  const prefix = prefixOf(about.constructor, about.tag, fallback);
  return prefix === `${fallback} ` ? text : prefix + text;
}

function describeRegExp(tools, about) {
  const text = named(about, 'RegExp', String(about.constructor === null ? new RegExp(about.value) : about.value));
  return withBase(about, text, text);
}

function describeDate(tools, about) {
  const time = Date.prototype.getTime.call(about.value);
  return withBase(about, named(about, 'Date', Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString()));
}

function describeError(tools, about) {
  const keys = about.keysOf({ isList: false });
  const base = showError(about, keys);
  return keys.length === 0 ? base : shapeOf(about, '{', { base, keys });
}

function describeBoxed(tools, about) {
  const { options, value, constructor, tag } = about;
  const type = classOf(value);
  const inside = globalThis[type].prototype.valueOf.call(value);
  const keys = about.keysOf({ isList: false });
  if (type === 'String') keys.splice(0, inside.length);
  const owner = constructor === type ? '' : constructor === null ? ' (null prototype)' : ` (${constructor})`;
  const shown = type === 'String' ? quote(inside) : tools.showPrimitive(options, inside);
  const base = `[${type}${owner}: ${shown}]${tag !== '' && tag !== constructor ? ` [${tag}]` : ''}`;
  return keys.length === 0 ? base : shapeOf(about, '{', { base, keys });
}

function describeArguments(tools, about) {
  const shape = shapeOf(about, '[Arguments] {');
  return hasNothing(shape) ? '[Arguments] {}' : shape;
}

function isNamespace({ value, constructor }) {
  return constructor === null && value[Symbol.toStringTag] === 'Module' && !Object.isExtensible(value);
}

function describePlain(tools, about) {
  const { value, constructor, tag } = about;
  if (isNamespace(about)) return shapeOf(about, '[Module: null prototype] {');
  const prefix = constructor === 'Object' && tag === '' ? '' : prefixOf(constructor, tag, 'Object');
  const shape = shapeOf(about, `${prefix}{`);
  return hasNothing(shape) ? `${prefix}{}` : shape;
}

const KINDS = {
  Array: describeArray, Set: describeSet, Map: describeMap,
  'Map Iterator': describeIterator, 'Set Iterator': describeIterator,
  WeakSet: describeWeak, WeakMap: describeWeak, Promise: describePromise,
  ArrayBuffer: describeBuffer, SharedArrayBuffer: describeBuffer, DataView: describeDataView,
  Function: describeFunction, AsyncFunction: describeFunction, GeneratorFunction: describeFunction,
  AsyncGeneratorFunction: describeFunction, RegExp: describeRegExp, Date: describeDate, Error: describeError,
  Number: describeBoxed, String: describeBoxed, Boolean: describeBoxed, BigInt: describeBoxed, Symbol: describeBoxed,
  Arguments: describeArguments,
};

function describe(tools, about) {
  const { value } = about;
  const describeKind = KINDS[classOf(value)];
  if (describeKind) return describeKind(tools, about);
  if (typeof value === 'function') return describeFunction(tools, about);
  if (ArrayBuffer.isView(value)) return describeTyped(tools, about);
  return value instanceof Error ? describeError(tools, about) : describePlain(tools, about);
}

module.exports = { describe, prefixOf };

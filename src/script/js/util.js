// SPDX-License-Identifier: Apache-2.0
'use strict';

const { classOf } = binding('util');
const { inspect } = require('internal/inspect');
const { format, formatWithOptions } = require('internal/format');
const { checkFunction, checkString, coded, invalidType, invalidValue } = require('internal/errors');
const { fillIn } = require('internal/not-here');
const types = require('util/types');

const CUSTOM = Symbol.for('nodejs.util.promisify.custom');

function copyShape(to, from) {
  Object.setPrototypeOf(to, Object.getPrototypeOf(from));
  return Object.defineProperties(to, Object.getOwnPropertyDescriptors(from));
}

function promisify(original) {
  checkFunction(original, 'original');
  const custom = original[CUSTOM];
  if (custom) {
    checkFunction(custom, 'util.promisify.custom');
    return Object.defineProperty(custom, CUSTOM, { value: custom, configurable: true });
  }
  const promising = function (...args) {
    return new Promise((resolve, reject) => {
      Reflect.apply(original, this, [...args, (error, value) => (error ? reject(error) : resolve(value))]);
    });
  };
  copyShape(promising, original);
  return Object.defineProperty(promising, CUSTOM, { value: promising, configurable: true });
}
promisify.custom = CUSTOM;

// Out of the promise's own job, so that a throwing callback does not turn into its rejection.
function callLater(callback, ...args) {
  require('process').nextTick(callback, ...args);
}

function callbackify(original) {
  checkFunction(original, 'original');
  const calling = function (...args) {
    const callback = args.pop();
    checkFunction(callback, 'last argument');
    const done = callback.bind(this);
    Reflect.apply(original, this, args).then(
      (value) => callLater(done, null, value),
      (reason) => callLater(done, reason || coded(Error, 'ERR_FALSY_VALUE_REJECTION', 'Promise was rejected with falsy value')),
    );
  };
  copyShape(calling, original);
  if (typeof calling.length === 'number')
    Object.defineProperty(calling, 'length', { value: original.length + 1, configurable: true });
  if (typeof calling.name === 'string')
    Object.defineProperty(calling, 'name', { value: `${original.name}Callbackified`, configurable: true });
  return calling;
}

function inherits(constructor, parent) {
  checkFunction(constructor, 'ctor');
  checkFunction(parent, 'superCtor');
  if (parent.prototype === undefined) throw invalidType('superCtor.prototype', 'of type object', parent.prototype);
  Object.defineProperty(constructor, 'super_', { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, parent.prototype);
}

const warned = new Set();

function deprecate(original, message, code) {
  let isSaid = false;
  function deprecated(...args) {
    if (!isSaid) {
      isSaid = true;
      if (code === undefined || !warned.has(code)) require('process').emitWarning(message, 'DeprecationWarning', code);
      if (code !== undefined) warned.add(code);
    }
    return new.target ? Reflect.construct(original, args, new.target) : Reflect.apply(original, this, args);
  }
  Object.setPrototypeOf(deprecated, original);
  if (original.prototype) deprecated.prototype = original.prototype;
  return deprecated;
}

function isWanted(section) {
  const wanted = (require('process').env.NODE_DEBUG ?? '').toUpperCase().split(',');
  return wanted.some((name) => new RegExp(`^${name.replace(/[|\\{}()[\]^$+?.]/g, '\\$&').replaceAll('*', '.*')}$`).test(section));
}

function debuglog(set, ready) {
  const section = String(set).toUpperCase();
  const process = require('process');
  const log = (...args) => {
    if (log.enabled) process.stderr.write(`${section} ${process.pid}: ${format(...args)}\n`);
  };
  Object.defineProperty(log, 'enabled', { get: () => isWanted(section), configurable: true, enumerable: true });
  ready?.(log);
  return log;
}

// ECMA-48: ESC [ (or its one character), parameters, final; ESC ] text up to a bell or ESC \; ESC and one character.
const CONTROL_SEQUENCE =
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)|\u001B[ -/]*[0-Z\\^-~]/g;

function stripVTControlCharacters(text) {
  checkString(text, 'str');
  return text.replace(CONTROL_SEQUENCE, '');
}

function styleText(style, text) {
  checkString(text, 'text');
  return text;
}

// KEY=value lines of a .env file.
function parseEnv(content) {
  checkString(content, 'content');
  const found = {};
  const line = /^\s*(?:export\s+)?([\w.-]+)\s*=[ \t]*("(?:[^"]*)"|'(?:[^']*)'|`(?:[^`]*)`|[^#\r\n]*)?.*$/gm;
  for (const [, key, raw = ''] of content.matchAll(line)) {
    const text = raw.trim();
    const isQuoted = /^(["'`])[^]*\1$/.test(text) && text.length > 1;
    const inside = isQuoted ? text.slice(1, -1) : text;
    found[key] = text.startsWith('"') ? inside.replaceAll('\\n', '\n') : inside;
  }
  return found;
}

function aborted(signal) {
  return signal.aborted ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

const ofType = (type) => (value) => typeof value === type;

module.exports = fillIn({
  _extend: (target, source) => Object.assign(target, source),
  aborted,
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format,
  formatWithOptions,
  getSystemErrorName: (number) => binding('os').errorName(number),
  inherits,
  inspect,
  isArray: Array.isArray,
  isBoolean: ofType('boolean'),
  isBuffer: (value) => require('buffer').Buffer.isBuffer(value),
  isDate: types.isDate,
  isDeepStrictEqual: (a, b) => require('internal/deep-equal').isDeepStrictEqual(a, b),
  isError: (value) => types.isNativeError(value) || value instanceof Error,
  isFunction: ofType('function'),
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isNumber: ofType('number'),
  isObject: (value) => value !== null && typeof value === 'object',
  isPrimitive: (value) => classOf(value) === '',
  isRegExp: types.isRegExp,
  isString: ofType('string'),
  isSymbol: ofType('symbol'),
  isUndefined: (value) => value === undefined,
  log: (...args) => console.log('%s - %s', new Date().toTimeString().slice(0, 8), format(...args)),
  parseEnv,
  promisify,
  stripVTControlCharacters,
  styleText,
  toUSVString: (text) => `${text}`.toWellFormed(),
  types,
  get TextDecoder() {
    return require('internal/text').TextDecoder;
  },
  get TextEncoder() {
    return require('internal/text').TextEncoder;
  },
}, 'util', '_errnoException _exceptionWithHostPort getSystemErrorMap transferableAbortSignal transferableAbortController ' +
  'parseArgs MIMEType MIMEParams');

// SPDX-License-Identifier: Apache-2.0
// Errors with Node's codes and messages, where scripts look at them.
'use strict';

function coded(Class, code, message) {
  return Object.assign(new Class(message), { code });
}

function received(value) {
  if (value === null || value === undefined) return ` Received ${value}`;
  if (typeof value === 'function') return ` Received function ${value.name}`;
  if (typeof value === 'object') {
    const { name } = value.constructor ?? {};
    return name ? ` Received an instance of ${name}` : ` Received ${require('internal/inspect').inspect(value, { depth: -1 })}`;
  }
  let shown = require('internal/inspect').inspect(value, { colors: false });
  if (shown.length > 28) shown = `${shown.slice(0, 25)}...`;
  return ` Received type ${typeof value} (${shown})`;
}

// invalidType('path', 'of type string or an instance of Buffer or URL', 5)
function invalidType(name, expected, value) {
  const what = name.includes('.') ? 'property' : 'argument';
  return coded(TypeError, 'ERR_INVALID_ARG_TYPE', `The "${name}" ${what} must be ${expected}.${received(value)}`);
}

function invalidValue(name, value, reason = 'is invalid') {
  const what = name.includes('.') ? 'property' : 'argument';
  const shown = require('internal/inspect').inspect(value);
  return coded(TypeError, 'ERR_INVALID_ARG_VALUE', `The ${what} '${name}' ${reason}. Received ${shown.slice(0, 128)}`);
}

function outOfRange(name, range, value) {
  const { showNumber } = require('internal/quote');
  const isLarge = Number.isInteger(value) && Math.abs(value) > 2 ** 32;
  const shown = typeof value === 'number' ? showNumber(value, isLarge) : require('internal/inspect').inspect(value);
  return coded(RangeError, 'ERR_OUT_OF_RANGE', `The value of "${name}" is out of range. It must be ${range}. Received ${shown}`);
}

function checkFunction(value, name = 'callback') {
  if (typeof value !== 'function') throw invalidType(name, 'of type function', value);
}

function checkString(value, name) {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value);
}

function checkInteger(value, name, least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER) {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < least || value > most) throw outOfRange(name, `>= ${least} && <= ${most}`, value);
}

module.exports = { coded, invalidType, invalidValue, outOfRange, checkFunction, checkString, checkInteger };

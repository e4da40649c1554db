// SPDX-License-Identifier: Apache-2.0
'use strict';

const { isDeepLooselyEqual, isDeepStrictEqual } = require('internal/deep-equal');
const { inspect } = require('internal/inspect');
const { checkFunction, coded, invalidType } = require('internal/errors');
const { fillIn } = require('internal/not-here');

class AssertionError extends Error {
  constructor({ message, actual, expected, operator }) {
    super(message ?? `${inspect(actual)} ${operator} ${inspect(expected)}`);
    Object.assign(this, { generatedMessage: message === undefined, code: 'ERR_ASSERTION', actual, expected, operator });
  }

  get name() {
    return 'AssertionError';
  }
}

function fail(message, facts) {
  if (message instanceof Error) throw message;
  throw new AssertionError({ ...facts, message: message ?? facts.message });
}

function ok(value, message) {
  if (value) return;
  const facts = { actual: value, expected: true, operator: '==' };
  if (arguments.length === 0) fail('No value argument passed to `assert.ok()`', facts);
  fail(message, { message: `${inspect(value)} == true`, ...facts });
}

// What a comparison says where its caller does not say it better.
function compare(operator, sentence, holds) {
  return function (actual, expected, message) {
    if (arguments.length < 2) {
      throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "actual" and "expected" arguments must be specified');
    }
    if (holds(actual, expected)) return;
    fail(message, { message: `${sentence}\n\n${inspect(actual)} !== ${inspect(expected)}\n`, actual, expected, operator });
  };
}

const isLoose = (a, b) => a == b || (a !== a && b !== b); // eslint-disable-line eqeqeq
const STRICT = 'Expected values to be strictly equal:';
const DEEP = 'Expected values to be strictly deep-equal:';

const equal = compare('==', 'Expected values to be equal:', isLoose);
const notEqual = compare('!=', 'Expected values not to be equal:', (a, b) => !isLoose(a, b));
const strictEqual = compare('strictEqual', STRICT, Object.is);
const notStrictEqual = compare('notStrictEqual', 'Expected "actual" to be strictly unequal to:', (a, b) => !Object.is(a, b));
const deepEqual = compare('deepEqual', 'Expected values to be loosely deep-equal:', isDeepLooselyEqual);
const notDeepEqual = compare('notDeepEqual', 'Expected "actual" not to be loosely deep-equal to:',
  (a, b) => !isDeepLooselyEqual(a, b));
const deepStrictEqual = compare('deepStrictEqual', DEEP, isDeepStrictEqual);
const notDeepStrictEqual = compare('notDeepStrictEqual', 'Expected "actual" not to be strictly deep-equal to:',
  (a, b) => !isDeepStrictEqual(a, b));

function matchesShape(error, shape) {
  return Object.keys(shape).every((key) => (shape[key] instanceof RegExp && typeof error[key] === 'string'
    ? shape[key].test(error[key]) : isDeepStrictEqual(error[key], shape[key])));
}

function isExpected(error, expected) {
  if (expected instanceof RegExp) return expected.test(String(error));
  if (typeof expected === 'object') return matchesShape(error, expected);
  if (expected.prototype !== undefined && error instanceof expected) return true;
  if (Error.isPrototypeOf(expected)) return false;
  return Reflect.apply(expected, {}, [error]) === true;
}

function checkThrown(error, expected, message, operator) {
  if (expected === undefined || typeof expected === 'string' || isExpected(error, expected)) return;
  if (typeof expected === 'function' && Error.isPrototypeOf(expected)) {
    const sentence = `The error is expected to be an instance of "${expected.name}". Received "${error?.name}"`;
    fail(message, { message: `${sentence}\n\nError message:\n\n${error?.message}`, actual: error, expected, operator });
  }
  fail(message, { message: `The error is not the expected one: ${inspect(error)}`, actual: error, expected, operator });
}

function missing(operator, expected, message) {
  const text = typeof expected === 'string' ? expected : message;
  const what = operator === 'rejects' ? 'rejection' : 'exception';
  fail(undefined, { message: `Missing expected ${what}${text ? `: ${text}` : '.'}`, actual: undefined, expected, operator });
}

function throws(block, expected, message) {
  checkFunction(block, 'fn');
  let thrown;
  try {
    block();
  } catch (error) {
    thrown = { error };
  }
  if (!thrown) missing('throws', expected, message);
  checkThrown(thrown.error, expected, message, 'throws');
}

async function rejects(work, expected, message) {
  if (typeof work !== 'function' && typeof work?.then !== 'function') {
    throw invalidType('promiseFn', 'of type function or an instance of Promise', work);
  }
  let thrown;
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    thrown = { error };
  }
  if (!thrown) missing('rejects', expected, message);
  checkThrown(thrown.error, expected, message, 'rejects');
}

function unwanted(operator, error, message) {
  const text = typeof message === 'string' ? `: ${message}` : '.';
  fail(undefined, { message: `Got unwanted ${operator === 'doesNotReject' ? 'rejection' : 'exception'}${text}\n` +
    `Actual message: "${error?.message}"`, actual: error, expected: undefined, operator });
}

function doesNotThrow(block, expected, message) {
  checkFunction(block, 'fn');
  try {
    block();
  } catch (error) {
    unwanted('doesNotThrow', error, typeof expected === 'string' ? expected : message);
  }
}

async function doesNotReject(work, expected, message) {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    unwanted('doesNotReject', error, typeof expected === 'string' ? expected : message);
  }
}

function match(text, pattern, message) {
  if (typeof text === 'string' && pattern.test(text)) return;
  fail(message, { message: `The input did not match the regular expression ${inspect(pattern)}. Input:\n\n${inspect(text)}\n`,
    actual: text, expected: pattern, operator: 'match' });
}

function doesNotMatch(text, pattern, message) {
  if (typeof text === 'string' && !pattern.test(text)) return;
  const sentence = `The input was expected to not match the regular expression ${inspect(pattern)}. Input:`;
  fail(message, { message: `${sentence}\n\n${inspect(text)}\n`, actual: text, expected: pattern, operator: 'doesNotMatch' });
}

function ifError(value) {
  if (value === null || value === undefined) return;
  fail(undefined, { message: `ifError got unwanted exception: ${value?.message ?? inspect(value)}`, actual: value,
    expected: null, operator: 'ifError' });
}

function assert(...args) {
  return ok(...args);
}

const shared = { AssertionError, doesNotMatch, doesNotReject, doesNotThrow, ifError, match, ok, rejects, throws,
  deepStrictEqual, notDeepStrictEqual, notStrictEqual, strictEqual,
  fail: (message = 'Failed') => fail(message, { operator: 'fail' }) };

function strict(...args) {
  return ok(...args);
}

fillIn(Object.assign(strict, shared, { deepEqual: deepStrictEqual, equal: strictEqual, notDeepEqual: notDeepStrictEqual,
  notEqual: notStrictEqual, strict }), 'assert', 'CallTracker partialDeepStrictEqual');
module.exports = fillIn(Object.assign(assert, shared, { deepEqual, equal, notDeepEqual, notEqual, strict }), 'assert',
  'CallTracker partialDeepStrictEqual');

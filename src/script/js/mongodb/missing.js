// SPDX-License-Identifier: Apache-2.0
// What driver 7 has and godwit has not: a call says so, where `undefined is not a function` would.
'use strict';

const { MongoAPIError, here, placeAt } = require('mongodb/errors');

function refuse(what, instead) {
  const hint = instead ? `: ${instead}` : '';
  throw placeAt(new MongoAPIError(`${what} is not available in godwit${hint}`), here());
}

function addMissing(Class, prefix, names) {
  for (const name of names) {
    Object.defineProperty(Class.prototype, name, {
      value: { [name]() { refuse(`${prefix}.${name}`); } }[name],
      configurable: true, enumerable: false, writable: true,
    });
  }
}

function missingClass(name) {
  return { [name]: class { constructor() { refuse(name); } } }[name];
}

module.exports = { addMissing, missingClass, refuse };

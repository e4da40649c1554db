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

// The listeners of Node's EventEmitter, which cursors, sessions and clients of the driver are.
const ADD_LISTENER = [
  'addListener', 'prependListener', 'prependOnceListener', 'removeListener', 'removeAllListeners', 'setMaxListeners',
];
const ASK_LISTENER = ['emit', 'eventNames', 'getMaxListeners', 'listenerCount', 'listeners', 'rawListeners'];
const LISTENERS = [...ADD_LISTENER, ...ASK_LISTENER, 'off', 'on', 'once'];

function missingClass(name) {
  return { [name]: class { constructor() { refuse(name); } } }[name];
}

module.exports = { ADD_LISTENER, ASK_LISTENER, LISTENERS, addMissing, missingClass, refuse };

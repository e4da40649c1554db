// SPDX-License-Identifier: Apache-2.0
// The binding in C, told where it finds the BSON classes and how errors are made.
'use strict';

const native = binding('mongo');

// The package asks globalThis for its source of random bytes, once; a script may have put something
// else there.
function loadClasses() {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
  Object.defineProperty(globalThis, 'crypto', {
    value: { getRandomValues: native.getRandomValues }, configurable: true, enumerable: false, writable: true,
  });
  try {
    return require('npm:bson');
  } finally {
    delete globalThis.crypto;
    if (before) Object.defineProperty(globalThis, 'crypto', before);
  }
}

native.setUp(loadClasses, (facts, at) => require('mongodb/errors').errorOf(facts, at));
native.loadClasses = loadClasses;

module.exports = native;

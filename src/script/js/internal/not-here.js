// SPDX-License-Identifier: Apache-2.0
// What Node's module has and godwit's has not: a function that says so when it is called, never a
// silent undefined.
'use strict';

function notHere(name) {
  const stand = function () {
    throw Object.assign(new Error(`${name} is not available in godwit`), { code: 'ERR_NOT_AVAILABLE' });
  };
  return Object.defineProperty(stand, 'name', { value: name.slice(name.lastIndexOf('.') + 1), configurable: true });
}

// `names` are parted by blanks. Answers `exports`.
function fillIn(exports, module, names) {
  for (const name of names.split(' ')) {
    if (!(name in exports)) Object.defineProperty(exports, name, {
      value: notHere(`${module}.${name}`), configurable: true, enumerable: true, writable: true,
    });
  }
  return exports;
}

module.exports = { notHere, fillIn };

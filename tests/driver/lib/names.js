// SPDX-License-Identifier: Apache-2.0
// Prints what module mongodb exports, and what the prototypes and classes of it have.
'use strict';

const driver = require('mongodb');

function namesOf(Class) {
  const names = new Set(Object.getOwnPropertyNames(Class).map((name) => `static ${name}`));
  for (let proto = Class.prototype; proto && proto !== Object.prototype; proto = Object.getPrototypeOf(proto)) {
    for (const name of Object.getOwnPropertyNames(proto)) names.add(name);
  }
  return [...names];
}

exports.up = async () => {
  const found = {};
  for (const [name, value] of Object.entries(driver)) {
    found[name] = typeof value === 'function' ? namesOf(value) : Object.keys(value);
  }
  console.log(JSON.stringify(found));
};

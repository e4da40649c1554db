// SPDX-License-Identifier: Apache-2.0
// Timers as Node has them: objects that are also numbers. The C side keeps them in order.
'use strict';

const native = binding('timers');

const LONGEST = 2 ** 31 - 1;

const active = new Map();

function checkCallback(callback) {
  if (typeof callback === 'function') return;
  const shown = callback === null ? 'null' : typeof callback;
  throw Object.assign(new TypeError(`The "callback" argument must be of type function. Received ${shown}`),
    { code: 'ERR_INVALID_ARG_TYPE' });
}

class Timeout {
  #callback;
  #delay;
  #repeats;
  #number = 0;
  #id = 0;
  #isRef = true;

  constructor(callback, delay, args, repeats) {
    checkCallback(callback);
    const ms = Number(delay);
    this.#delay = ms >= 1 && ms <= LONGEST ? Math.trunc(ms) : 1;
    this.#callback = () => {
      if (!repeats) this.close();
      Reflect.apply(callback, this, args);
    };
    this.#repeats = repeats;
    this.#start();
    this.#id = this.#number;
    active.set(this.#id, this);
  }

  #start() {
    this.#number = native.add(this.#callback, this.#delay, this.#repeats ? this.#delay : -1);
    if (!this.#isRef) native.setRef(this.#number, false);
  }

  ref() {
    this.#isRef = true;
    native.setRef(this.#number, true);
    return this;
  }

  unref() {
    this.#isRef = false;
    native.setRef(this.#number, false);
    return this;
  }

  hasRef() {
    return this.#isRef;
  }

  refresh() {
    native.remove(this.#number);
    this.#start();
    return this;
  }

  close() {
    native.remove(this.#number);
    active.delete(this.#id);
    return this;
  }

  [Symbol.toPrimitive]() {
    return this.#id;
  }

  [Symbol.dispose]() {
    this.close();
  }
}

class Immediate {
  #number;
  #isRef = true;

  constructor(callback, args) {
    checkCallback(callback);
    this.#number = native.add(() => Reflect.apply(callback, this, args), 0, -1);
  }

  ref() {
    this.#isRef = true;
    native.setRef(this.#number, true);
    return this;
  }

  unref() {
    this.#isRef = false;
    native.setRef(this.#number, false);
    return this;
  }

  hasRef() {
    return this.#isRef;
  }

  close() {
    native.remove(this.#number);
  }

  [Symbol.dispose]() {
    this.close();
  }
}

function setTimeout(callback, delay, ...args) {
  return new Timeout(callback, delay, args, false);
}

function setInterval(callback, delay, ...args) {
  return new Timeout(callback, delay, args, true);
}

function setImmediate(callback, ...args) {
  return new Immediate(callback, args);
}

// Takes the object, its number, or that number as a string, and quietly anything else.
function clearTimeout(timer) {
  const found = timer instanceof Timeout || timer instanceof Immediate ? timer : active.get(Number(timer));
  found?.close();
}

const promisify = Symbol.for('nodejs.util.promisify.custom');
for (const [function_, name] of [[setTimeout, 'setTimeout'], [setImmediate, 'setImmediate']]) {
  Object.defineProperty(function_, promisify, {
    enumerable: false,
    get: () => require('timers/promises')[name],
  });
}

module.exports = {
  setTimeout, clearTimeout, setInterval, clearInterval: clearTimeout, setImmediate, clearImmediate: clearTimeout,
  get promises() {
    return require('timers/promises');
  },
};

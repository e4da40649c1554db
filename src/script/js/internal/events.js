// SPDX-License-Identifier: Apache-2.0
// The web's events, as far as AbortController needs them.
'use strict';

const state = new WeakMap();

class Event {
  constructor(type, { bubbles = false, cancelable = false, composed = false } = {}) {
    Object.assign(this, { bubbles, cancelable, composed, timeStamp: performance.now() });
    state.set(this, { type: `${type}`, target: null, isPrevented: false, isStopped: false });
  }

  get type() {
    return state.get(this).type;
  }

  get target() {
    return state.get(this).target;
  }

  get currentTarget() {
    return state.get(this).target;
  }

  get defaultPrevented() {
    return state.get(this).isPrevented;
  }

  preventDefault() {
    if (this.cancelable) state.get(this).isPrevented = true;
  }

  stopPropagation() {}

  stopImmediatePropagation() {
    state.get(this).isStopped = true;
  }
}

class CustomEvent extends Event {
  constructor(type, options = {}) {
    super(type, options);
    Object.defineProperty(this, 'detail', { value: options.detail ?? null, enumerable: true });
  }
}

class EventTarget {
  #listeners = new Map();

  addEventListener(type, listener, options) {
    if (listener === null || listener === undefined) return;
    const { once = false, signal } = typeof options === 'object' && options !== null ? options : {};
    const list = this.#listeners.get(`${type}`) ?? [];
    if (signal?.aborted || list.some((entry) => entry.listener === listener)) return;
    list.push({ listener, once });
    this.#listeners.set(`${type}`, list);
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener), { once: true });
  }

  removeEventListener(type, listener) {
    const list = this.#listeners.get(`${type}`) ?? [];
    this.#listeners.set(`${type}`, list.filter((entry) => entry.listener !== listener));
  }

  dispatchEvent(event) {
    const about = state.get(event);
    if (!about) throw new TypeError('The "event" argument must be an instance of Event');
    about.target = this;
    for (const { listener, once } of [...(this.#listeners.get(event.type) ?? [])]) {
      if (once) this.removeEventListener(event.type, listener);
      if (typeof listener === 'function') listener.call(this, event);
      else listener.handleEvent(event);
      if (about.isStopped) break;
    }
    const handler = this[`on${event.type}`];
    if (typeof handler === 'function') handler.call(this, event);
    return !event.defaultPrevented;
  }
}

const KEY = Symbol('only AbortController makes signals');

class AbortSignal extends EventTarget {
  #reason;
  #isAborted = false;
  onabort = null;

  constructor(key) {
    super();
    if (key !== KEY) throw new TypeError('Illegal constructor');
    Object.defineProperty(this, 'onabort', { enumerable: false });
  }

  static [KEY](run) {
    const signal = new AbortSignal(KEY);
    run((reason) => signal.#abort(reason));
    return signal;
  }

  static abort(reason) {
    return AbortSignal[KEY]((abort) => abort(reason));
  }

  // Nothing waits for it: a timer that nobody needs any more must not keep the script running.
  static timeout(ms) {
    return AbortSignal[KEY]((abort) => {
      setTimeout(() => abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms).unref();
    });
  }

  static any(signals) {
    return AbortSignal[KEY]((abort) => {
      for (const signal of signals) {
        if (signal.aborted) abort(signal.reason);
        else signal.addEventListener('abort', () => abort(signal.reason), { once: true });
      }
    });
  }

  #abort(reason = new DOMException('This operation was aborted', 'AbortError')) {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    this.dispatchEvent(new Event('abort'));
  }

  get aborted() {
    return this.#isAborted;
  }

  get reason() {
    return this.#reason;
  }

  throwIfAborted() {
    if (this.#isAborted) throw this.#reason;
  }

  [Symbol.for('nodejs.util.inspect.custom')]() {
    return `AbortSignal { aborted: ${this.#isAborted} }`;
  }
}

class AbortController {
  #abort;
  #signal = AbortSignal[KEY]((abort) => {
    this.#abort = abort;
  });

  get signal() {
    return this.#signal;
  }

  abort(reason) {
    this.#abort(reason);
  }

  [Symbol.for('nodejs.util.inspect.custom')]() {
    return `AbortController { signal: AbortSignal { aborted: ${this.#signal.aborted} } }`;
  }
}

module.exports = { Event, CustomEvent, EventTarget, AbortController, AbortSignal };

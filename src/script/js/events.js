// SPDX-License-Identifier: Apache-2.0
// EventEmitter is the npm package's; what Node has beyond it is added here.
'use strict';

const EventEmitter = require('npm:events');
const { invalidType } = require('internal/errors');
const { fillIn } = require('internal/not-here');

const emitterOnce = EventEmitter.once;

function abortError(signal) {
  return Object.assign(new Error('The operation was aborted', { cause: signal.reason }),
    { name: 'AbortError', code: 'ABORT_ERR' });
}

function once(emitter, name, { signal } = {}) {
  if (signal?.aborted) return Promise.reject(abortError(signal));
  const event = emitter instanceof EventTarget
    ? new Promise((resolve) => emitter.addEventListener(name, (happened) => resolve([happened]), { once: true }))
    : emitterOnce(emitter, name);
  if (!signal) return event;
  const abort = new Promise((resolve, reject) =>
    signal.addEventListener('abort', () => reject(abortError(signal)), { once: true }));
  return Promise.race([event, abort]);
}

// What is emitted while the loop's body runs waits in a queue.
function on(emitter, name, { signal, close = [] } = {}) {
  const queue = [];
  const waiting = [];
  let failure;
  let isOver = false;

  const offer = (...args) => (waiting.length > 0 ? waiting.shift().resolve({ value: args, done: false }) : queue.push(args));
  const fail = (error) => {
    if (waiting.length > 0) waiting.shift().reject(error);
    else failure = error;
    finish();
  };
  const finish = () => {
    isOver = true;
    emitter.removeListener(name, offer);
    emitter.removeListener('error', fail);
    for (const event of close) emitter.removeListener(event, finish);
    for (const one of waiting.splice(0)) one.resolve({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  };

  if (signal?.aborted) throw abortError(signal);
  signal?.addEventListener('abort', () => fail(abortError(signal)), { once: true });
  emitter.on(name, offer);
  if (name !== 'error') emitter.on('error', fail);
  for (const event of close) emitter.on(event, finish);
  return {
    next() {
      if (queue.length > 0) return Promise.resolve({ value: queue.shift(), done: false });
      if (failure) {
        const error = failure;
        failure = undefined;
        return Promise.reject(error);
      }
      if (isOver) return Promise.resolve({ value: undefined, done: true });
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    return: finish,
    throw: (error) => {
      fail(error);
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function setMaxListeners(count, ...emitters) {
  for (const emitter of emitters) emitter.setMaxListeners?.(count);
  if (emitters.length === 0) EventEmitter.defaultMaxListeners = count;
}

function getEventListeners(emitter, name) {
  if (typeof emitter.listeners !== 'function') throw invalidType('emitter', 'an instance of EventEmitter', emitter);
  return emitter.listeners(name);
}

module.exports = fillIn(Object.assign(EventEmitter, {
  once, on, setMaxListeners, getEventListeners,
  getMaxListeners: (emitter) => emitter.getMaxListeners?.() ?? EventEmitter.defaultMaxListeners,
  errorMonitor: Symbol('events.errorMonitor'),
  captureRejectionSymbol: Symbol.for('nodejs.rejection'),
  captureRejections: false,
  usingDomains: false,
}), 'events', 'addAbortListener EventEmitterAsyncResource');

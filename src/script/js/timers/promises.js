// SPDX-License-Identifier: Apache-2.0
'use strict';

const timers = require('timers');

function abortError(signal) {
  return Object.assign(new Error('The operation was aborted', { cause: signal.reason }),
    { name: 'AbortError', code: 'ABORT_ERR' });
}

function wait(start, value, { ref = true, signal } = {}) {
  if (signal?.aborted) return Promise.reject(abortError(signal));
  return new Promise((resolve, reject) => {
    const timer = start(() => resolve(value));
    if (!ref) timer.unref();
    signal?.addEventListener('abort', () => {
      timer.close();
      reject(abortError(signal));
    }, { once: true });
  });
}

function setTimeout(delay, value, options) {
  return wait((done) => timers.setTimeout(done, delay), value, options);
}

function setImmediate(value, options) {
  return wait((done) => timers.setImmediate(done), value, options);
}

async function* setInterval(delay, value, options) {
  for (;;) yield await setTimeout(delay, value, options);
}

module.exports = {
  setTimeout, setImmediate, setInterval,
  scheduler: { wait: (delay, options) => setTimeout(delay, undefined, options), yield: () => setImmediate() },
};

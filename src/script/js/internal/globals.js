// SPDX-License-Identifier: Apache-2.0
// What scripts find on globalThis beside the language. Each is made when it is first looked at, so
// that a script pays only for what it uses.
'use strict';

function define(name, value) {
  Object.defineProperty(globalThis, name, { value, configurable: true, enumerable: false, writable: true });
}

function defineLazily(name, make) {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    enumerable: false,
    get() {
      const value = make();
      define(name, value);
      return value;
    },
    set: (value) => define(name, value),
  });
}

// name of a module: the globals that it exports under the same name
const FROM_MODULES = {
  buffer: ['Buffer', 'Blob', 'File'],
  timers: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'],
  url: ['URL', 'URLSearchParams'],
  'internal/text': ['TextEncoder', 'TextDecoder', 'structuredClone'],
  'internal/fetch': ['fetch', 'Headers', 'Response'],
  'internal/events': ['Event', 'EventTarget', 'AbortController', 'AbortSignal'],
};

for (const [name, globals] of Object.entries(FROM_MODULES)) {
  for (const key of globals) defineLazily(key, () => require(name)[key]);
}
defineLazily('console', () => require('console'));
defineLazily('process', () => require('process'));
defineLazily('crypto', () => require('crypto').webcrypto);
define('global', globalThis);

// What a script may look for and not find: `typeof fetch` says 'function', and a call says why not.
for (const name of ['WebSocket', 'Request', 'FormData', 'XMLHttpRequest', 'Worker', 'MessageChannel', 'BroadcastChannel']) {
  define(name, function () {
    throw new Error(`${name} is not available in godwit`);
  });
}
define('Intl', new Proxy(Object.create(null), {
  get(target, key) {
    if (typeof key === 'symbol') return undefined;
    throw new Error(`Intl.${key} is not available in godwit`);
  },
}));

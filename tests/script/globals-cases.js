// SPDX-License-Identifier: Apache-2.0
'use strict';

const assert = require('assert');
const qs = require('querystring');
const url = require('url');
const { StringDecoder } = require('string_decoder');

// Node goes on to show a difference, in colours and columns of its own.
function said(run) {
  try {
    return run();
  } catch (error) {
    return `${error.name} ${error.code} ${error.message.split('\n')[0]}`;
  }
}

require('./run-cases')(module, [
  () => new URL('../x?y=1#z', 'https://ann:b@Example.com:8080/a/b/c').href,
  () => { const u = new URL('http://h/p'); u.searchParams.append('k', 'a b'); u.hash = 'x'; u.port = '81'; return u.toString(); },
  () => JSON.stringify(new URL('HTTP://MÜLLER.de:80/ü?ä')),
  () => new URL('nope'),
  () => URL.canParse('http://a'),
  () => new URL('mongodb://u:p%40@h:27017/db?w=1').password,
  () => [...new URLSearchParams('a=1&b=2&a=3')].join(';'),
  () => new URLSearchParams({ x: '1', y: 'ä &' }).toString(),
  () => new URLSearchParams([['a', '1']]).has('a'),
  () => url.fileURLToPath('file:///a%20b/c.js'),
  () => url.fileURLToPath('http://a/b'),
  () => url.pathToFileURL('/a b/#c?.js').href,
  () => url.parse('http://user:pass@host.com:8080/p/a/t/h?query=string#hash').pathname,
  () => url.parse('http://host/p?a=1&b=2', true).query.b,
  () => url.parse('/only/path?x=1').path,
  () => url.format({ protocol: 'https', host: 'a.b', pathname: '/c', query: { d: 1 } }),
  () => url.resolve('http://a.com/b/c', '../d'),
  () => qs.stringify({ a: 1, b: ['x', 'y z'], c: '', d: null, e: true }),
  () => JSON.stringify(qs.parse('a=1&b=2&b=3&c&d=%C3%A4+x')),
  () => qs.escape('a b&ä'),
  () => new TextEncoder().encode('grüß €').join(),
  () => new TextDecoder().decode(new Uint8Array([0xEF, 0xBB, 0xBF, 0x67, 0xFF])),
  () => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xFF])),
  () => { const d = new TextDecoder(); return d.decode(new Uint8Array([0xE2, 0x82]), { stream: true }) + d.decode(new Uint8Array([0xAC])); },
  () => new TextDecoder('nope'),
  () => new StringDecoder('utf8').write(Buffer.from([0xE2, 0x82, 0xAC, 0xE2])),
  () => require('util').inspect(structuredClone({ d: new Date(0), m: new Map([[{ a: 1 }, new Set([1])]]), r: /x/gi, b: new Uint8Array([1]) })),
  () => { const a = {}; a.self = a; const b = structuredClone(a); return b.self === b && b !== a; },
  () => structuredClone(() => 1).name,
  () => structuredClone(new RangeError('far')).message,
  () => atob(btoa('hello')),
  () => typeof performance.now(),
  () => new Promise((resolve) => queueMicrotask(() => resolve('later'))),
  () => new Promise((resolve) => process.nextTick(resolve, 'tick')),
  () => new Promise((resolve) => setImmediate(resolve, 'immediate')),
  () => { const c = new AbortController(); c.abort(); return c.signal.aborted && c.signal.reason.name; },
  () => { process.env.X_NUMBER = 5; return typeof process.env.X_NUMBER; },
  () => { delete process.env.X_NUMBER; return 'X_NUMBER' in process.env; },
  () => Array.isArray(process.hrtime()) && typeof process.hrtime.bigint(),
  () => [typeof process.pid, process.platform, process.arch, typeof process.uptime(), process.argv.length > 0].join(),
  () => process.memoryUsage().rss > 0,
  () => global === globalThis,
  () => assert(0),
  () => assert.ok(true),
  () => assert.equal(1, '1'),
  () => assert.strictEqual(1, 1),
  () => said(() => assert.strictEqual(1, 2, 'one is not two')),
  () => assert.deepStrictEqual({ a: [1, new Map([[1, { b: 2 }]]), new Set(['x'])] }, { a: [1, new Map([[1, { b: 2 }]]), new Set(['x'])] }),
  () => said(() => assert.deepStrictEqual({ a: 1 }, { a: '1' }, 'types count')),
  () => assert.deepEqual({ a: 1 }, { a: '1' }),
  () => said(() => assert.deepStrictEqual(new Date(0), new Date(1), 'dates')),
  () => assert.deepStrictEqual([NaN, -0], [NaN, -0]),
  () => assert.notDeepStrictEqual({ a: 1 }, { a: 1 }, 'the same'),
  () => assert.throws(() => { throw new TypeError('bad thing'); }, /bad/),
  () => assert.throws(() => { throw new TypeError('bad thing'); }, { name: 'TypeError', message: 'bad thing' }),
  () => assert.throws(() => {}),
  () => assert.throws(() => { throw new TypeError('x'); }, RangeError),
  () => assert.rejects(Promise.reject(new Error('no')), /no/),
  () => assert.rejects(Promise.resolve(1)),
  () => assert.doesNotThrow(() => {}),
  () => assert.match('abc', /b/),
  () => assert.fail('on purpose'),
  () => assert.ifError(null),
  () => require('assert/strict').equal(1, 1),
  () => said(() => require('assert').strict.equal(1, '1', 'strict')),
]);

// SPDX-License-Identifier: Apache-2.0
'use strict';

const async = require('async');
const Promise_ = require('bluebird');

const later = (value, ms = 1) => new Promise((done) => setTimeout(() => done(value), ms));
const called = (start) => new Promise((resolve, reject) => {
  start((error, value) => (error ? reject(error) : resolve(value === undefined ? 'nothing' : value)));
});

require('./run-cases')(module, [
  () => async.mapLimit([3, 1, 2], 2, async (n) => later(n * 2, n)),
  () => async.map([3, 1, 2], (n, done) => setTimeout(done, n, null, n * 2)),
  () => called((done) => async.eachSeries([1, 2], (n, next) => setImmediate(next), done)),
  () => called((done) => async.waterfall([(next) => next(null, 1, 2), (a, b, next) => next(null, a + b)], done)),
  () => called((done) => async.parallel({ a: (next) => next(null, 1), b: (next) => setTimeout(next, 1, null, 2) }, done)),
  () => async.auto({ one: async () => 1, two: ['one', async ({ one }) => one + 1] }),
  () => called((done) => async.eachLimit([1, 2, 3], 1, (n, next) => next(n === 2 ? new Error('two') : null), done)),
  () => async.retry({ times: 3, interval: 1 }, async () => { if ((globalThis.tries = (globalThis.tries ?? 0) + 1) < 3) throw new Error('x'); return globalThis.tries; }),
  async () => { const seen = []; const q = async.queue(async (n) => { seen.push(await later(n)); }, 2); q.push([1, 2, 3]); await q.drain(); return seen; },
  () => async.reduce([1, 2, 3], 0, async (sum, n) => sum + n),
  () => async.filter([1, 2, 3, 4], async (n) => n % 2 === 0),
  () => async.series([async () => 1, async () => later(2)]),
  () => async.timesSeries(3, async (n) => n * n),
  async () => (await import('async')).default.map([1], async (n) => n + 1),
  () => Promise_.map([1, 2, 3], (n) => later(n * 2), { concurrency: 2 }).then((list) => list),
  () => Promise_.mapSeries([1, 2], (n) => n + 1).then((list) => list.join()),
  () => Promise_.each(['a', 'b'], (x) => x).then((list) => list.length),
  () => Promise_.reduce([1, 2, 3], (sum, n) => sum + n, 0).then(String),
  () => Promise_.props({ a: later(1), b: 2 }).then(JSON.stringify),
  () => Promise_.promisify((x, done) => done(null, x + 1))(4).then(String),
  () => Promise_.promisifyAll({ f(done) { done(null, 'f'); } }).fAsync().then(String),
  () => Promise_.delay(1, 'd').then(String),
  () => Promise_.reject(new TypeError('t')).catch(TypeError, (error) => `caught ${error.message}`).then(String),
  () => Promise_.resolve(later('slow', 200)).timeout(2, 'too slow').then(String),
  () => Promise_.try(() => { throw new RangeError('r'); }).catch((error) => error.name).then(String),
  () => Promise_.all([1, later(2)]).spread((a, b) => a + b).then(String),
  () => Promise_.some([later(1, 5), later(2)], 1).then(String),
  () => Promise_.join(1, later(2), (a, b) => a + b).then(String),
  () => Promise_.coroutine(function* () { return (yield later(1)) + (yield later(2)); })().then(String),
  () => Promise_.resolve(1).tap(() => 5).finally(() => 6).then(String),
]);

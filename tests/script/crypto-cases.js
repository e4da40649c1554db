// SPDX-License-Identifier: Apache-2.0
'use strict';

const crypto = require('crypto');

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const later = (start) => new Promise((resolve, reject) => {
  start((error, value) => (error ? reject(error) : resolve(value)));
});

require('./run-cases')(module, [
  () => crypto.createHash('md5').update('a').digest('hex'),
  () => crypto.createHash('sha1').update('a').update(Buffer.from([0, 255])).digest('base64'),
  () => crypto.createHash('sha256').update('grüß', 'utf8').digest('hex'),
  () => crypto.createHash('sha512').update('6162', 'hex').digest('base64url'),
  () => crypto.createHash('SHA256').digest().length,
  () => hex(crypto.createHash('sha384').update(new Uint16Array([1, 2])).digest()),
  () => crypto.createHash('sha256').copy().update('x').digest('latin1').length,
  () => crypto.createHash('nope'),
  () => crypto.createHash('md5').update(5),
  () => { const hash = crypto.createHash('md5'); hash.digest(); return hash.digest(); },
  () => crypto.createHmac('sha256', 'key').update('text').digest('hex'),
  () => crypto.createHmac('sha1', Buffer.alloc(0)).update('').digest('hex'),
  () => crypto.createHmac('nope', 'k'),
  () => crypto.randomBytes(16).length,
  () => crypto.randomBytes(-1),
  () => crypto.randomBytes('x'),
  () => later((done) => crypto.randomBytes(4, done)).then((bytes) => bytes.length),
  () => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()),
  () => { const drawn = Array.from({ length: 200 }, () => crypto.randomInt(3, 6)); return [...new Set(drawn)].sort().join(); },
  () => crypto.randomInt(5, 5),
  () => crypto.pbkdf2Sync('pass', 'salt', 1000, 24, 'sha512').toString('hex'),
  () => crypto.pbkdf2Sync('pass', 'salt', 1, 24, 'nope'),
  () => later((done) => crypto.pbkdf2('p', Buffer.from('s'), 2, 8, 'sha1', done)).then(hex),
  () => crypto.scryptSync('pass', 'salt', 32).toString('hex'),
  () => crypto.scryptSync('pass', 'salt', 16, { N: 1024, r: 4, p: 2 }).toString('hex'),
  () => later((done) => crypto.scrypt('p', 's', 8, done)).then(hex),
  () => crypto.timingSafeEqual(Buffer.from('ab'), Buffer.from('ab')),
  () => crypto.timingSafeEqual(Buffer.from('ab'), Buffer.from('ac')),
  () => crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('ab')),
  () => crypto.webcrypto.getRandomValues(new Uint32Array(3)).length,
  () => crypto.webcrypto.subtle.digest('SHA-256', new TextEncoder().encode('a')).then(hex),
  () => crypto.getHashes().length > 5,
]);

// SPDX-License-Identifier: Apache-2.0
// Stands in for the bcrypt package, which is native code.
'use strict';

const { randomBytes, timingSafeEqual } = require('crypto');
const native = binding('bcrypt');

const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const SALT_BYTES = 16;
const BYTES_MAX = 72; // bcrypt takes no more of a password
const SALT = /^\$2[abxy]?\$(\d\d)\$[./A-Za-z0-9]{22}/;

// bcrypt's own base 64: as usual, by another alphabet and without padding.
function encode(bytes) {
  const usual = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return bytes.toString('base64').replace(/=+$/, '').replace(/./g, (letter) => ALPHABET[usual.indexOf(letter)]);
}

function genSaltSync(rounds = 10, minor = 'b') {
  if (typeof rounds !== 'number') throw new Error('rounds must be a number');
  if (minor !== 'b' && minor !== 'a') throw new Error('minor must be either "a" or "b"');
  const cost = Math.min(31, Math.max(4, Math.trunc(rounds) || 10));
  return `$2${minor}$${String(cost).padStart(2, '0')}$${encode(randomBytes(SALT_BYTES))}`;
}

function textOf(data) {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  const key = bytes.subarray(0, BYTES_MAX);
  const text = key.toString('utf8');
  if (key.includes(0) || !Buffer.from(text).equals(key)) {
    throw new Error('bcrypt in godwit takes no password with zero bytes or bytes that are not UTF-8');
  }
  return text;
}

function hashSync(data, salt) {
  if (data == null || salt == null) throw new Error('data and salt arguments required');
  if (!(typeof data === 'string' || data instanceof Buffer) || (typeof salt !== 'string' && typeof salt !== 'number')) {
    throw new Error('data must be a string or Buffer and salt must either be a salt string or a number of rounds');
  }
  const setting = typeof salt === 'number' ? genSaltSync(salt) : salt;
  if (!SALT.test(setting)) throw new Error('Invalid salt. Salt must be in the form of: $Vers$log2(NumRounds)$saltvalue');
  // libcrypt knows versions by names of its own; all of them hash alike.
  const [, version] = setting.split('$');
  const hash = native.hash(textOf(data), setting.replace(/^\$2[axy]?\$/, '$2b$'));
  if (hash === null) throw new Error('Invalid salt. Salt must be in the form of: $Vers$log2(NumRounds)$saltvalue');
  return hash.replace('$2b$', `$${version}$`);
}

function compareSync(data, hash) {
  if (data == null || hash == null) throw new Error('data and hash arguments required');
  if (!(typeof data === 'string' || data instanceof Buffer) || typeof hash !== 'string') {
    throw new Error('data must be a string or Buffer and hash must be a string');
  }
  if (!SALT.test(hash) || hash.length !== 60) return false;
  return timingSafeEqual(Buffer.from(hashSync(data, hash.slice(0, 29))), Buffer.from(hash));
}

function getRounds(hash) {
  if (hash == null) throw new Error('hash argument required');
  if (typeof hash !== 'string') throw new Error('hash must be a string');
  const found = SALT.exec(hash);
  if (!found) throw new Error('invalid hash provided');
  return Number(found[1]);
}

// A promise, or a callback as the last argument.
function later(run) {
  return function (...args) {
    const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
    const promise = new Promise((resolve) => resolve(run(...args)));
    if (!callback) return promise;
    promise.then((value) => callback(null, value), (error) => callback(error));
    return undefined;
  };
}

module.exports = {
  genSaltSync, hashSync, compareSync, getRounds,
  genSalt: later(genSaltSync), hash: later(hashSync), compare: later(compareSync),
};

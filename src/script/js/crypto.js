// SPDX-License-Identifier: Apache-2.0
// Hashes, keys from passwords, random bytes. Ciphers and signatures are not here.
'use strict';

const native = binding('crypto');
const { checkFunction, checkInteger, checkString, coded, invalidType, outOfRange } = require('internal/errors');
const { fillIn } = require('internal/not-here');

const { Buffer } = require('buffer');
const MOST_RANDOM = 2 ** 31 - 1;
const HASHES = ['md5', 'ripemd160', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512-256', 'sha3-256', 'sha3-512',
  'blake2b512', 'blake2s256'];

// Whatever holds bytes, or text in an encoding, as an Uint8Array.
function bytesOf(value, name, encoding) {
  if (typeof value === 'string') return Buffer.from(value, encoding === 'buffer' ? 'utf8' : encoding);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw invalidType(name, 'of type string or an instance of Buffer, TypedArray, or DataView', value);
}

function bufferOf(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function shown(bytes, encoding) {
  const buffer = bufferOf(bytes);
  return encoding === undefined || encoding === 'buffer' ? buffer : buffer.toString(encoding);
}

// What Hash and Hmac share: bytes are gathered and worked on at the end, all at once.
class Digester {
  #parts = [];
  #isDone = false;

  update(data, encoding) {
    if (this.#isDone) throw coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    this.#parts.push(Buffer.from(bytesOf(data, 'data', encoding)));
    return this;
  }

  digest(encoding) {
    if (this.#isDone) throw coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    this.#isDone = true;
    return shown(this.finish(Buffer.concat(this.#parts)), encoding);
  }

  partsInto(copy) {
    for (const part of this.#parts) copy.update(part);
    return copy;
  }
}

class Hash extends Digester {
  constructor(algorithm) {
    super();
    checkString(algorithm, 'algorithm');
    if (!native.hasHash(algorithm)) throw new Error('Digest method not supported');
    this.algorithm = algorithm;
  }

  finish(bytes) {
    return native.hash(this.algorithm, bytes);
  }

  copy() {
    return this.partsInto(new Hash(this.algorithm));
  }
}

class Hmac extends Digester {
  #key;

  constructor(algorithm, key) {
    super();
    checkString(algorithm, 'hmac');
    if (!native.hasHash(algorithm)) throw coded(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${algorithm}`);
    this.algorithm = algorithm;
    this.#key = bytesOf(key, 'key');
  }

  finish(bytes) {
    return native.hmac(this.algorithm, this.#key, bytes);
  }
}

// With a callback the answer comes later, without one it is returned.
function answer(make, callback) {
  if (callback === undefined) return make();
  checkFunction(callback);
  let value;
  let failure = null;
  try {
    value = make();
  } catch (error) {
    failure = error;
  }
  setImmediate(() => (failure ? callback(failure) : callback(null, value)));
  return undefined;
}

function randomBytes(size, callback) {
  checkInteger(size, 'size', 0, MOST_RANDOM);
  return answer(() => bufferOf(native.random(size)), callback);
}

function randomFillSync(target, offset = 0, size = target.length - offset) {
  new Uint8Array(target.buffer, target.byteOffset + offset, size).set(native.random(size));
  return target;
}

function getRandomValues(array) {
  if (array.byteLength > 65536) {
    throw Object.assign(new Error(`The requested length exceeds 65,536 bytes`), { name: 'QuotaExceededError', code: 22 });
  }
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(native.random(array.byteLength));
  return array;
}

// Without a bias: what does not fit a whole number of ranges is thrown away.
function drawInteger(range) {
  const limit = 2 ** 48 - (2 ** 48 % range);
  for (;;) {
    const drawn = bufferOf(native.random(6)).readUIntBE(0, 6);
    if (drawn < limit) return drawn % range;
  }
}

function randomInt(min, max, callback) {
  const isShort = max === undefined || typeof max === 'function';
  const [low, high, done] = isShort ? [0, min, max] : [min, max, callback];
  for (const [value, name] of [[low, 'min'], [high, 'max']]) {
    if (!Number.isSafeInteger(value)) throw invalidType(name, 'a safe integer', value);
  }
  if (high <= low) throw outOfRange('max', `greater than the value of "min" (${low})`, high);
  if (high - low > 2 ** 48 - 1) throw outOfRange(isShort ? 'max' : 'max - min', '<= 281474976710655', high - low);
  return answer(() => low + drawInteger(high - low), done);
}

function randomUUID() {
  const bytes = bufferOf(native.random(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function pbkdf2Sync(password, salt, iterations, keylen, digest) {
  checkString(digest, 'digest');
  checkInteger(iterations, 'iterations', 1, MOST_RANDOM);
  checkInteger(keylen, 'keylen', 0, MOST_RANDOM);
  if (!native.hasHash(digest)) throw coded(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${digest}`);
  return bufferOf(native.pbkdf2(digest, bytesOf(password, 'password'), bytesOf(salt, 'salt'), iterations, keylen));
}

function scryptSync(password, salt, keylen, options = {}) {
  checkInteger(keylen, 'keylen', 0, MOST_RANDOM);
  const N = options.N ?? options.cost ?? 16384;
  const r = options.r ?? options.blockSize ?? 8;
  const p = options.p ?? options.parallelization ?? 1;
  return bufferOf(native.scrypt(bytesOf(password, 'password'), bytesOf(salt, 'salt'), N, r, p,
    options.maxmem ?? 32 * 1024 * 1024, keylen));
}

function scrypt(password, salt, keylen, options, callback) {
  const [chosen, done] = typeof options === 'function' ? [{}, options] : [options, callback];
  checkFunction(done);
  answer(() => scryptSync(password, salt, keylen, chosen), done);
}

function pbkdf2(password, salt, iterations, keylen, digest, callback) {
  checkFunction(callback);
  answer(() => pbkdf2Sync(password, salt, iterations, keylen, digest), callback);
}

// As long for any two of the same length.
function timingSafeEqual(left, right) {
  const [a, b] = [bytesOf(left, 'buf1'), bytesOf(right, 'buf2')];
  if (a.length !== b.length) {
    throw coded(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length');
  }
  return a.reduce((difference, byte, at) => difference | (byte ^ b[at]), 0) === 0;
}

const DIGESTS = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };

const subtle = fillIn({
  async digest(algorithm, data) {
    const name = DIGESTS[String(algorithm?.name ?? algorithm).toUpperCase()];
    if (!name) throw Object.assign(new Error('Unrecognized algorithm name'), { name: 'NotSupportedError' });
    const bytes = native.hash(name, bytesOf(data, 'data'));
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  },
}, 'crypto.subtle', 'decrypt deriveBits deriveKey encrypt exportKey generateKey importKey sign unwrapKey verify wrapKey');

const webcrypto = { getRandomValues, randomUUID, subtle };

module.exports = fillIn({
  Hash,
  Hmac,
  constants: {},
  createHash: (algorithm) => new Hash(algorithm),
  createHmac: (algorithm, key) => new Hmac(algorithm, key),
  getCiphers: () => [],
  getHashes: () => HASHES.filter((name) => native.hasHash(name)),
  getRandomValues,
  hash: (algorithm, data, encoding = 'hex') => shown(native.hash(algorithm, bytesOf(data, 'data')), encoding),
  pbkdf2,
  pbkdf2Sync,
  pseudoRandomBytes: randomBytes,
  randomBytes,
  randomFill: (target, callback) => answer(() => randomFillSync(target), callback),
  randomFillSync,
  randomInt,
  randomUUID,
  scrypt,
  scryptSync,
  subtle,
  timingSafeEqual,
  webcrypto,
}, 'crypto', 'checkPrime createCipheriv createDecipheriv createDiffieHellman createECDH createPrivateKey createPublicKey ' +
  'createSecretKey createSign createVerify diffieHellman generateKey generateKeyPair generateKeyPairSync generateKeySync ' +
  'generatePrime hkdf hkdfSync privateDecrypt privateEncrypt publicDecrypt publicEncrypt sign verify KeyObject ' +
  'X509Certificate Cipheriv Decipheriv ECDH Sign Verify');

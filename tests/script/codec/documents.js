// SPDX-License-Identifier: Apache-2.0
// Random documents, the same ones for the same seed in every engine; what bson makes of them, as hashes.
'use strict';

const bson = require('bson');
const crypto = require('crypto');

const CHUNK = 500;

// xorshift32
function randomOf(seed) {
  let state = seed | 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return { next, below: (n) => next() % n, pick: (list) => list[next() % list.length] };
}

const TEXTS = [
  '', 'a', 'grüße', '日本語', '😀', 'a\0b', 'x'.repeat(130), '\ud800', '\udc00x', 'line\nbreak', '"quoted"', '\u2028', 'ÿ', '\u0800',
  '__proto__', '$set', 'a.b', '0',
];
const KEYS = ['a', 'b', 'name', 'ünï', 'with space', '', '_id', 'x.y', '$k', '日', 'constructor', 'toString', 'a1', 'long_key_'.repeat(5)];
const NUMBERS = [
  0, -0, 1, -1, 127, 255, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 32, 2 ** 53 - 1, -(2 ** 53), 1.5, -2.25, 1e308, 5e-324, NaN, Infinity,
  -Infinity, 1700000000000,
];

const bytesOf = (random, count) => Buffer.from(Array.from({ length: count }, () => random.below(256)));
const idOf = (random) => new bson.ObjectId(bytesOf(random, 12).toString('hex'));

const MAKERS = [
  (random) => random.pick(NUMBERS),
  (random) => random.next() | 0,
  (random) => random.next() * 2 ** random.below(40),
  (random) => random.next() / 2 ** random.below(60),
  (random) => random.pick(TEXTS),
  (random) => String.fromCodePoint(...Array.from({ length: random.below(12) }, () => 1 + random.below(0xd7ff))),
  (random) => random.below(2) === 0,
  () => null,
  () => undefined,
  (random) => new Date((random.next() - 2 ** 31) * 1000 * random.below(20)),
  idOf,
  (random) => bson.Long.fromBits(random.next() | 0, random.next() | 0),
  (random) => BigInt.asIntN(64, (BigInt(random.next()) << 32n) | BigInt(random.next())),
  (random) => new bson.Int32(random.next() | 0),
  (random) => new bson.Double(random.pick(NUMBERS)),
  (random) => bson.Decimal128.fromString(`${random.below(2) ? '-' : ''}${random.next()}.${random.below(1000)}E${random.below(40) - 20}`),
  (random) => random.pick(['NaN', 'Infinity', '-Infinity', '-0', '0E+6111', '1E-6176'].map((text) => bson.Decimal128.fromString(text))),
  (random) => bytesOf(random, random.below(20)),
  (random) => new Uint8Array(bytesOf(random, random.below(9))),
  (random) => new bson.Binary(bytesOf(random, random.below(20)), random.pick([0, 1, 3, 5, 6, 128])),
  (random) => new bson.UUID(bytesOf(random, 16)),
  (random) => new bson.Timestamp({ t: random.next(), i: random.next() }),
  (random) => new RegExp(random.pick(['a+b', '^x$', '\\d', 'ä', '']) || '(?:)', random.pick(['', 'i', 'm', 'im', 's', 'g', 'gi'])),
  (random) => new bson.BSONRegExp('x|y', random.pick(['', 'imsx', 'x'])),
  (random) => new bson.Code('function () {}', random.below(2) ? { n: random.below(9) } : undefined),
  (random) => new bson.DBRef('coll', idOf(random), random.below(2) ? 'db' : undefined),
  (random) => new bson.BSONSymbol(random.pick(TEXTS.slice(0, 5))),
  () => new bson.MinKey(),
  () => new bson.MaxKey(),
  () => function ignored() {},
  (random, depth) => new Map([['m', valueOf(random, depth + 1)], ['n', valueOf(random, depth + 1)]]),
  (random, depth) => documentOf(random, depth + 1),
  (random, depth) => documentOf(random, depth + 1),
  (random, depth) => Array.from({ length: random.below(6) }, () => valueOf(random, depth + 1)),
  (random) => ({ toBSON: () => ({ made: random.below(10) }) }),
];

function valueOf(random, depth) {
  return random.pick(depth < 4 ? MAKERS : MAKERS.slice(0, 12))(random, depth);
}

function documentOf(random, depth) {
  const document = {};
  for (let count = random.below(depth === 0 ? 14 : 5); count > 0; count--) {
    Object.defineProperty(document, random.pick(KEYS) + (random.below(3) || ''), {
      value: valueOf(random, depth), configurable: true, enumerable: true, writable: true,
    });
  }
  return document;
}

// All that can be seen of a value that was decoded.
function describe(value) {
  if (value === null || typeof value !== 'object') return `${typeof value}:${Object.is(value, -0) ? '-0' : String(value)}`;
  if (Array.isArray(value)) return `[${value.map(describe).join()}]`;
  if (value instanceof Date) return `date:${value.getTime()}`;
  if (value instanceof RegExp) return `regexp:${value.source}/${value.flags}`;
  switch (value._bsontype) {
    case undefined: return `{${Object.keys(value).map((key) => `${key}=${describe(value[key])}`).join()}}`;
    case 'Binary': return `${value.constructor.name}:${value.sub_type}:${Buffer.from(value.value()).toString('hex')}`;
    case 'Timestamp': return `timestamp:${value.t},${value.i}`;
    case 'Long': return `long:${value}`;
    case 'DBRef': return `ref:${value.collection}:${value.oid}:${value.db}:${describe(value.fields)}`;
    case 'Code': return `code:${value.code}:${describe(value.scope)}`;
    case 'BSONRegExp': return `re:${value.pattern}/${value.options}`;
    default: return `${value._bsontype}:${value}`;
  }
}

const DECODING = [{}, { promoteValues: false }, { promoteLongs: false }, { useBigInt64: true }, { bsonRegExp: true }, { promoteBuffers: true }];

function sayOne(random, hash) {
  const document = documentOf(random, 0);
  const ignoreUndefined = random.below(2) === 0;
  const options = DECODING[random.below(DECODING.length)];
  const bytes = Buffer.from(bson.serialize(document, { ignoreUndefined }));
  hash.update(bytes);
  hash.update(String(bson.calculateObjectSize(document, { ignoreUndefined })));
  const decoded = bson.deserialize(bytes, options);
  hash.update(describe(decoded));
  // And back: what was decoded encodes to the same as there.
  if (options.promoteValues === false || options.promoteLongs === false) {
    hash.update(Buffer.from(bson.serialize(decoded, { ignoreUndefined: false })));
  }
  return bytes;
}

// One line for each chunk: where it began and a hash of all that bson made of it. With `isLoud` one for
// each document.
function run(from, to, isLoud) {
  for (let start = from; start < to; start += CHUNK) {
    const hash = crypto.createHash('sha256');
    for (let seed = start; seed < Math.min(to, start + CHUNK); seed++) {
      const own = isLoud ? crypto.createHash('sha256') : hash;
      const bytes = sayOne(randomOf(Math.imul(seed + 1, 2654435761)), own);
      if (isLoud) console.log(`${seed} ${own.digest('hex').slice(0, 16)} ${bytes.toString('hex')}`);
    }
    if (!isLoud) console.log(`${start} ${hash.digest('hex')}`);
  }
}

const [from, to, isLoud] = process.env.CODEC_RANGE.split(',').map(Number);
exports.up = () => run(from, to, isLoud === 1);
if (!process.versions.godwit) exports.up();

// SPDX-License-Identifier: Apache-2.0
'use strict';

const {
  BSON, BSONRegExp, BSONSymbol, Binary, Code, DBRef, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp,
  UUID,
} = require('mongodb');
const { ok, same, throws } = require('./lib/check.js');

const TYPES = { 1: 'double', 16: 'int', 18: 'long' };

async function typeOf(c, field) {
  return (await c.aggregate([{ $project: { type: { $type: `$${field}` } } }]).next()).type;
}

async function stored(c, value) {
  await c.deleteMany({});
  await c.insertOne({ _id: 1, value });
  return [await typeOf(c, 'value'), (await c.findOne()).value];
}

async function numbers(c) {
  same(await stored(c, 5), ['int', 5]);
  same(await stored(c, 5.5), ['double', 5.5]);
  same(await stored(c, 2 ** 31), ['double', 2 ** 31]);
  same(await stored(c, -(2 ** 31)), ['int', -(2 ** 31)]);
  same(await stored(c, -0), ['double', -0]);
  same(await stored(c, NaN), ['double', NaN]);
  same(await stored(c, new Double(5)), ['double', 5]);
  same(await stored(c, new Int32(5)), ['int', 5]);
  same(await stored(c, 5n), ['long', 5]);
  same(await stored(c, Long.fromNumber(7)), ['long', 7]);
  const [, big] = await stored(c, Long.MAX_VALUE);
  ok(big instanceof Long && big.equals(Long.MAX_VALUE), 'an unsafe int64 is a Long');
  const kept = await c.findOne({}, { promoteLongs: false });
  ok(kept.value instanceof Long, 'promoteLongs: false');
  same((await c.findOne({}, { useBigInt64: true })).value, 9223372036854775807n);
  const [type, decimal] = await stored(c, Decimal128.fromString('1.50'));
  same([type, decimal.toString(), decimal instanceof Decimal128], ['decimal', '1.50', true]);
  const raw = await c.findOne({}, { promoteValues: false });
  ok(raw._id instanceof Int32, 'promoteValues: false');
}

async function others(c) {
  same(await stored(c, undefined), ['null', null]);
  same(await stored(c, null), ['null', null]);
  same((await stored(c, () => 1))[0], 'missing');
  same((await stored(c, Symbol('x')))[0], 'missing');
  same(await stored(c, 'a\u0000ü€😀'), ['string', 'a\u0000ü€😀']);
  same(await stored(c, true), ['bool', true]);
  const at = new Date(1234567890123);
  const [dateType, date] = await stored(c, at);
  ok(dateType === 'date' && date instanceof Date && date.getTime() === at.getTime(), 'Date');
  same((await stored(c, new Date(NaN)))[1].getTime(), 0);
  const [regexType, regex] = await stored(c, /a.b/im);
  ok(regexType === 'regex' && regex instanceof RegExp && regex.source === 'a.b' && regex.flags === 'im', 'RegExp');
  same(await stored(c, new Map([['b', 1], ['a', new Map([['x', 2]])]])), ['object', { b: 1, a: { x: 2 } }]);
  same(await stored(c, new Set([1])), ['object', {}]);
  same(await stored(c, [1, [2], { a: [] }]), ['array', [1, [2], { a: [] }]]);
  same(await stored(c, { toBSON: () => ({ b: 2 }) }), ['object', { b: 2 }]);
  const [binType, bin] = await stored(c, Buffer.from('hello'));
  ok(binType === 'binData' && bin instanceof Binary && bin.sub_type === 0, 'Buffer becomes Binary');
  same(bin.buffer.toString('utf8'), 'hello');
  ok(Buffer.isBuffer((await c.findOne({}, { promoteBuffers: true })).value), 'promoteBuffers');
  const uuid = new UUID();
  const [, back] = await stored(c, uuid);
  ok(back instanceof UUID && back.equals(uuid), 'UUID');
  const [, stamp] = await stored(c, new Timestamp({ t: 5, i: 3 }));
  ok(stamp instanceof Timestamp && stamp.t === 5 && stamp.i === 3, 'Timestamp');
  ok((await stored(c, new MinKey()))[1] instanceof MinKey, 'MinKey');
  ok((await stored(c, new MaxKey()))[1] instanceof MaxKey, 'MaxKey');
  const [, code] = await stored(c, new Code('return x', { x: 1 }));
  ok(code instanceof Code && code.code === 'return x' && code.scope.x === 1, 'Code');
  const [, reference] = await stored(c, new DBRef('other', 7));
  ok(reference instanceof DBRef && reference.collection === 'other' && reference.oid === 7, 'DBRef');
  same((await stored(c, new BSONSymbol('s')))[1], 's');
  ok((await stored(c, new BSONRegExp('a', 'i')))[1] instanceof RegExp, 'BSONRegExp');
}

async function documents(c) {
  await c.deleteMany({});
  await c.insertOne({ _id: 1, b: 1, a: 2, 2: 'two', 1: 'one', ['__proto__']: 5, nested: { z: 1, y: undefined } });
  const found = await c.findOne();
  same(Object.keys(found), ['1', '2', '_id', 'b', 'a', '__proto__', 'nested'].filter((k) => k !== '__proto__' || Object.hasOwn(found, k)));
  same(found.nested, { z: 1, y: null });
  const tidy = c.db.collection(c.collectionName, { ignoreUndefined: true });
  await tidy.insertOne({ _id: 2, a: undefined, list: [undefined] });
  same(await c.findOne({ _id: 2 }), { _id: 2, list: [null] });
  await c.insertOne({ _id: 3, u: undefined }, { ignoreUndefined: true });
  same(await c.findOne({ _id: 3 }), { _id: 3 });

  const circle = {};
  circle.self = circle;
  await throws(() => c.insertOne(circle), { name: 'BSONError', message: 'Cannot convert circular structure to BSON' });
  await throws(() => c.insertOne({ ['a\u0000b']: 1 }), { name: 'BSONError', message: /must not contain null bytes/ });
  class Person {
    constructor(name) {
      this.name = name;
    }

    greet() {}
  }
  await c.insertOne({ _id: 4, p: new Person('Ann') });
  same((await c.findOne({ _id: 4 })).p, { name: 'Ann' });
}

function objectIds() {
  const hex = '507f1f77bcf86cd799439011';
  const id = new ObjectId(hex);
  same([id.toString(), id.toHexString(), JSON.stringify({ id }), `${id}`], [hex, hex, `{"id":"${hex}"}`, hex]);
  same(id.toString('base64'), 'UH8fd7z4bNeZQ5AR');
  same(id.getTimestamp().getTime(), 0x507f1f77 * 1000);
  ok(id.equals(hex) && id.equals(new ObjectId(hex)) && !id.equals(new ObjectId()) && !id.equals(null), 'equals');
  ok(ObjectId.isValid(hex) && !ObjectId.isValid('x') && ObjectId.isValid(id) && !ObjectId.isValid(null), 'isValid');
  ok(new ObjectId(id).equals(id) && new ObjectId(id.id).equals(id), 'from another, from bytes');
  ok(Buffer.isBuffer(id.id) && id.id.length === 12, 'id');
  ok(ObjectId.createFromHexString(hex).equals(id), 'createFromHexString');
  ok(ObjectId.createFromBase64('UH8fd7z4bNeZQ5AR').equals(id), 'createFromBase64');
  same(ObjectId.createFromTime(5).toHexString(), '000000050000000000000000');
  ok(new ObjectId() instanceof ObjectId && !({} instanceof ObjectId), 'instanceof');
  same(id._bsontype, 'ObjectId');
  same(Object.keys(id), ['i0', 'i1', 'i2', 'i3']);
  const [one, two] = [new ObjectId(), new ObjectId()];
  ok(one.toHexString() < two.toHexString(), 'they grow');
  return Promise.all([
    throws(() => new ObjectId('zz'), {
      name: 'BSONError', message: 'input must be a 24 character hex string, 12 byte Uint8Array, or an integer',
    }),
    throws(() => new ObjectId({}), { message: 'Argument passed in does not match the accepted types' }),
    throws(() => ObjectId.createFromHexString('x'), { message: 'hex string must be 24 characters' }),
  ]);
}

exports.up = async (db) => {
  const c = db.collection('types');
  same(TYPES[16], 'int');
  await numbers(c);
  await others(c);
  await documents(c);
  await objectIds();
  same(BSON.EJSON.stringify({ id: new ObjectId('507f1f77bcf86cd799439011') }), '{"id":{"$oid":"507f1f77bcf86cd799439011"}}');
  ok(BSON.EJSON.parse('{"$oid":"507f1f77bcf86cd799439011"}') instanceof ObjectId, 'EJSON makes ObjectIds');
  const bytes = BSON.serialize({ id: new ObjectId('507f1f77bcf86cd799439011') });
  ok(BSON.deserialize(bytes).id.equals('507f1f77bcf86cd799439011'), 'BSON.serialize');
};

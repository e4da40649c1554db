// SPDX-License-Identifier: Apache-2.0
'use strict';

const util = require('node:util');
const {
  BSON, BSONRegExp, BSONSymbol, Binary, Code, DBRef, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp,
  UUID,
} = require('mongodb');
const { record } = require('./record.js');

const HEX = '507f1f77bcf86cd799439011';
const VALUES = () => ({
  zero: 0, int: 5, negative: -7, edge: 2 ** 31 - 1, over: 2 ** 31, under: -(2 ** 31), lower: -(2 ** 31) - 1, half: 5.5,
  minusZero: -0, nan: NaN, infinite: Infinity, minusInfinite: -Infinity, safe: Number.MAX_SAFE_INTEGER, huge: 1e300, tiny: 5e-324,
  now: 1700000000000, bigint: 5n, bigintLarge: 2n ** 62n, double: new Double(5), doubleHalf: new Double(1.25), int32: new Int32(9),
  long: Long.fromNumber(7), longMax: Long.MAX_VALUE, longMin: Long.MIN_VALUE, longUnsafe: Long.fromString('9007199254740993'),
  unsigned: Long.fromString('18446744073709551615', true), decimal: Decimal128.fromString('1.50'), decimalBig: Decimal128.fromString('1E+6000'),
  decimalNan: Decimal128.fromString('NaN'), string: 'a', empty: '', unicode: 'ü€😀\u0000z', lone: '\ud800x', yes: true, no: false,
  nothing: null, missing: undefined, date: new Date(1234567890123), before: new Date(-1), epoch: new Date(0), invalid: new Date(NaN),
  regex: /a.b/im, regexAll: /x/su, bsonRegex: new BSONRegExp('a', 'ix'), list: [1, 'x', null, undefined, [2.5], {}], none: [],
  sparse: [1, , 3], nested: { a: { b: { c: [{ d: 1 }] } } }, object: {}, map: new Map([['b', 1], ['a', new Map([['x', 2]])]]),
  set: new Set([1]), fn: () => 1, symbol: Symbol('s'), buffer: Buffer.from('hello'), bytes: new Uint8Array([1, 2]), id: new ObjectId(HEX),
  binary: new Binary(Buffer.from([1, 2]), 5), userBinary: new Binary(Buffer.from('x'), 0x80), uuid: new UUID('11111111-2222-4333-8444-555555555555'),
  stamp: new Timestamp({ t: 5, i: 3 }), stampLong: Timestamp.fromBits(1, 2), min: new MinKey(), max: new MaxKey(),
  code: new Code('return 1'), scoped: new Code('return x', { x: 1 }), codeFn: new Code(function f() {}), ref: new DBRef('other', 7),
  refDb: new DBRef('other', new ObjectId(HEX), 'db', { more: 1 }), bsonSymbol: new BSONSymbol('s'), toBson: { toBSON: () => ({ b: 2 }) },
  boxed: Object(5), boxedString: Object('s'), boxedBoolean: Object(true), error: Object.assign(new Error('e'), { code: 1 }),
});

exports.up = record({
  async everyValue({ c, show, tried }) {
    for (const [name, value] of Object.entries(VALUES())) {
      await tried(async () => {
        await c.replaceOne({ _id: name }, { value }, { upsert: true });
        const [type] = await c.aggregate([{ $match: { _id: name } }, { $project: { type: { $type: '$value' } } }]).toArray();
        return [name, type.type, (await c.findOne({ _id: name })).value];
      });
    }
    const options = [{ promoteValues: false }, { promoteLongs: false }, { promoteBuffers: true }, { useBigInt64: true }, { bsonRegExp: true }];
    for (const given of options) {
      show(given, (await c.find({}, given).sort({ _id: 1 }).toArray()).map(({ _id, value }) => [_id, value]));
    }
  },

  async refused({ c, tried }) {
    const circle = {};
    circle.self = circle;
    const ring = [];
    ring.push(ring);
    for (const value of [circle, ring]) await tried(() => c.insertOne({ value }));
    for (const document of [[1], 'x', 5, true, new Date(0), /x/, Buffer.from('x'), () => 1, new ObjectId(HEX)]) {
      await tried(() => c.insertMany([document]));
    }
    await tried(() => c.insertOne({ get a() { throw new RangeError('getter'); } }));
    await tried(() => c.insertOne({ a: { toBSON() { throw new RangeError('toBSON'); } } }));
    await tried(() => c.insertOne({ _id: 'big', text: 'x'.repeat(16 * 1024 * 1024 + 10) }));
    let deep = { end: 1 };
    for (let i = 0; i < 90; i++) deep = { deep };
    await tried(() => c.insertOne({ _id: 'deep', deep }).then(() => 'as deep'));
  },

  async options({ c, db, show }) {
    const tidy = db.collection('c', { ignoreUndefined: true });
    await tidy.insertOne({ _id: 1, a: undefined, list: [undefined], in: { b: undefined, c: 1 } });
    await c.insertOne({ _id: 2, a: undefined, fn: function named() { return 1; } }, { ignoreUndefined: true, serializeFunctions: true });
    await tidy.updateOne({ _id: 1 }, { $set: { x: undefined, y: 1 } });
    await c.updateOne({ _id: 2, gone: undefined }, { $set: { never: 1 } });
    show(await tidy.findOne({ _id: 1, gone: undefined }), await c.findOne({ _id: 1, gone: undefined }), await c.findOne({ _id: 1, gone: 5 }));
    show(db.collection('c', { promoteLongs: false }).bsonOptions, c.bsonOptions, db.bsonOptions);
    await c.insertOne({ _id: 3, n: Long.fromNumber(7) });
    show(await db.collection('c', { promoteLongs: false }).findOne({ _id: 3 }), await db.collection('c', { useBigInt64: true }).findOne({ _id: 3 }));
  },

  async keys({ c, show }) {
    class Person {
      #secret = 1;
      constructor(name) { this.name = name; }
      get shout() { return this.name.toUpperCase(); }
      greet() { return this.#secret; }
    }
    await c.insertOne({ _id: 1, b: 1, a: 2, 2: 'two', 1: 'one', ['__proto__']: 5, '': 'empty', 'ä': 1, $dollar: 1, 'with.dot': 2, constructor: 3 });
    await c.insertOne({ _id: 2, p: new Person('Ann'), none: Object.create(null, { x: { value: 1, enumerable: true }, y: { value: 2 } }), [Symbol('s')]: 1 });
    await c.insertOne({ a: 1, _id: 3 });
    await c.insertOne(Object.assign(Object.create({ inherited: 1 }), { _id: 4, own: 1 }));
    show(...(await c.find().sort({ _id: 1 }).toArray()).map((found) => [Object.keys(found), found]));
  },

  async objectIds({ show, tried }) {
    const id = new ObjectId(HEX);
    show(id.toString(), id.toHexString(), `${id}`, JSON.stringify({ id }), id.toJSON(), id.toString('base64'), id.toString('hex'), id.getTimestamp());
    show(id.equals(HEX), id.equals(new ObjectId(HEX)), id.equals(null), id.equals({}), id.equals(HEX.toUpperCase()), id.equals({ toHexString: () => HEX }));
    show([HEX, 'x', 'x'.repeat(12), '', null, undefined, 5, -1, {}, id, Buffer.alloc(12), Buffer.alloc(5), { id: 'x' }].map((value) => ObjectId.isValid(value)));
    show(id.id, id._bsontype, Object.keys(id).length, new ObjectId(id.id), new ObjectId(id), new ObjectId({ toHexString: () => HEX }), id.inspect());
    show(ObjectId.createFromHexString(HEX), ObjectId.createFromBase64('UH8fd7z4bNeZQ5AR'), ObjectId.createFromTime(5), ObjectId.createFromTime(1e9).getTimestamp());
    show(new ObjectId(5).toHexString().slice(0, 8), new ObjectId() instanceof ObjectId, typeof ObjectId.generate(), new ObjectId(undefined) instanceof ObjectId);
    for (const bad of ['zz', 'x'.repeat(12), {}, [], true, Buffer.alloc(5), 'g'.repeat(24), HEX + '0']) await tried(async () => new ObjectId(bad).toHexString().length);
    for (const bad of ['x', 5, null, undefined]) await tried(async () => ObjectId.createFromHexString(bad));
    await tried(async () => ObjectId.createFromBase64('x'));
    await tried(async () => ObjectId(HEX));
    show([new ObjectId('ff'.repeat(12)), id].sort((a, b) => (a.toString() < b.toString() ? -1 : 1)), new Set([id, id]).size, id == HEX, { ...id }.constructor.name);
  },

  async classes({ show, tried }) {
    const long = Long.fromString('9007199254740993');
    show(long.add(1).toString(), long.mul(2).toString(), long.toNumber(), long.toBigInt(), long.equals(Long.fromBigInt(9007199254740993n)), long.isNegative());
    show(Long.fromNumber(7).div(2).toInt(), Long.fromInt(5).compare(6), Long.isLong(long), Long.ONE.shiftLeft(40).toString(), Long.fromBits(1, 1).toString(16));
    show(Decimal128.fromString('12.340').toString(), String(Decimal128.fromString('-0')), JSON.stringify({ d: Decimal128.fromString('1e3') }));
    show(new Double(1.5) + 1, new Int32(3) * 2, new Double(5).toJSON(), JSON.stringify([new Int32(1), new Double(2), long, new Timestamp({ t: 1, i: 2 })]));
    const binary = new Binary(Buffer.from('hello'));
    show(binary.toString(), binary.length(), binary.sub_type, binary.position, binary.value(), JSON.stringify({ binary }), binary.toString('hex'));
    show(Binary.createFromBase64('aGVsbG8=', 0), Binary.createFromHexString('0102', 5), new Binary('text').toString());
    const uuid = new UUID('11111111-2222-4333-8444-555555555555');
    show(uuid.toString(), uuid.toHexString(false), JSON.stringify({ uuid }), uuid.equals(uuid.toString()), uuid.toBinary(), UUID.isValid('x'), new UUID().toString().length);
    show(uuid instanceof Binary, new Timestamp({ t: 5, i: 3 }).toString(), new Timestamp({ t: 5, i: 3 }).t, new DBRef('c', 1).toJSON(), new Code('x').toJSON());
    show(new BSONRegExp('a', 'mi'), new BSONSymbol('s').valueOf(), new MinKey()._bsontype, new MaxKey()._bsontype);
    for (const bad of [
      () => Decimal128.fromString('x'), () => new Decimal128('nope'), () => new UUID('x'), () => new Timestamp({ t: -1, i: 0 }), () => new Timestamp({ t: 'x' }),
      () => new BSONRegExp('a\0'), () => Long.fromString(''), () => new Binary(5), () => Double.fromString('x'), () => Int32.fromString('1.5'),
    ]) await tried(async () => bad());
  },

  async extendedJson({ show, tried }) {
    const { EJSON } = BSON;
    const values = VALUES();
    for (const name of ['missing', 'fn', 'symbol', 'set', 'error', 'sparse', 'invalid', 'lone']) delete values[name];
    for (const [name, value] of Object.entries(values)) {
      await tried(async () => [name, EJSON.stringify({ value }), EJSON.stringify({ value }, { relaxed: false })]);
      await tried(async () => EJSON.parse(EJSON.stringify({ value }, { relaxed: false }), { relaxed: false }));
    }
    show(EJSON.parse('{"a":{"$date":"2020-01-01T00:00:00Z"},"b":{"$numberLong":"5"},"c":{"$oid":"507f1f77bcf86cd799439011"}}'));
    show(EJSON.stringify({ a: [new ObjectId(HEX)] }, null, 2), EJSON.serialize({ a: 5n }), EJSON.deserialize({ a: { $numberInt: '5' } }));
    show(BSON.deserialize(BSON.serialize({ a: 1, id: new ObjectId(HEX), u: undefined })), BSON.calculateObjectSize({ a: 1 }), BSON.serialize({ a: 1 }));
  },

  async inspected({ c }) {
    const values = VALUES();
    delete values.error;
    await c.insertOne({ _id: 1, ...values });
    const found = await c.findOne();
    for (const [name, value] of Object.entries(found)) console.log('  ', name, util.inspect(value));
    for (const [name, value] of Object.entries(values)) console.log('  ', name, util.inspect(value), util.inspect({ value }, { depth: 0 }));
    console.log('  ', found, [new ObjectId(HEX)], { id: new ObjectId(HEX) }, `${JSON.stringify(found)}`);
    await c.deleteMany({});
  },
});

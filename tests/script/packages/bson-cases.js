// SPDX-License-Identifier: Apache-2.0
'use strict';

const bson = require('bson');
const { BSON, Binary, Code, DBRef, Decimal128, Double, EJSON, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, UUID } = bson;

const document = {
  _id: new ObjectId('507f1f77bcf86cd799439011'), int: new Int32(5), double: new Double(5), long: Long.fromString('9007199254740993'),
  decimal: Decimal128.fromString('1.50'), date: new Date(5), regexp: /a+b/im, binary: new Binary(Buffer.from('abc')),
  uuid: new UUID('6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b'), code: new Code('f()', { x: 1 }), ref: new DBRef('c', new ObjectId('507f1f77bcf86cd799439012')),
  time: new Timestamp({ t: 1, i: 2 }), min: new MinKey(), max: new MaxKey(), nil: null, list: [1, 'x', { y: [] }], text: 'grüße 😀',
};

require('./run-cases')(module, [
  () => Buffer.from(bson.serialize(document)).toString('hex'),
  () => EJSON.stringify(bson.deserialize(bson.serialize(document)), { relaxed: false }),
  () => EJSON.stringify(document),
  () => EJSON.stringify(EJSON.parse('{"a":{"$numberDecimal":"1E+3"},"b":{"$date":"2024-01-01T00:00:00Z"},"c":{"$oid":"507f1f77bcf86cd799439011"}}')),
  () => bson.calculateObjectSize(document),
  () => BSON.serialize({ a: undefined, f() {} }).length,
  () => Decimal128.fromString('NaN').toString() + Decimal128.fromString('-0.00').toString() + Decimal128.fromString('1E6144').toString(),
  () => Long.MAX_VALUE.add(1).toString() + Long.fromNumber(2 ** 53).toNumber(),
  () => new ObjectId('zz'),
  () => ObjectId.isValid('507f1f77bcf86cd799439011') && new ObjectId('507f1f77bcf86cd799439011').getTimestamp(),
  () => new ObjectId(5).toHexString().slice(0, 8),
  () => bson.deserialize(Buffer.from('0500000000', 'hex')),
  () => bson.deserialize(Buffer.from('05000000', 'hex')),
  () => new UUID(new UUID('6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b').buffer).toString(),
  () => bson.serialize({ ['a\0b']: 1 }),
  () => document.binary.toString('base64') + document.code.code + String(document.regexp),
]);

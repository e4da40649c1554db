// SPDX-License-Identifier: Apache-2.0
'use strict';

const { Long } = require('mongodb');
const { ok, same, throws } = require('./lib/check.js');

const ids = (documents) => documents.map(({ _id }) => _id);

async function reading(c) {
  const all = Array.from({ length: 350 }, (_, i) => i);
  same(ids(await c.find().sort({ _id: 1 }).toArray()), all, 'toArray');

  const seen = [];
  for await (const { _id } of c.find().sort({ _id: 1 }).batchSize(50)) seen.push(_id);
  same(seen, all, 'for await');

  const cursor = c.find().sort({ _id: 1 }).batchSize(40);
  const read = [];
  while (await cursor.hasNext()) read.push((await cursor.next())._id);
  same(read, all, 'hasNext and next');
  same(await cursor.next(), null, 'at the end');
  ok(cursor.closed, 'read to the end is closed');

  const each = [];
  await c.find().sort({ _id: 1 }).forEach(({ _id }) => { each.push(_id); });
  same(each, all, 'forEach');
  const some = [];
  await c.find().sort({ _id: 1 }).forEach(({ _id }) => { some.push(_id); return _id < 5; });
  same(some, [0, 1, 2, 3, 4, 5], 'forEach stops at false');

  const stopped = c.find().batchSize(2);
  for await (const { _id } of stopped) if (_id === 3) break;
  ok(stopped.closed || stopped.killed, 'break closes');
  same(await (await c.find({ _id: 3 })).toArray(), [{ _id: 3, even: false }], 'await cursor is the cursor');
}

async function options(c) {
  same(ids(await c.find({ even: true }, { sort: { _id: -1 }, limit: 3 }).toArray()), [348, 346, 344]);
  same(ids(await c.find().sort('_id', 'desc').limit(2).toArray()), [349, 348]);
  same(ids(await c.find().sort([['_id', -1]]).limit(2).toArray()), [349, 348]);
  same(ids(await c.find().sort(new Map([['_id', 'asc']])).skip(3).limit(2).toArray()), [3, 4]);
  same(ids(await c.find().sort(['even', '_id']).limit(2).toArray()), [1, 3]);
  same(await c.find({ _id: 1 }).project({ _id: 0 }).toArray(), [{ even: false }]);
  same(await c.find({ _id: 1 }, { projection: ['_id'] }).toArray(), [{ _id: 1 }]);
  same(await c.find({ _id: { $lt: 2 } }).map(({ _id }) => _id * 2).map((n) => n + 1).toArray(), [1, 3]);
  same(ids(await c.find().filter({ _id: 7 }).toArray()), [7]);
  same(ids(await c.find().limit(7).batchSize(3).toArray()).length, 7);
  same(ids(await c.find().limit(-2).toArray()).length, 2);
  same(ids(await c.find().hint({ _id: 1 }).min({ _id: 4 }).max({ _id: 6 }).toArray()), [4, 5]);
  same(ids(await c.find().hint('_id_').comment('hello').maxTimeMS(5000).collation({ locale: 'en' }).limit(1).toArray()), [0]);
  same(await c.find({ _id: 1 }).hint('_id_').returnKey(true).toArray(), [{ _id: 1 }]);
  ok('$recordId' in (await c.find({ _id: 1 }).showRecordId(true).next()), 'showRecordId');
  same(await c.find({ even: true }).count(), 175);
  same(await c.find({}, { let: { n: 5 } }).filter({ $expr: { $lt: ['$_id', '$$n'] } }).count().catch((e) => e.code), 17276);
  same(ids(await c.find({ $expr: { $eq: ['$_id', '$$n'] } }, { let: { n: 5 } }).toArray()), [5]);
  ok((await c.find({ _id: 1 }).explain()).queryPlanner, 'explain');
  same(await c.find({ _id: 1 }).allowDiskUse ? 1 : 0, 1);
  same(ids(await c.find().sort({ _id: 1 }).allowDiskUse().limit(1).toArray()), [0]);
  same(await c.find().addCursorFlag('noCursorTimeout', true).limit(1).toArray().then(ids), [0]);
}

async function states(c) {
  const cursor = c.find().sort({ _id: 1 }).batchSize(10);
  same(cursor.id, undefined);
  same(cursor.closed, false);
  await cursor.next();
  ok(cursor.id instanceof Long && !cursor.id.isZero(), 'an open cursor has an id');
  same(cursor.bufferedCount(), 9);
  same(ids(cursor.readBufferedDocuments(2)), [1, 2]);
  same(ids(cursor.readBufferedDocuments()), [3, 4, 5, 6, 7, 8, 9]);
  await throws(async () => cursor.sort({ _id: 1 }), { name: 'MongoCursorInUseError', message: 'Cursor is already initialized' });
  const clone = cursor.clone();
  same((await clone.next())._id, 0);
  await clone.close();
  cursor.rewind();
  same((await cursor.next())._id, 0);
  await cursor.close();
  same([cursor.closed, cursor.killed], [false, true], 'closed with documents at hand');
  await throws(() => cursor.next(), { name: 'MongoCursorExhaustedError', message: 'Cursor is exhausted' });
  same(await cursor.hasNext(), false);

  const once = c.find({ _id: 1 });
  same(await once.tryNext(), { _id: 1, even: false });
  same(await once.tryNext(), null);
  same(await c.find({ _id: 'none' }).next(), null);
  same(await c.find({ _id: 'none' }).hasNext(), false);
  same(await c.find({ _id: 'none' }).toArray(), []);
  const closed = c.find();
  await closed.close();
  same(await closed.toArray(), []);

  await throws(() => c.find({ _id: 1 }).map(() => null).next(), { name: 'MongoAPIError' });
  await throws(() => c.find().forEach(5), { message: 'Argument "iterator" must be a function' });
  await throws(async () => c.find().limit('x'), { message: 'Operation "limit" requires an integer' });
  await throws(async () => c.find().sort({ a: 5 }), { message: 'Invalid sort direction: 5' });
  await throws(async () => c.find().addCursorFlag('no', true), { name: 'MongoInvalidArgumentError' });
  await throws(() => c.find({ $where: 5 }).toArray(), { name: 'MongoServerError', code: 2 });
}

async function aggregating(db, c) {
  same(await c.aggregate([{ $group: { _id: '$even', n: { $sum: 1 } } }, { $sort: { _id: 1 } }]).toArray(),
    [{ _id: false, n: 175 }, { _id: true, n: 175 }]);
  same((await c.aggregate([{ $match: { _id: { $lt: 300 } } }], { batchSize: 7, allowDiskUse: true }).toArray()).length, 300);
  same(await c.aggregate().match({ _id: 1 }).project({ even: 0 }).toArray(), [{ _id: 1 }]);
  same(await c.aggregate([{ $match: { _id: { $lt: 3 } } }, { $out: 'copy' }]).toArray(), []);
  same(await db.collection('copy').countDocuments(), 3);
  await c.aggregate([{ $match: { _id: { $lt: 5 } } }, { $merge: { into: 'copy' } }]).toArray();
  same(await db.collection('copy').countDocuments(), 5);
  await c.aggregate([{ $match: { _id: 1 } }], { out: 'copy' }).toArray().catch(() => {});
  ok(await c.aggregate([{ $match: {} }]).explain(), 'explain');
  const cursor = c.aggregate([{ $match: { _id: 2 } }]);
  ok(await cursor.hasNext(), 'hasNext');
  same(await cursor.next(), { _id: 2, even: true });
  await throws(() => c.aggregate([{ $nope: 1 }]).toArray(), { name: 'MongoServerError', code: 40324 });
  same((await db.aggregate([{ $documents: [{ a: 1 }] }]).toArray()), [{ a: 1 }]);
}

exports.up = async (db) => {
  const c = db.collection('numbers');
  await c.insertMany(Array.from({ length: 350 }, (_, i) => ({ _id: i, even: i % 2 === 0 })));
  await reading(c);
  await options(c);
  await states(c);
  await aggregating(db, c);
  const parallel = await Promise.all(Array.from({ length: 120 }, () => c.find().batchSize(110).toArray()));
  ok(parallel.every((documents) => documents.length === 350), 'many cursors at once');
};

// SPDX-License-Identifier: Apache-2.0
'use strict';

const { MongoBulkWriteError, MongoServerError, ObjectId } = require('mongodb');
const { ok, same, throws } = require('./lib/check.js');

async function models(c) {
  const result = await c.bulkWrite([
    { insertOne: { document: { _id: 1, a: 1 } } },
    { insertOne: { document: { _id: 2, a: 2 } } },
    { updateOne: { filter: { _id: 1 }, update: { $set: { a: 10 } } } },
    { updateMany: { filter: {}, update: { $set: { b: 1 } } } },
    { updateOne: { filter: { _id: 'up' }, update: [{ $set: { a: 7 } }], upsert: true } },
    { replaceOne: { filter: { _id: 2 }, replacement: { z: 1 } } },
    { deleteOne: { filter: { _id: 1 } } },
    { deleteMany: { filter: { _id: 'none' } } },
  ]);
  same(Object.keys(result), [
    'insertedCount', 'matchedCount', 'modifiedCount', 'deletedCount', 'upsertedCount', 'upsertedIds', 'insertedIds',
  ]);
  same({ ...result }, {
    insertedCount: 2, matchedCount: 4, modifiedCount: 4, deletedCount: 1, upsertedCount: 1,
    upsertedIds: { 4: 'up' }, insertedIds: { 0: 1, 1: 2 },
  });
  same([result.ok, result.isOk(), result.hasWriteErrors(), result.getWriteErrorCount()], [1, true, false, 0]);
  same(result.getUpsertedIdAt(0), { index: 4, _id: 'up' });
  same(result.getRawResponse().nInserted, 2);
  same(await c.find().sort({ _id: 1 }).toArray(), [{ _id: 2, z: 1 }, { _id: 'up', a: 7 }]);
}

async function refusals(c) {
  await throws(() => c.bulkWrite([]),
    { name: 'MongoInvalidArgumentError', message: 'Invalid BulkOperation, Batch cannot be empty' });
  await throws(() => c.bulkWrite([null]), { message: 'Operation must be an object with an operation key' });
  await throws(() => c.bulkWrite([{ nope: {} }]),
    { message: 'bulkWrite only supports insertOne, updateOne, updateMany, deleteOne, deleteMany' });
  await throws(() => c.bulkWrite([{ updateOne: { filter: {}, update: { a: 1 } } }]),
    { message: 'Update document requires atomic operators' });
  await throws(() => c.bulkWrite([{ replaceOne: { filter: {}, replacement: { $set: { a: 1 } } } }]),
    { message: 'Replacement document must not use atomic operators' });
  await throws(() => c.bulkWrite([{ updateOne: { q: {}, update: { $set: { a: 1 } } } }]),
    { message: 'Raw operations are not allowed' });
  await throws(() => c.bulkWrite([{ updateOne: { update: { $set: { a: 1 } } } }]),
    { message: 'Selector must be a valid JavaScript object' });
  await throws(async () => c.initializeOrderedBulkOp().find(), { message: 'Bulk find operation must specify a selector' });
  await throws(() => c.bulkWrite([{ insertOne: { document: { big: 'x'.repeat(16 * 1024 * 1024) } } }]),
    { message: 'Document is larger than the maximum size 16777216' });
}

async function orderedErrors(c) {
  await c.deleteMany({});
  const error = await throws(() => c.bulkWrite([
    { insertOne: { document: { _id: 1 } } },
    { insertOne: { document: { _id: 1 } } },
    { insertOne: { document: { _id: 2 } } },
    { updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } } } },
  ]), { name: 'MongoBulkWriteError', code: 11000, message: /^E11000 duplicate key/, insertedCount: 1, modifiedCount: 0 });
  ok(error instanceof MongoBulkWriteError && error instanceof MongoServerError, 'its classes');
  same(error.writeErrors.length, 1);
  const [first] = error.writeErrors;
  same([first.index, first.code, first.getOperation(), first.err.op], [1, 11000, { _id: 1 }, { _id: 1 }]);
  ok(/^E11000/.test(first.errmsg), 'errmsg');
  same({ ...error.result }, {
    insertedCount: 1, matchedCount: 0, modifiedCount: 0, deletedCount: 0, upsertedCount: 0, upsertedIds: {},
    insertedIds: { 0: 1 },
  });
  same(await c.countDocuments(), 1, 'what follows the error is not done');
}

async function unorderedErrors(c) {
  await c.deleteMany({});
  const error = await throws(() => c.bulkWrite([
    { insertOne: { document: { _id: 1 } } },
    { updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } } } },
    { insertOne: { document: { _id: 1 } } },
    { insertOne: { document: { _id: 2 } } },
    { updateOne: { filter: { _id: 2 }, update: { $nope: 1 } } },
    { updateOne: { filter: { _id: 2 }, update: { $set: { a: 2 } } } },
  ], { ordered: false }), { name: 'MongoBulkWriteError', code: 11000 });
  same(error.writeErrors.map(({ index, code }) => [index, code]), [[2, 11000], [4, 9]]);
  same(error.result.insertedIds, { 0: 1, 3: 2 });
  same(await c.find().sort({ _id: 1 }).toArray(), [{ _id: 1, a: 1 }, { _id: 2, a: 2 }]);

  const many = await throws(() => c.insertMany([{ _id: 5 }, { _id: 1 }, { _id: 6 }], { ordered: false }), { code: 11000 });
  same([many.insertedCount, many.insertedIds], [2, { 0: 5, 2: 6 }]);
  const stop = await throws(() => c.insertMany([{ _id: 7 }, { _id: 1 }, { _id: 8 }]), { code: 11000 });
  same([stop.insertedCount, stop.insertedIds], [1, { 0: 7 }]);
}

async function builders(c) {
  await c.deleteMany({});
  const bulk = c.initializeOrderedBulkOp();
  const document = { n: 1 };
  bulk.insert(document).insert({ _id: 'b', n: 2 });
  ok(document._id instanceof ObjectId, 'insert makes an _id');
  bulk.find({ n: 1 }).updateOne({ $set: { n: 5 } });
  bulk.find({ n: { $gt: 0 } }).update({ $inc: { n: 1 } });
  bulk.find({ _id: 'c' }).upsert().replaceOne({ n: 9 });
  bulk.find({ _id: 'd' }).upsert().updateOne({ $setOnInsert: { n: 1 } });
  bulk.find({ _id: 'b' }).deleteOne();
  bulk.find({ n: 77 }).collation({ locale: 'en' }).hint({ _id: 1 }).delete();
  same(bulk.length, 8);
  const result = await bulk.execute();
  same([result.insertedCount, result.matchedCount, result.modifiedCount, result.upsertedCount, result.deletedCount],
    [2, 3, 3, 2, 1]);
  await throws(() => bulk.execute(), { name: 'MongoBatchReExecutionError' });
  await throws(() => c.initializeUnorderedBulkOp().execute(), { message: 'Invalid BulkOperation, Batch cannot be empty' });

  const unordered = c.initializeUnorderedBulkOp();
  for (let i = 0; i < 2500; i++) unordered.find({ _id: i }).upsert().updateOne({ $set: { i } });
  same((await unordered.execute()).upsertedCount, 2500);
  const large = await c.insertMany(Array.from({ length: 3000 }, (_, i) => ({ _id: `x${i}`, text: 'y'.repeat(200) })));
  same([large.insertedCount, large.insertedIds[2999]], [3000, 'x2999']);
}

exports.up = async (db) => {
  const c = db.collection('bulk');
  await models(c);
  await refusals(c);
  await orderedErrors(c);
  await unorderedErrors(c);
  await builders(c);
};

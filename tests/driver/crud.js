// SPDX-License-Identifier: Apache-2.0
'use strict';

const { ObjectId } = require('mongodb');
const { ok, same, throws } = require('./lib/check.js');

exports.up = async (db) => {
  const c = db.collection('things');

  const one = await c.insertOne({ _id: 1, a: 1, tags: ['x'] });
  same(one, { acknowledged: true, insertedId: 1 });
  const made = { a: 2 };
  const result = await c.insertOne(made);
  ok(made._id instanceof ObjectId, 'an _id is put into the document');
  ok(result.insertedId === made._id, 'and answered');
  const many = await c.insertMany([{ _id: 3, a: 3 }, { _id: 4, a: 4 }]);
  same(many, { acknowledged: true, insertedCount: 2, insertedIds: { 0: 3, 1: 4 } });

  same(await c.findOne({ _id: 1 }), { _id: 1, a: 1, tags: ['x'] });
  same(await c.findOne({ _id: 'none' }), null);
  same(await c.findOne({ _id: made._id }), { _id: made._id, a: 2 });
  same(await c.find({ a: { $gte: 3 } }).sort({ a: -1 }).toArray(), [{ _id: 4, a: 4 }, { _id: 3, a: 3 }]);
  same(await c.find({}, { projection: { _id: 0, a: 1 } }).sort('a').skip(1).limit(2).toArray(), [{ a: 2 }, { a: 3 }]);

  same(await c.updateOne({ _id: 1 }, { $set: { a: 10 } }),
    { acknowledged: true, modifiedCount: 1, upsertedId: null, upsertedCount: 0, matchedCount: 1 });
  same(await c.updateMany({ a: { $gt: 2 } }, { $inc: { a: 1 } }),
    { acknowledged: true, modifiedCount: 3, upsertedId: null, upsertedCount: 0, matchedCount: 3 });
  same(await c.updateOne({ _id: 'up' }, { $set: { a: 1 } }, { upsert: true }),
    { acknowledged: true, modifiedCount: 0, upsertedId: 'up', upsertedCount: 1, matchedCount: 0 });
  same(await c.updateMany({ _id: 1 }, [{ $set: { b: { $add: ['$a', 1] } } }, { $unset: ['tags'] }]),
    { acknowledged: true, modifiedCount: 1, upsertedId: null, upsertedCount: 0, matchedCount: 1 });
  same(await c.findOne({ _id: 1 }), { _id: 1, a: 11, b: 12 });
  same(await c.replaceOne({ _id: 1 }, { z: 1 }),
    { acknowledged: true, modifiedCount: 1, upsertedId: null, upsertedCount: 0, matchedCount: 1 });
  same(await c.findOne({ _id: 1 }), { _id: 1, z: 1 });

  await c.insertOne({ _id: 'list', list: [{ n: 1 }, { n: 5 }] });
  await c.updateOne({ _id: 'list' }, { $set: { 'list.$[big].n': 9 } }, { arrayFilters: [{ 'big.n': { $gt: 3 } }] });
  same((await c.findOne({ _id: 'list' })).list, [{ n: 1 }, { n: 9 }]);

  same(await c.countDocuments({}), 6);
  same(await c.countDocuments({ a: { $exists: true } }, { limit: 2 }), 2);
  same(await c.estimatedDocumentCount(), 6);
  same(await c.count({ _id: 1 }), 1);
  same((await c.distinct('a')).sort(), [1, 2, 4, 5]);
  same(await c.distinct('a', { a: { $lt: 2 } }), [1]);

  same(await c.findOneAndUpdate({ _id: 3 }, { $set: { a: 30 } }), { _id: 3, a: 4 });
  same(await c.findOneAndUpdate({ _id: 3 }, { $set: { a: 31 } }, { returnDocument: 'after' }), { _id: 3, a: 31 });
  const whole = await c.findOneAndUpdate({ _id: 3 }, { $set: { a: 32 } }, { includeResultMetadata: true });
  same([whole.value, whole.lastErrorObject, whole.ok], [{ _id: 3, a: 31 }, { n: 1, updatedExisting: true }, 1]);
  same(await c.findOneAndUpdate({ _id: 'no' }, { $set: { a: 1 } }), null);
  same(await c.findOneAndReplace({ _id: 3 }, { r: 1 }, { returnDocument: 'after' }), { _id: 3, r: 1 });
  same(await c.findOneAndDelete({ _id: 3 }), { _id: 3, r: 1 });

  same(await c.deleteOne({ _id: 4 }), { acknowledged: true, deletedCount: 1 });
  same(await c.deleteMany({}), { acknowledged: true, deletedCount: 4 });
  same(await c.deleteMany({}), { acknowledged: true, deletedCount: 0 });

  await throws(() => c.updateOne({}, { a: 1 }),
    { name: 'MongoInvalidArgumentError', message: 'Update document requires atomic operators' });
  await throws(() => c.updateMany({}, { a: 1 }), { message: 'Update document requires atomic operators' });
  await throws(() => c.updateOne({}, null), { message: /./ });
  await throws(() => c.replaceOne({}, { $set: { a: 1 } }),
    { message: 'Replacement document must not contain atomic operators' });
  await throws(() => c.updateOne(null, { $set: { a: 1 } }), { message: 'Selector must be a valid JavaScript object' });
  await throws(() => c.findOneAndUpdate(null, { $set: { a: 1 } }), { message: 'Argument "filter" must be an object' });
  await throws(() => c.insertMany({}), { message: 'Argument "docs" must be an array of documents' });
  await throws(() => c.insertMany([]), { message: 'Invalid BulkOperation, Batch cannot be empty' });
  await throws(() => c.bulkWrite({}), { message: 'Argument "operations" must be an array of documents' });
  await throws(() => c.find('x').toArray(), { message: 'Query filter must be a plain object or ObjectId' });
  await throws(async () => c.aggregate({}), { message: 'Argument "pipeline" must be an array of aggregation stages' });

  await c.insertOne({ _id: 1 });
  const duplicate = await throws(() => c.insertOne({ _id: 1 }), {
    name: 'MongoServerError', code: 11000, keyPattern: { _id: 1 }, keyValue: { _id: 1 },
    message: /^E11000 duplicate key error collection: .*things index: _id_ dup key/,
  });
  ok(duplicate.errorResponse, 'the server\'s answer is kept');
  same(duplicate.errorLabels, []);
  ok(/crud\.js/.test(duplicate.stack), 'the stack names this file');
  await throws(() => c.findOne({ $bad: 1 }), { name: 'MongoServerError', code: 2, codeName: 'BadValue' });
};

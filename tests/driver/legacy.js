// SPDX-License-Identifier: Apache-2.0
// Only in godwit: what files written for drivers 2 to 5 call, and driver 7 has no more.
'use strict';

const { ObjectID, ObjectId } = require('mongodb');
const { ok, same, throws } = require('./lib/check.js');

const called = (start) => new Promise((resolve, reject) => {
  start((error, value) => (error ? reject(error) : resolve(value)));
});

async function methods(c) {
  const inserted = await c.insert([{ _id: 1, a: 1 }, { _id: 2, a: 1 }, { _id: 3, a: 2 }]);
  same([inserted.insertedCount, inserted.result.n, inserted.ops.length], [3, 3, 3]);
  same((await c.insert({ _id: 4, a: 9 })).insertedCount, 1);
  same((await c.update({ a: 1 }, { $set: { b: 1 } })).result, { ok: 1, n: 1, nModified: 1 });
  same((await c.update({ a: 1 }, { $set: { b: 2 } }, { multi: true })).result, { ok: 1, n: 2, nModified: 2 });
  same((await c.update({ a: 1 }, { $set: { b: 3 } }, false, true)).modifiedCount, 2);
  same((await c.update({ _id: 'up' }, { $set: { b: 1 } }, { upsert: true })).upsertedCount, 1);
  await c.update({ _id: 3 }, { replaced: true });
  same(await c.findOne({ _id: 3 }), { _id: 3, replaced: true });
  await c.save({ _id: 3, saved: true });
  await c.save({ _id: 5, fresh: true });
  same(await c.find({ _id: { $in: [3, 5] } }).sort({ _id: 1 }).toArray(), [{ _id: 3, saved: true }, { _id: 5, fresh: true }]);
  same(await c.ensureIndex({ a: 1 }, { name: 'old' }), 'old');
  same((await c.stats()).count, 6);
  same((await c.remove({ a: 1 }, { justOne: true })).deletedCount, 1);
  same((await c.remove({ _id: 5 }, true)).result, { ok: 1, n: 1 });
  same((await c.remove({})).deletedCount, 4);
}

async function callbacks(c, db) {
  same((await called((done) => c.insertOne({ _id: 1 }, done))).insertedId, 1);
  same(await called((done) => c.findOne({ _id: 1 }, done)), { _id: 1 });
  same(await called((done) => c.find({}).toArray(done)), [{ _id: 1 }]);
  same((await called((done) => c.updateMany({}, { $set: { a: 1 } }, {}, done))).modifiedCount, 1);
  same((await called((done) => db.command({ ping: 1 }, done))).ok, 1);
  await throws(() => called((done) => c.insertOne({ _id: 1 }, done)), { name: 'MongoServerError', code: 11000 });
}

exports.up = async (db) => {
  await methods(db.collection('legacy'));
  await callbacks(db.collection('called'), db);
  ok(ObjectID === ObjectId, 'ObjectID');
  ok(ObjectId('507f1f77bcf86cd799439011') instanceof ObjectId, 'ObjectId without new');
};

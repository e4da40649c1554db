// SPDX-License-Identifier: Apache-2.0
// Only in godwit: a cursor can be read by a plain `for`.
'use strict';

const { same, throws } = require('./lib/check.js');

exports.up = async (db) => {
  const c = db.collection('numbers');
  await c.insertMany(Array.from({ length: 250 }, (_, i) => ({ _id: i })));
  const seen = [];
  const docs = await c.find().sort({ _id: 1 }).batchSize(20);
  for (const doc of docs) {
    await c.updateOne({ _id: doc._id }, { $set: { seen: true } });
    seen.push(doc._id);
  }
  same(seen.length, 250);
  same(await c.countDocuments({ seen: true }), 250);
  same([...c.find({ _id: { $lt: 3 } })].length, 3);
  for (const doc of c.find().batchSize(2)) if (doc._id === 3) break;
  same([...c.aggregate([{ $match: { _id: 1 } }])], [{ _id: 1, seen: true }]);
  await throws(async () => [...c.find({ $bad: 1 })], { name: 'MongoServerError', code: 2 });
  await throws(async () => c.find().stream(), { name: 'MongoAPIError', message: /cursor\.stream\(\) is not available/ });
  const message = 'db.collection(...).watch is not available in godwit';
  await throws(async () => c.watch(), { name: 'MongoAPIError', message });
};

// SPDX-License-Identifier: Apache-2.0
'use strict';

const { record } = require('./record.js');

const many = (count, make) => Array.from({ length: count }, (_, i) => make(i));

exports.up = record({
  async models({ c, show }) {
    const result = await c.bulkWrite([
      { insertOne: { document: { _id: 1, a: 1 } } }, { insertOne: { _id: 2, a: 2 } },
      { updateOne: { filter: { _id: 1 }, update: { $set: { a: 10 } } } },
      { updateMany: { filter: {}, update: { $set: { b: 1 } }, collation: { locale: 'en' } } },
      { updateOne: { filter: { _id: 'up' }, update: [{ $set: { a: 7 } }], upsert: true } },
      { updateOne: { filter: { _id: 1 }, update: { $set: { 'l.$[x]': 1 } }, arrayFilters: [{ x: 2 }], hint: '_id_' } },
      { replaceOne: { filter: { _id: 2 }, replacement: { z: 1 }, upsert: true } },
      { replaceOne: { filter: { _id: 'new' }, replacement: { z: 1 }, upsert: true } },
      { deleteOne: { filter: { _id: 1 } } }, { deleteMany: { filter: { _id: 'none' } } },
    ]);
    show(result, String(result), result.ok, result.isOk(), result.hasWriteErrors(), result.getWriteErrorCount());
    show(result.getUpsertedIdAt(0), result.getRawResponse(), result.getWriteErrors(), result.getWriteConcernError());
    show(result.getWriteErrorAt(0));
  },

  async unorderedErrors({ c, show, tried }) {
    await tried(() => c.bulkWrite([
      { updateOne: { filter: { _id: 'u' }, update: { $set: { a: 2 } }, upsert: true } },
      { insertOne: { document: { _id: 1 } } }, { updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } } } },
      { insertOne: { document: { _id: 1 } } }, { insertOne: { document: { _id: 2 } } },
      { updateOne: { filter: { _id: 2 }, update: { $nope: 1 } } }, { deleteOne: { filter: { $bad: 1 } } },
    ], { ordered: false }));
    try {
      await c.bulkWrite([{ insertOne: { document: { _id: 1, big: 1 } } }]);
    } catch (error) {
      const [first] = error.writeErrors;
      show(first.code, first.index, first.errmsg, first.errInfo, first.getOperation(), first.toJSON(), String(first));
      show(error.result.getWriteErrorAt(0).index, error.result.getWriteErrorCount(), error.result.hasWriteErrors());
    }
  },

  async orderedErrors({ c, tried }) {
    await c.insertOne({ _id: 1 });
    await tried(() => c.bulkWrite([
      { updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } } } }, { insertOne: { document: { _id: 5 } } },
      { insertOne: { document: { _id: 1 } } }, { deleteMany: { filter: {} } },
    ]));
    await tried(() => c.bulkWrite([{ updateMany: { filter: {}, update: { $inc: { a: 'x' } } } }]));
    await tried(() => c.bulkWrite([{ insertOne: { document: { _id: 77 } } }], { writeConcern: { w: 4, wtimeout: 10 } }));
  },

  async refusals({ c, tried }) {
    for (const operations of [
      [], {}, undefined, null, [null], [undefined], ['x'], [5], [{}], [{ nope: {} }],
      [{ updateOne: { filter: {}, update: { a: 1 } } }], [{ updateOne: { filter: {}, update: {} } }],
      [{ updateOne: { filter: {} } }], [{ updateOne: { update: { $set: { a: 1 } } } }],
      [{ updateMany: { filter: {}, update: { a: 1 } } }], [{ updateOne: { q: {}, update: { $set: { a: 1 } } } }],
      [{ replaceOne: { filter: {}, replacement: { $set: { a: 1 } } } }], [{ replaceOne: { filter: {} } }],
      [{ deleteOne: {} }], [{ deleteMany: {} }], [{ deleteOne: { filter: null } }], [{ insertOne: null }],
      [{ insertOne: { document: [1] } }],
    ]) await tried(() => c.bulkWrite(operations));
  },

  async builders({ c, show, tried }) {
    const bulk = c.initializeOrderedBulkOp();
    bulk.insert({ _id: 'a', n: 1 }).insert({ _id: 'b', n: 2 });
    bulk.find({ n: 1 }).updateOne({ $set: { n: 5 } });
    bulk.find({ n: { $gt: 0 } }).update({ $inc: { n: 1 } });
    bulk.find({ _id: 'c' }).upsert().replaceOne({ n: 9 });
    bulk.find({ _id: 'd' }).upsert().updateOne({ $setOnInsert: { n: 1 } });
    bulk.find({ _id: 'b' }).deleteOne();
    bulk.find({ n: 77 }).collation({ locale: 'en' }).hint({ _id: 1 }).delete();
    bulk.find({ _id: 'a' }).arrayFilters([{ q: 1 }]).updateOne({ $set: { 'l.$[q]': 1 } });
    bulk.raw({ insertOne: { document: { _id: 'raw' } } });
    show(bulk.length, bulk.isOrdered, bulk.batches.map(({ operations, batchType }) => [batchType, operations.length]));
    await tried(() => bulk.execute());
    await tried(() => bulk.execute());
    await tried(() => c.initializeUnorderedBulkOp().execute());
    await tried(async () => bulk.find());
    await tried(async () => c.initializeOrderedBulkOp().find({}).updateOne({ a: 1 }));
    await tried(async () => c.initializeOrderedBulkOp().find({}).replaceOne({ $set: { a: 1 } }));
    const unordered = c.initializeUnorderedBulkOp();
    unordered.insert({ _id: 'a' });
    unordered.insert({ _id: 'z' });
    unordered.find({}).update({ $set: { seen: true } });
    await tried(() => unordered.execute());
  },

  async large({ c, show }) {
    show(await c.insertMany(many(2100, (i) => ({ _id: i, text: 'y'.repeat(50) }))).then(({ insertedCount }) => insertedCount));
    const result = await c.bulkWrite(many(2100, (i) => ({ updateOne: { filter: { _id: i }, update: { $set: { i } } } })), { ordered: false });
    show(result);
    show(await c.deleteMany({ _id: { $gte: 3 } }));
  },
});

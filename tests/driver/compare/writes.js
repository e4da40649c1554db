// SPDX-License-Identifier: Apache-2.0
'use strict';

const { record } = require('./record.js');

const seed = (c) => c.insertMany([
  { _id: 1, a: 1, tags: ['x', 'y'], list: [{ n: 1 }, { n: 5 }] }, { _id: 2, a: 2, name: 'Ann' }, { _id: 3, a: 3, name: 'ann' },
]);

exports.up = record({
  async insertOne({ c, show, tried }) {
    show(await c.insertOne({ _id: 1, a: { b: [1, 2.5, null] } }));
    show(await c.insertOne({ _id: 'x' }, { comment: 'why', maxTimeMS: 5000 }));
    const made = { name: 'no id' };
    const { insertedId } = await c.insertOne(made);
    show(insertedId === made._id, insertedId.constructor.name, Object.keys(made));
    await c.deleteOne({ _id: insertedId });
    await tried(() => c.insertOne({ _id: 1 }));
    await tried(() => c.insertOne());
    await tried(() => c.insertOne(null));
    await tried(() => c.insertOne({ _id: [1] }));
    await tried(() => c.insertOne({ _id: 5, $bad: 1 }));
    await tried(() => c.insertOne({ _id: 6, 'dotted.name': 1 }));
    await tried(() => c.insertOne({ _id: 7, a: undefined }, { ignoreUndefined: true }));
    await tried(() => c.insertOne({ _id: 8 }, { writeConcern: { w: 0 } }));
    await c.countDocuments();
  },

  async insertMany({ c, show, tried }) {
    show(await c.insertMany([{ _id: 1 }, { _id: 2 }]));
    await tried(() => c.insertMany([{ _id: 3 }, { _id: 1 }, { _id: 4 }]));
    await tried(() => c.insertMany([{ _id: 5 }, { _id: 1 }, { _id: 6 }, { _id: 2 }], { ordered: false }));
    await tried(() => c.insertMany([]));
    await tried(() => c.insertMany({}));
    await tried(() => c.insertMany([null]));
    await tried(() => c.insertMany([{ _id: 10 }, undefined]));
    await tried(() => c.insertMany());
    show(await c.insertMany([{ _id: 11, k: 1 }], { ordered: true, comment: 'c', bypassDocumentValidation: true }));
  },

  async updateOne({ c, show, tried }) {
    await seed(c);
    show(await c.updateOne({ _id: 1 }, { $set: { a: 10 }, $unset: { tags: '' } }));
    show(await c.updateOne({ _id: 1 }, { $set: { a: 10 } }));
    show(await c.updateOne({ _id: 99 }, { $set: { a: 1 } }));
    show(await c.updateOne({ _id: 99 }, { $set: { a: 1 } }, { upsert: true }));
    show(await c.updateOne({ _id: 1 }, { $set: { 'list.$[big].n': 9 } }, { arrayFilters: [{ 'big.n': { $gt: 3 } }] }));
    show(await c.updateOne({ name: 'ANN' }, { $set: { hit: 1 } }, { collation: { locale: 'en', strength: 2 } }));
    show(await c.updateOne({ a: { $gt: 1 } }, { $inc: { a: 1 } }, { hint: { _id: 1 } }));
    show(await c.updateOne({ a: { $gt: 1 } }, { $inc: { a: 1 } }, { hint: '_id_', comment: 'c' }));
    show(await c.updateOne({ _id: 2 }, [{ $set: { b: { $concat: ['$name', '-', '$$who'] } } }, { $unset: ['name'] }], { let: { who: 'me' } }));
    await tried(() => c.updateOne({ _id: 1 }, { a: 1 }));
    await tried(() => c.updateOne({ _id: 1 }, {}));
    await tried(() => c.updateOne({ _id: 1 }, []));
    await tried(() => c.updateOne({ _id: 1 }, null));
    await tried(() => c.updateOne({ _id: 1 }));
    await tried(() => c.updateOne(null, { $set: { a: 1 } }));
    await tried(() => c.updateOne('x', { $set: { a: 1 } }));
    await tried(() => c.updateOne({ _id: 1 }, { $nope: 1 }));
    await tried(() => c.updateOne({ _id: 1 }, { $set: { _id: 2 } }));
    await tried(() => c.updateOne({ _id: 1 }, { $set: { a: 1 } }, { hint: 'none' }));
    await tried(() => c.updateOne({ _id: 1 }, { $set: { 'x.$[q]': 1 } }));
    await tried(() => c.updateOne({ _id: 1 }, { $set: undefined }, { ignoreUndefined: true }));
    await tried(() => c.updateOne({}, { $set: { a: 1 } }, { sort: { _id: -1 } }));
  },

  async updateMany({ c, show, tried }) {
    await seed(c);
    show(await c.updateMany({}, { $set: { role: 'user' } }));
    show(await c.updateMany({ name: { $exists: true } }, { $rename: { name: 'title' }, $push: { log: 1 } }));
    show(await c.updateMany({ none: 1 }, { $set: { a: 1 }, $setOnInsert: { _id: 'made' } }, { upsert: true }));
    show(await c.updateMany({}, [{ $set: { at: { $ifNull: ['$at', 'never'] } } }]));
    show(await c.updateMany({ role: 'USER' }, { $unset: { role: 1 } }, { collation: { locale: 'en', strength: 1 } }));
    await tried(() => c.updateMany({}, { a: 1 }));
    await tried(() => c.updateMany({}, { $set: {} }));
    await tried(() => c.updateMany({}, { $inc: { title: 1 } }));
    await tried(() => c.updateMany({ $bad: 1 }, { $set: { a: 1 } }));
    await tried(() => c.updateMany({}, { $set: { a: 1 } }, { maxTimeMS: -1 }));
    await tried(() => c.updateMany({ _id: 1 }, { $set: { w0: 1 } }, { writeConcern: { w: 0 } }));
    await c.countDocuments();
    await tried(() => c.updateMany({ _id: 1 }, { $set: { w: 1 } }, { writeConcern: { w: 'majority', j: true } }));
    await tried(() => c.updateMany({ _id: 1 }, { $set: { w: 5 } }, { writeConcern: { w: 5, wtimeout: 20 } }));
  },

  async replaceOne({ c, show, tried }) {
    await seed(c);
    show(await c.replaceOne({ _id: 1 }, { z: 1 }));
    show(await c.replaceOne({ _id: 50 }, { z: 1 }));
    show(await c.replaceOne({ _id: 50 }, { z: 1 }, { upsert: true }));
    show(await c.replaceOne({ _id: 2 }, {}));
    await tried(() => c.replaceOne({ _id: 1 }, { $set: { a: 1 } }));
    await tried(() => c.replaceOne({ _id: 1 }, null));
    await tried(() => c.replaceOne(null, {}));
    await tried(() => c.replaceOne({ _id: 1 }, { _id: 2 }));
    await tried(() => c.replaceOne({ _id: 1 }, []));
  },

  async deletes({ c, show, tried }) {
    await seed(c);
    show(await c.deleteOne({ a: 99 }), await c.deleteOne({ _id: 1 }));
    show(await c.deleteMany({ name: 'ANN' }, { collation: { locale: 'en', strength: 2 } }));
    await seed(c);
    show(await c.deleteMany({ a: { $gt: 2 } }, { hint: { _id: 1 } }), await c.deleteMany({}), await c.deleteMany());
    await seed(c);
    show(await c.deleteMany({ $expr: { $eq: ['$a', '$$n'] } }, { let: { n: 2 } }), await c.deleteOne());
    await tried(() => c.deleteOne(null));
    await tried(() => c.deleteMany({ $bad: 1 }));
    await tried(() => c.deleteMany({}, { hint: 'none' }));
    await tried(() => c.deleteOne({ _id: 3 }, { writeConcern: { w: 0 } }));
    await c.countDocuments();
  },

  async findOneAnd({ c, show, tried }) {
    await seed(c);
    show(await c.findOneAndUpdate({ _id: 2 }, { $set: { a: 20 } }));
    show(await c.findOneAndUpdate({ _id: 2 }, { $set: { a: 21 } }, { returnDocument: 'after' }));
    show(await c.findOneAndUpdate({ _id: 2 }, { $set: { a: 22 } }, { returnDocument: 'before', projection: { a: 1, _id: 0 } }));
    show(await c.findOneAndUpdate({ _id: 2 }, { $set: { a: 23 } }, { includeResultMetadata: true }));
    show(await c.findOneAndUpdate({ _id: 2 }, { $set: { a: 24 } }, { includeResultMetadata: false, returnOriginal: false }));
    show(await c.findOneAndUpdate({ _id: 'no' }, { $set: { a: 1 } }));
    show(await c.findOneAndUpdate({ _id: 'no' }, { $set: { a: 1 } }, { includeResultMetadata: true }));
    show(await c.findOneAndUpdate({ _id: 'up' }, { $set: { a: 1 } }, { upsert: true }));
    show(await c.findOneAndUpdate({ _id: 'up2' }, { $set: { a: 1 } }, { upsert: true, returnDocument: 'after', includeResultMetadata: true }));
    show(await c.findOneAndUpdate({ a: { $gt: 0 } }, { $set: { last: true } }, { sort: { a: -1 }, returnDocument: 'after' }));
    show(await c.findOneAndUpdate({ _id: 1 }, { $set: { 'list.$[q].n': 7 } }, { arrayFilters: [{ 'q.n': 5 }], returnDocument: 'after' }));
    show(await c.findOneAndUpdate({ _id: 1 }, [{ $set: { sum: { $add: ['$a', 1] } } }], { returnDocument: 'after' }));
    show(await c.findOneAndReplace({ _id: 1 }, { r: 1 }));
    show(await c.findOneAndReplace({ _id: 1 }, { r: 2 }, { returnDocument: 'after' }));
    show(await c.findOneAndReplace({ _id: 9 }, { r: 2 }, { upsert: true, returnDocument: 'after', includeResultMetadata: true }));
    show(await c.findOneAndDelete({ _id: 1 }), await c.findOneAndDelete({ _id: 1 }));
    show(await c.findOneAndDelete({ a: { $gt: 0 } }, { sort: { a: 1 }, includeResultMetadata: true }));
    await tried(() => c.findOneAndUpdate({ _id: 2 }, { a: 1 }));
    await tried(() => c.findOneAndUpdate(null, { $set: { a: 1 } }));
    await tried(() => c.findOneAndUpdate({ _id: 2 }));
    await tried(() => c.findOneAndUpdate({ _id: 2 }, { $inc: { name: 1 } }));
    await tried(() => c.findOneAndUpdate({ _id: 2 }, { $set: { a: 1 } }, { returnDocument: 'sometimes' }));
    await tried(() => c.findOneAndReplace({ _id: 2 }, { $set: { a: 1 } }));
    await tried(() => c.findOneAndReplace({ _id: 2 }));
    await tried(() => c.findOneAndDelete());
    await tried(() => c.findOneAndDelete({ _id: 2 }, { hint: 'none' }));
    await tried(() => c.findOneAndUpdate({ _id: 2 }, { $set: { a: 5 } }, { maxTimeMS: 1000, comment: 'x', writeConcern: { w: 1 } }));
  },

  async validation({ db, tried }) {
    const v = await db.createCollection('v', { validator: { $jsonSchema: { required: ['name'], properties: { name: { bsonType: 'string' } } } } });
    await v.insertOne({ _id: 1, name: 'a' });
    await tried(() => v.insertOne({ _id: 2 }));
    await tried(() => v.insertOne({ _id: 3 }, { bypassDocumentValidation: true }));
    await tried(() => v.updateOne({ _id: 1 }, { $set: { name: 5 } }));
    await tried(() => v.updateMany({}, { $unset: { name: 1 } }));
    await tried(() => v.updateOne({ _id: 1 }, { $set: { name: 6 } }, { bypassDocumentValidation: true }));
    await tried(() => v.replaceOne({ _id: 1 }, {}));
    await tried(() => v.insertMany([{ _id: 4, name: 'ok' }, { _id: 5 }, { _id: 6, name: 'ok' }], { ordered: false }));
    await tried(() => v.findOneAndUpdate({ _id: 4 }, { $set: { name: 1 } }));
    await tried(() => v.bulkWrite([{ insertOne: { document: { _id: 7 } } }]));
  },

  async uniqueKeys({ c, tried }) {
    await c.createIndex({ email: 1, org: 1 }, { unique: true });
    await c.insertMany([{ _id: 1, email: 'a', org: 1 }, { _id: 2, email: 'b', org: 1 }]);
    await tried(() => c.insertOne({ _id: 3, email: 'a', org: 1 }));
    await tried(() => c.updateOne({ _id: 2 }, { $set: { email: 'a' } }));
    await tried(() => c.updateMany({}, { $set: { email: 'c' } }));
    await tried(() => c.replaceOne({ _id: 2 }, { email: 'c', org: 1 }));
    await tried(() => c.findOneAndUpdate({ _id: 2 }, { $set: { email: 'c' } }));
    await tried(() => c.updateOne({ _id: 9 }, { $set: { email: 'c', org: 1 } }, { upsert: true }));
  },
});

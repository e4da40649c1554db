// SPDX-License-Identifier: Apache-2.0
'use strict';

const { record } = require('./record.js');

const people = (c) => c.insertMany([
  { _id: 1, name: 'Ann', age: 30, tags: ['a'], address: { city: 'Bonn' } }, { _id: 2, name: 'bob', age: 25, tags: [] },
  { _id: 3, name: 'Cleo', age: 35 }, { _id: 4, name: 'ann', age: 41, tags: ['a', 'b'] }, { _id: 5, name: null },
]);

exports.up = record({
  async findOptions({ c, show }) {
    await people(c);
    const all = async (...words) => show(await c.find(...words).toArray());
    await all();
    await all({});
    await all({ age: { $gte: 30 } }, { sort: { age: -1 } });
    await all({}, { projection: { name: 1 }, limit: 2, skip: 1 });
    await all({}, { projection: ['name', 'age'], sort: ['age', -1] });
    await all({}, { sort: [['age', 'desc'], ['name', 1]], limit: -2 });
    await all({}, { sort: 'name', batchSize: 2, collation: { locale: 'en' } });
    await all({ name: 'ANN' }, { collation: { locale: 'en', strength: 2 } });
    await all({ _id: { $gt: 3 } }, { hint: '_id_', comment: 'c', maxTimeMS: 5000, allowDiskUse: true, noCursorTimeout: true });
    await all({ $expr: { $gt: ['$age', '$$min'] } }, { let: { min: 33 } });
    await all({}, { min: { _id: 2 }, max: { _id: 4 }, hint: { _id: 1 } });
    await all({ _id: 1 }, { returnKey: true });
    await all({ _id: 1 }, { readPreference: 'primary', readConcern: { level: 'majority' } });
    await all({ _id: 1 }, { readPreference: 'secondaryPreferred', readConcern: 'local' });
    show(await c.findOne(), await c.findOne({ _id: 3 }), await c.findOne({ _id: 99 }));
    show(await c.findOne({}, { sort: { age: -1 }, projection: { _id: 0, name: 1 } }), await c.findOne({ 'address.city': 'Bonn' }));
  },

  async findBuilders({ c, show, tried }) {
    await people(c);
    show(await c.find().filter({ age: { $gt: 1 } }).project({ age: 1 }).sort({ age: 1 }).skip(1).limit(2).toArray());
    show(await c.find().sort('age', -1).map(({ age }) => age).map(String).toArray());
    show(await c.find().sort({ age: 'descending' }).batchSize(2).maxTimeMS(9999).comment('x').hint('_id_').toArray());
    show(await c.find({ name: 'ANN' }).collation({ locale: 'en', strength: 2 }).toArray());
    show(await c.find().hint({ _id: 1 }).min({ _id: 4 }).max({ _id: 6 }).returnKey(true).toArray());
    show(await c.find().addQueryModifier('$orderby', { _id: -1 }).limit(1).toArray());
    show(await c.find().addCursorFlag('noCursorTimeout', true).sort({ age: 1 }).allowDiskUse().limit(1).toArray());
    show(await c.find().withReadPreference('primary').withReadConcern({ level: 'local' }).limit(1).toArray());
    show(await c.find({ age: { $gt: 26 } }).count(), await c.find().limit(2).count(), await c.find().skip(4).count());
    show(Object.keys(await c.find({ _id: 1 }).explain('queryPlanner')).includes('queryPlanner'));
    for (const bad of [
      () => c.find().sort({ a: 'up' }), () => c.find().sort(5), () => c.find().limit('2'), () => c.find().skip('2'),
      () => c.find().batchSize('2'), () => c.find().maxTimeMS('2'), () => c.find().addCursorFlag('nope', true),
      () => c.find().addCursorFlag('tailable', 1), () => c.find().addQueryModifier('orderby', 1),
      () => c.find().addQueryModifier('$nope', 1), () => c.find().allowDiskUse(), () => c.find().maxAwaitTimeMS('1'),
      () => c.find().withReadPreference(5), () => c.find('x').toArray(), () => c.find(5).toArray(), () => c.find([]).toArray(),
      () => c.find({ $bad: 1 }).toArray(), () => c.find({ a: { $bad: 1 } }).next(), () => c.find().sort({ $bad: 1 }).toArray(),
      () => c.find().hint('none').toArray(), () => c.find().project({ a: 1, b: 0 }).hasNext(), () => c.find().limit(2.5).toArray(),
      () => c.find().skip(-1).toArray(), () => c.find().forEach(), () => c.find().map(() => null).toArray(),
      () => c.find().map(() => { throw new RangeError('mine'); }).toArray(), () => c.find(null).toArray(),
      () => c.findOne(null), () => c.findOne('x'), () => c.find({ $where: 'this.age > 40' }).project({ _id: 1 }).toArray(),
    ]) {
      await tried(async () => {
        const found = await bad();
        return found?.constructor?.name === 'FindCursor' ? 'a cursor' : found;
      });
    }
  },

  async stepping({ c, show, tried }) {
    await people(c);
    const cursor = c.find().sort({ _id: 1 }).batchSize(2);
    show(cursor.closed, cursor.killed, cursor.bufferedCount(), cursor.id);
    show(await cursor.hasNext(), await cursor.next(), cursor.bufferedCount(), await cursor.tryNext());
    await tried(async () => cursor.limit(5));
    await tried(async () => cursor.filter({}));
    await tried(async () => cursor.map((x) => x));
    show(cursor.namespace.toString(), cursor.readPreference.mode, cursor.closed);
    show(await cursor.toArray(), await cursor.hasNext(), await cursor.next(), cursor.closed, cursor.killed, cursor.id);
    show(await cursor.toArray(), cursor.bufferedCount());
    cursor.rewind();
    show(await cursor.next(), cursor.readBufferedDocuments(1), cursor.bufferedCount());
    show(await cursor.close(), cursor.closed, cursor.killed);
    await tried(() => cursor.next());
    await tried(() => cursor.hasNext());
    await tried(() => cursor.toArray());
    const copy = cursor.clone();
    show(await copy.limit(1).toArray(), copy === cursor);
    const empty = c.find({ none: 1 });
    show(await empty.hasNext(), await empty.next(), await empty.next(), await empty.toArray(), await empty.tryNext());
  },

  async loops({ c, show, tried }) {
    await people(c);
    const seen = [];
    for await (const { _id } of c.find().sort({ _id: 1 }).batchSize(2)) seen.push(_id);
    for await (const { _id } of c.find().sort({ _id: 1 }).batchSize(2)) if (seen.push(_id) > 6) break;
    show(seen);
    const cursor = c.find().batchSize(1);
    await tried(async () => {
      for await (const document of cursor) throw new RangeError(`at ${document._id}`);
    });
    show(cursor.closed, cursor.killed);
    const walked = [];
    show(await c.find().sort({ _id: 1 }).forEach(({ _id }) => { walked.push(_id); }));
    show(await c.find().sort({ _id: 1 }).forEach(({ _id }) => { walked.push(_id); return _id < 2; }), walked);
    await tried(() => c.find().forEach(() => { throw new RangeError('stop'); }));
    show(await c.find().forEach(async () => false));
    show(typeof c.find().then, typeof c.then, typeof (await c.find()).toArray, typeof c.aggregate([]).then);
    const iterator = c.find().sort({ _id: 1 })[Symbol.asyncIterator]();
    show(await iterator.next(), await iterator.return('x'), await iterator.next());
  },

  async aggregate({ c, db, show, tried }) {
    await people(c);
    const all = async (pipeline, options) => show(await c.aggregate(pipeline, options).toArray());
    await all([{ $match: { age: { $gt: 26 } } }, { $sort: { age: 1 } }, { $project: { age: 1 } }]);
    await all([{ $group: { _id: null, sum: { $sum: '$age' }, avg: { $avg: '$age' } } }], { allowDiskUse: true, comment: 'x' });
    await all([{ $unwind: '$tags' }, { $sortByCount: '$tags' }, { $sort: { _id: 1 } }], { batchSize: 1 });
    await all([{ $lookup: { from: 'c', localField: '_id', foreignField: 'age', as: 'none' } }, { $limit: 1 }]);
    await all([{ $match: { _id: 1 } }, { $unionWith: { coll: 'c', pipeline: [{ $match: { _id: 2 } }] } }]);
    await all([{ $match: { name: 'ANN' } }, { $count: 'n' }], { collation: { locale: 'en', strength: 2 } });
    await all([{ $match: { $expr: { $eq: ['$_id', '$$x'] } } }], { let: { x: 3 }, hint: '_id_', maxTimeMS: 5000 });
    await all([{ $project: { f: { $function: { body: 'function(a) { return a + 1; }', args: ['$_id'], lang: 'js' } } } }, { $sort: { _id: 1 } }, { $limit: 1 }]);
    await all([{ $match: { _id: { $lte: 2 } } }, { $out: 'copied' }]);
    await all([{ $match: { _id: 3 } }, { $merge: { into: 'copied' } }], { writeConcern: { w: 1 } });
    await all([{ $limit: 1 }, { $out: { db: `${db.databaseName}_other`, coll: 'out' } }]);
    show(await db.client.db(`${db.databaseName}_other`).collection('out').countDocuments());
    await db.client.db(`${db.databaseName}_other`).dropDatabase();
    show(await c.aggregate().match({ _id: 1 }).project({ name: 1 }).toArray(), c.aggregate([{ $match: {} }]).pipeline);
    show(await c.aggregate().sort({ _id: -1 }).skip(1).limit(1).addStage({ $set: { x: 1 } }).map(({ x }) => x).next());
    show(await c.aggregate().group({ _id: '$tags' }).unwind('$_id').sort({ _id: 1 }).toArray());
    const seen = [];
    for await (const { _id } of c.aggregate([{ $sort: { _id: 1 } }], { cursor: { batchSize: 2 } })) seen.push(_id);
    show(seen, await c.aggregate([]).hasNext(), await db.aggregate([{ $documents: [{ a: 1 }] }]).toArray());
    show('queryPlanner' in (await c.aggregate([{ $match: { _id: 1 } }]).explain()), (await c.aggregate([], { explain: true }).toArray()).length);
    await tried(() => c.aggregate([{ $nope: 1 }]).toArray());
    await tried(() => c.aggregate([{ $match: {}, $sort: {} }]).next());
    await tried(async () => c.aggregate({}));
    await tried(async () => c.aggregate([], { cursor: 5 }));
    await tried(() => c.aggregate([{ $out: 'x' }, { $match: {} }]).toArray());
    await tried(() => c.aggregate([{ $project: { x: { $divide: [1, 0] } } }]).toArray());
    await tried(() => db.aggregate([{ $match: {} }]).toArray());
    await tried(() => c.aggregate([{ $merge: { into: 'copied', whenMatched: 'fail' } }]).toArray());
    await tried(() => c.aggregate([{ $match: { _id: 4 } }, { $out: 'fresh' }]).hasNext());
  },

  async counts({ c, db, show, tried }) {
    await people(c);
    show(await c.countDocuments(), await c.countDocuments({ age: { $gt: 26 } }), await c.countDocuments({}, { limit: 2, skip: 4 }));
    show(await c.countDocuments({ name: 'ANN' }, { collation: { locale: 'en', strength: 2 } }), await c.countDocuments({}, { hint: '_id_' }));
    show(await c.estimatedDocumentCount(), await c.estimatedDocumentCount({ maxTimeMS: 1000 }), await db.collection('none').countDocuments());
    show(await db.collection('none').estimatedDocumentCount(), await c.count(), await c.count({ _id: { $gt: 2 } }, { limit: 2 }));
    show((await c.distinct('name')).sort(), await c.distinct('tags'), await c.distinct('age', { _id: { $lt: 3 } }), await c.distinct('none'));
    show(await c.distinct('name', {}, { collation: { locale: 'en', strength: 1 } }));
    await tried(() => c.countDocuments({ $bad: 1 }));
    await tried(() => c.count({ $bad: 1 }));
    await tried(() => c.distinct('a', { $bad: 1 }));
    await tried(() => c.distinct(5));
    await tried(() => c.countDocuments({ $where: 'true' }));
    await tried(() => c.countDocuments({}, { hint: 'none' }));
  },

  async names({ c, db, client, show, tried }) {
    show(c.collectionName, c.namespace, c.dbName, db.databaseName, db.namespace, client.db('other').databaseName);
    show(db.collection('a.b').namespace, c.readPreference?.mode, c.writeConcern, c.readConcern, c.hint, db.readPreference?.mode);
    const own = db.collection('c', { readPreference: 'nearest', writeConcern: { w: 1 }, readConcern: { level: 'local' } });
    show(own.readPreference.mode, own.writeConcern, own.readConcern, own.bsonOptions?.promoteLongs);
    for (const name of ['', 'a$b', '.a', 'a.', 'a..b', 5, null, undefined, 'a\0b']) await tried(async () => db.collection(name).namespace);
    for (const name of ['a.b', 'a b', 'a$', '', 'x'.repeat(70)]) await tried(async () => client.db(name).databaseName);
  },
});

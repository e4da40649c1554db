// SPDX-License-Identifier: Apache-2.0
'use strict';

const { MongoServerError } = require('mongodb');
const { record } = require('./record.js');

exports.up = record({
  async withTransaction({ client, c, show, tried }) {
    await c.insertOne({ _id: 0 });
    const session = client.startSession();
    show(session.hasEnded, session.inTransaction(), session.explicit, session.snapshotEnabled);
    show(await session.withTransaction(async (given) => {
      show(given === session, session.inTransaction(), session.transaction.isActive);
      await c.insertOne({ _id: 1 }, { session });
      await c.updateOne({ _id: 1 }, { $set: { a: 1 } }, { session });
      show(await c.countDocuments({}, { session }), await c.countDocuments({}), await c.findOne({ _id: 1 }, { session }));
      return 'done';
    }));
    show(await c.countDocuments());
    await tried(() => session.withTransaction(async () => {
      await c.insertOne({ _id: 2 }, { session });
      throw new RangeError('mine');
    }));
    show(await c.countDocuments(), session.inTransaction());
    await tried(() => session.withTransaction(async () => {
      await c.insertOne({ _id: 3 }, { session });
      await c.insertOne({ _id: 1 }, { session });
    }));
    await tried(() => session.withTransaction(async () => {
      await c.insertOne({ _id: 4 }, { session });
      await session.abortTransaction();
      return 'aborted by itself';
    }));
    await tried(() => session.withTransaction(async () => {
      await c.insertOne({ _id: 5 }, { session });
      await session.commitTransaction();
      return 'committed by itself';
    }));
    await tried(() => session.withTransaction(async () => 'empty'));
    await tried(() => session.withTransaction(() => 'no promise'));
    await tried(() => session.withTransaction());
    show(await session.endSession(), session.hasEnded, await session.endSession());
    await tried(() => c.findOne({}, { session }));
    await tried(() => session.withTransaction(async () => c.findOne({}, { session })));
  },

  async retried({ client, c, show }) {
    await c.insertOne({ _id: 1, n: 0 });
    const session = client.startSession();
    let attempts = 0;
    await session.withTransaction(async () => {
      attempts++;
      await c.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });
      if (attempts > 2) return;
      const error = new MongoServerError({ message: 'try again', code: 1, errorLabels: ['TransientTransactionError'] });
      show(error.hasErrorLabel('TransientTransactionError'), error.errorLabels);
      throw error;
    });
    show(attempts, await c.findOne());
    await session.endSession();
  },

  async byHand({ client, c, db, show, tried }) {
    await db.createCollection('c');
    const session = client.startSession({ causalConsistency: true });
    await tried(() => session.commitTransaction());
    await tried(() => session.abortTransaction());
    session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' }, maxCommitTimeMS: 5000 });
    await tried(async () => session.startTransaction());
    show(await c.insertMany([{ _id: 1 }, { _id: 2 }], { session }), await c.find({}, { session }).toArray());
    show(await c.aggregate([{ $match: { _id: 1 } }], { session }).toArray(), await c.distinct('_id', {}, { session }));
    show(await c.bulkWrite([{ insertOne: { document: { _id: 3 } } }, { deleteOne: { filter: { _id: 1 } } }], { session }));
    show(await c.findOneAndUpdate({ _id: 2 }, { $set: { a: 1 } }, { session, returnDocument: 'after' }));
    show(await session.commitTransaction(), session.inTransaction(), session.transaction.isCommitted);
    await tried(() => session.commitTransaction());
    await tried(() => session.abortTransaction());
    session.startTransaction();
    await c.deleteMany({}, { session });
    show(await session.abortTransaction(), await c.countDocuments());
    await tried(() => session.abortTransaction());
    await tried(() => session.commitTransaction());
    session.startTransaction();
    await c.insertOne({ _id: 9 }, { session });
    await session.endSession();
    show(await c.countDocuments(), session.inTransaction());
  },

  async refusedInside({ client, c, db, tried }) {
    await c.insertOne({ _id: 1 });
    for (const call of [
      (session) => db.collection('fresh').insertOne({ _id: 1 }, { session }), (session) => c.createIndex({ a: 1 }, { session }),
      (session) => db.dropCollection('c', { session }), (session) => c.rename('d', { session }), (session) => c.count({}, { session }),
      (session) => c.estimatedDocumentCount({ session }), (session) => db.listCollections({}, { session }).toArray(),
      (session) => c.aggregate([{ $out: 'x' }], { session }).toArray(), (session) => c.insertOne({ _id: 5 }, { session, writeConcern: { w: 1 } }),
      (session) => c.find({}, { session, readConcern: { level: 'majority' } }).toArray(), (session) => db.command({ ping: 1 }, { session }),
      (session) => c.findOne({}, { session, readPreference: 'secondary' }), (session) => db.createCollection('inside', { session }).then(({ namespace }) => namespace),
      (session) => c.insertMany([{ _id: 6 }, { _id: 1 }], { session }), (session) => c.updateOne({ _id: 1 }, { $bad: 1 }, { session }),
    ]) {
      const session = client.startSession();
      session.startTransaction();
      await tried(() => call(session));
      await session.endSession();
    }
  },

  async conflict({ client, c, show }) {
    await c.insertOne({ _id: 1 });
    const [one, two] = [client.startSession(), client.startSession()];
    one.startTransaction();
    two.startTransaction();
    await c.updateOne({ _id: 1 }, { $set: { by: 'one' } }, { session: one });
    try {
      await c.updateOne({ _id: 1 }, { $set: { by: 'two' } }, { session: two });
    } catch (error) {
      show(error.name, error.code, error.codeName, error.errorLabels, error.hasErrorLabel('TransientTransactionError'));
    }
    await one.commitTransaction();
    await Promise.all([one.endSession(), two.endSession()]);
    show(one.equals(two), one.equals(one));
  },

  async sessions({ client, c, db, show, tried }) {
    await c.insertMany([{ _id: 1 }, { _id: 2 }]);
    show(await client.withSession(async (session) => (await c.find({}, { session }).toArray()).length));
    show(await client.withSession({ causalConsistency: false }, async (session) => c.countDocuments({}, { session })));
    await tried(() => client.withSession());
    await tried(() => client.withSession(async () => { throw new RangeError('x'); }));
    await tried(async () => client.startSession({ causalConsistency: true, snapshot: true }).hasEnded);
    const snapshot = client.startSession({ snapshot: true });
    show((await c.find({}, { session: snapshot }).toArray()).length, snapshot.snapshotEnabled);
    await tried(async () => snapshot.startTransaction());
    await snapshot.endSession();
    const session = client.startSession({ defaultTransactionOptions: { readConcern: { level: 'majority' }, maxCommitTimeMS: 900 } });
    show(session.defaultTransactionOptions, session.supports, Object.keys(session.id), session.constructor.name);
    session.startTransaction();
    show(session.transaction.isStarting, session.transaction.isActive);
    await Promise.all([1, 2, 3].map((n) => c.updateOne({ _id: n }, { $set: { n } }, { session, upsert: true })).map((p) => p.catch(() => 0)));
    await session.commitTransaction().catch(() => 0);
    await session.endSession();
    await c.deleteMany({});
    await tried(async () => session.startTransaction());
    await tried(() => db.command({ ping: 1 }, { session }));
    await tried(() => c.insertOne({ _id: 5 }, { session: {} }));
  },
});

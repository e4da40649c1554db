// SPDX-License-Identifier: Apache-2.0
'use strict';

const { MongoError } = require('mongodb');
const { ok, same, throws } = require('./lib/check.js');

async function transactions(c, client) {
  const session = client.startSession();
  same([session.inTransaction(), session.hasEnded, session.transaction.state], [false, false, 'NO_TRANSACTION']);
  ok(session.id.id.buffer.length === 16, 'the session has an id');

  session.startTransaction();
  same([session.inTransaction(), session.transaction.state], [true, 'STARTING_TRANSACTION']);
  await c.insertOne({ _id: 'aborted' }, { session });
  same(session.transaction.state, 'TRANSACTION_IN_PROGRESS');
  same((await c.find({ _id: 'aborted' }, { session }).toArray()).length, 1, 'seen inside');
  same(await c.countDocuments({ _id: 'aborted' }), 0, 'not seen outside');
  await session.abortTransaction();
  same([session.inTransaction(), session.transaction.state], [false, 'TRANSACTION_ABORTED']);
  same(await c.countDocuments({ _id: 'aborted' }), 0);

  session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
  await c.insertOne({ _id: 'kept' }, { session });
  await c.updateOne({ _id: 'kept' }, { $set: { a: 1 } }, { session });
  await c.bulkWrite([{ insertOne: { document: { _id: 'kept2' } } }], { session });
  await session.commitTransaction();
  same(session.transaction.state, 'TRANSACTION_COMMITTED');
  same(await c.countDocuments(), 2);
  await c.insertOne({ _id: 'plain' }, { session });
  same(session.transaction.state, 'NO_TRANSACTION');

  session.startTransaction();
  // The first one starts the transaction on the server: there, the Node driver may not be raced.
  await c.insertOne({ _id: 0 }, { session });
  await Promise.all(Array.from({ length: 19 }, (_, i) => c.insertOne({ _id: i + 1 }, { session })));
  await session.commitTransaction();
  same(await c.countDocuments(), 23, 'several at once in one session');
  await session.endSession();
  same(session.hasEnded, true);
  await throws(() => c.insertOne({}, { session }),
    { name: 'MongoExpiredSessionError', message: 'Use of expired sessions is not permitted' });
}

async function refusals(client) {
  const session = client.startSession();
  await throws(() => session.commitTransaction(), { name: 'MongoTransactionError', message: 'No transaction started' });
  await throws(() => session.abortTransaction(), { message: 'No transaction started' });
  session.startTransaction();
  await throws(async () => session.startTransaction(), { message: 'Transaction already in progress' });
  await session.commitTransaction();
  same(session.transaction.state, 'TRANSACTION_COMMITTED_EMPTY');
  await throws(() => session.abortTransaction(), { message: 'Cannot call abortTransaction after calling commitTransaction' });
  await session.endSession();
  const other = client.startSession();
  other.startTransaction();
  await other.abortTransaction();
  await throws(() => other.abortTransaction(), { message: 'Cannot call abortTransaction twice' });
  await throws(() => other.commitTransaction(), { message: 'Cannot call commitTransaction after calling abortTransaction' });
  await throws(async () => other.startTransaction({ writeConcern: { w: 0 } }),
    { message: 'Transactions do not support unacknowledged write concern' });
  await other.endSession();
  await throws(async () => client.startSession({ causalConsistency: true, snapshot: true }),
    { message: 'Properties "causalConsistency" and "snapshot" are mutually exclusive' });
}

async function withTransaction(c, client) {
  const session = client.startSession();
  same(await session.withTransaction(async (given) => {
    ok(given === session, 'the callback gets the session');
    await c.insertOne({ _id: 'w' }, { session });
    return 'answer';
  }), 'answer');
  same(await c.countDocuments({ _id: 'w' }), 1);

  const boom = new Error('boom');
  const thrown = await throws(() => session.withTransaction(async () => {
    await c.insertOne({ _id: 'x' }, { session });
    throw boom;
  }));
  ok(thrown === boom, 'the same error comes out');
  same(await c.countDocuments({ _id: 'x' }), 0);
  same(session.transaction.state, 'TRANSACTION_ABORTED');

  let attempts = 0;
  await session.withTransaction(async () => {
    attempts++;
    await c.insertOne({ _id: `try${attempts}` }, { session });
    if (attempts < 3) {
      const error = new MongoError('again');
      error.addErrorLabel('TransientTransactionError');
      throw error;
    }
  });
  same([attempts, await c.countDocuments({ _id: /^try/ })], [3, 1]);
  await throws(() => session.withTransaction(() => 5), { message: 'Function provided to `withTransaction` must return a Promise' });
  await session.withTransaction(async () => {
    await c.insertOne({ _id: 'own' }, { session });
    await session.abortTransaction();
  });
  same(await c.countDocuments({ _id: 'own' }), 0);
  await session.withTransaction(async () => c.insertOne({ _id: 'outside' }));
  same(await c.countDocuments({ _id: 'outside' }), 1, 'without the session it is outside');
  await session.endSession();
}

async function conflicts(c, client) {
  await c.insertOne({ _id: 'hot', n: 0 });
  const [one, two] = [client.startSession(), client.startSession()];
  one.startTransaction();
  two.startTransaction();
  await c.updateOne({ _id: 'hot' }, { $inc: { n: 1 } }, { session: one });
  const error = await throws(() => c.updateOne({ _id: 'hot' }, { $inc: { n: 1 } }, { session: two }),
    { name: 'MongoServerError', code: 112, codeName: 'WriteConflict' });
  ok(error.hasErrorLabel('TransientTransactionError'), 'the label');
  await two.abortTransaction();
  await one.commitTransaction();

  let attempts = 0;
  one.startTransaction();
  await c.updateOne({ _id: 'hot' }, { $inc: { n: 1 } }, { session: one });
  await two.withTransaction(async () => {
    attempts++;
    if (attempts === 2) await one.commitTransaction();
    await c.updateOne({ _id: 'hot' }, { $inc: { n: 1 } }, { session: two });
  });
  ok(attempts >= 2, 'tried again after a write conflict');
  same((await c.findOne({ _id: 'hot' })).n, 3);
  await one.endSession();
  await two.endSession();
}

async function commitAgain(c, client) {
  const admin = client.db('admin');
  await admin.command({
    configureFailPoint: 'failCommand', mode: { times: 1 },
    data: { failCommands: ['commitTransaction'], errorCode: 50, errorLabels: ['UnknownTransactionCommitResult'] },
  });
  const session = client.startSession();
  session.startTransaction();
  await c.insertOne({ _id: 'unknown' }, { session });
  const error = await throws(() => session.commitTransaction(), { code: 50 });
  ok(error.hasErrorLabel('UnknownTransactionCommitResult'), 'the label of the commit');
  await session.commitTransaction();
  same(await c.countDocuments({ _id: 'unknown' }), 1);
  await session.endSession();
}

exports.up = async (db, client) => {
  const c = db.collection('t');
  await db.createCollection('t');
  await transactions(c, client);
  await refusals(client);
  await withTransaction(c, client);
  await conflicts(c, client);
  await commitAgain(c, client);
  same(await client.withSession(async (session) => {
    await c.insertOne({ _id: 'ws' }, { session });
    return session.hasEnded;
  }), false);
};

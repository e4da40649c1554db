module.exports = {
  async up(db, client) {
    const session = client.startSession();
    try {
      await session.withTransaction(async () => {
        await db.collection('users').deleteMany({}, { session });
        throw new Error('changed my mind');
      });
    } catch (error) {
      console.log('caught', error.message);
    } finally {
      await session.endSession();
    }
    const second = client.startSession({ causalConsistency: true });
    second.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
    await db.collection('users').insertOne({ _id: 9 }, { session: second });
    console.log(second.inTransaction(), await db.collection('users').countDocuments({}, { session: second }));
    await second.abortTransaction();
    await client.withSession(async s => {
      s.startTransaction();
      await db.collection('users').insertOne({ _id: 10 }, { session: s });
      await s.commitTransaction();
    });
    console.log(second.inTransaction(), await db.collection('users').countDocuments());
    await second.endSession();
  },

  async down(db, client) {
    await db.collection('users').deleteOne({ _id: 10 });
  },
};

module.exports = {
  async up(db, client) {
    const session = client.startSession();
    try {
      const answer = await session.withTransaction(async () => {
        await db.collection('users').updateMany({}, { $set: { moved: true } }, { session });
        await db.collection('audit').insertOne({ what: 'moved' }, { session });
        return 'done';
      });
      console.log(answer);
    } finally {
      await session.endSession();
    }
  },

  async down(db, client) {
    const session = client.startSession();
    try {
      await session.withTransaction(async () => {
        await db.collection('users').updateMany({}, { $unset: { moved: '' } });
        await db.collection('audit').deleteMany({});
      });
    } finally {
      session.endSession();
    }
  },
};

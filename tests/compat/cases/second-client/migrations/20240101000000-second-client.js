const { MongoClient } = require('mongodb');

module.exports = {
  async up(db, client) {
    const second = new MongoClient(process.env.COMPAT_URI);
    await second.connect();
    await second.db(db.databaseName).collection('users').updateOne({ _id: 1 }, { $set: { by: 'second' } });
    await second.close();
    console.log((await db.collection('users').findOne({ _id: 1 })).by);
  },

  async down(db, client) {
    // nothing to take back
  },
};

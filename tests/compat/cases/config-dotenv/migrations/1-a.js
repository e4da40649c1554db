module.exports = {
  async up(db, client) {
    await db.collection('env').insertOne({ _id: process.env.QUOTED });
  },

  async down(db, client) {
    // nothing to take back
  },
};

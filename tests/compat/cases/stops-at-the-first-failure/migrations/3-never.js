module.exports = {
  async up(db, client) {
    await db.collection('a').insertOne({ _id: 3 });
  },

  async down(db, client) {
    // nothing to take back
  },
};

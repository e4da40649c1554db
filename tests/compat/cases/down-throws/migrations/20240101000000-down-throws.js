module.exports = {
  async up(db, client) {
    await db.collection('a').insertOne({ _id: 1 });
  },

  async down(db, client) {
    throw new Error('there is no way back');
  },
};

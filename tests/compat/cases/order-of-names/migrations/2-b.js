module.exports = {
  async up(db, client) {
    await db.collection('log').insertOne({ _id: 'b' });
  },

  async down(db, client) {
    await db.collection('log').deleteOne({ _id: 'b' });
  },
};

module.exports = {
  async up(db, client) {
    await db.collection('users').updateOne({ _id: 1 }, { $set: { touched: true } });
    throw new Error('half way');
  },

  async down(db, client) {
    // nothing to take back
  },
};

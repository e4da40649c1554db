module.exports = {
  async up(db, client) {
    await db.collection('users').createIndex({ a: 1 }, { name: 'x' });
    await db.collection('users').createIndex({ b: 1 }, { name: 'x' });
  },

  async down(db, client) {
    // nothing to take back
  },
};

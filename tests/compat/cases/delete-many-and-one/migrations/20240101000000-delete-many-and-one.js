module.exports = {
  async up(db, client) {
    const c = db.collection('users');
    console.log((await c.deleteOne({ age: { $gt: 20 } })).deletedCount, (await c.deleteMany({ name: /^c/ })).deletedCount);
    console.log((await c.deleteMany({ name: 'nobody' })).deletedCount, (await c.deleteOne({})).acknowledged);
  },

  async down(db, client) {
    await db.collection('users').insertOne({ _id: 1, back: true });
  },
};

module.exports = {
  async up(db, client) {
    const c = db.collection('users');
    let result = await c.updateOne({ _id: 7 }, { $set: { name: 'new' }, $setOnInsert: { made: 1 } }, { upsert: true });
    console.log(result.matchedCount, result.modifiedCount, result.upsertedCount, result.upsertedId);
    result = await c.updateOne({ _id: 7 }, { $set: { name: 'new' } });
    console.log(result.matchedCount, result.modifiedCount, result.upsertedId);
    result = await c.updateMany({ tags: { $exists: true } }, { $set: { 'tags.$[t]': 'b' } }, { arrayFilters: [{ t: 'a' }] });
    console.log(result.matchedCount, result.modifiedCount);
    result = await c.replaceOne({ _id: 3 }, { name: 'replaced' });
    console.log(result.matchedCount, result.modifiedCount);
    result = await c.updateOne({ email: 'x@y' }, { $set: { n: 1 } }, { upsert: true });
    console.log(result.upsertedCount, result.upsertedId.constructor.name);
  },

  async down(db, client) {
    await db.collection('users').deleteMany({ _id: 7 });
  },
};

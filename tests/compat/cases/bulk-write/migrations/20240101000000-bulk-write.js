module.exports = {
  async up(db, client) {
    const result = await db.collection('users').bulkWrite([
      { insertOne: { document: { _id: 10, name: 'new' } } },
      { updateOne: { filter: { _id: 1 }, update: { $set: { name: 'ann2' } } } },
      { updateMany: { filter: { age: { $exists: true } }, update: { $inc: { age: 1 } } } },
      { replaceOne: { filter: { _id: 2 }, replacement: { name: 'bob2' } } },
      { deleteOne: { filter: { _id: 3 } } },
      { updateOne: { filter: { _id: 11 }, update: { $set: { name: 'up' } }, upsert: true } },
      { deleteMany: { filter: { name: 'nobody' } } },
    ]);
    console.log(result.insertedCount, result.matchedCount, result.modifiedCount, result.deletedCount, result.upsertedCount,
      JSON.stringify(result.insertedIds), JSON.stringify(result.upsertedIds), result.ok, result.isOk());
    const unordered = await db.collection('users').bulkWrite([{ updateOne: { filter: { _id: 1 }, update: { $set: { z: 1 } } } }], { ordered: false });
    console.log(unordered.modifiedCount);
  },

  async down(db, client) {
    await db.collection('users').bulkWrite([{ deleteMany: { filter: { _id: { $gte: 10 } } } }]);
  },
};

module.exports = {
  async up(db, client) {
    for (const doc of await db.collection('kept').find().sort({ _id: 1 }).toArray()) {
      await db.collection('kept').updateOne({ _id: doc._id }, { $set: { seen: true } });
    }
    await db.collection('copies').insertMany(await db.collection('kept').find().toArray());
  },

  async down(db, client) {
    await db.collection('copies').drop();
  },
};

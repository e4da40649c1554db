module.exports = {
  async up(db, client) {
    const c = db.collection('many');
    await c.insertMany(Array.from({ length: 2500 }, (_, i) => ({ _id: i, at: String(i) })));
    let count = 0;
    for await (const doc of c.find({}, { batchSize: 100 })) { count++; if (doc._id % 500 === 0) await c.updateOne({ _id: doc._id }, { $set: { mark: count } }); }
    console.log(count, await c.countDocuments({ mark: { $exists: true } }));
  },

  async down(db, client) {
    await db.collection('many').drop();
  },
};

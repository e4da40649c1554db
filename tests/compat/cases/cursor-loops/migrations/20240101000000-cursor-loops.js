module.exports = {
  async up(db, client) {
    const c = db.collection('numbers');
    const cursor = c.find().sort({ _id: 1 });
    let sum = 0;
    while (await cursor.hasNext()) sum += (await cursor.next()).n;
    console.log(sum, await cursor.next());
    for await (const doc of c.find({ n: { $lt: 3 } }).sort({ _id: 1 })) await c.updateOne({ _id: doc._id }, { $set: { low: true } });
    await c.find({ n: { $gte: 9 } }).forEach(doc => { console.log('high', doc.n); });
    const seen = [];
    await c.find().sort({ _id: 1 }).forEach(doc => { seen.push(doc.n); return doc.n < 4; });
    console.log(seen.join());
    for await (const doc of c.aggregate([{ $match: { n: { $gt: 9 } } }, { $sort: { n: 1 } }])) console.log(doc.n);
    const again = c.find().limit(2).sort({ _id: 1 });
    console.log((await again.toArray()).length); again.rewind(); console.log((await again.next())._id); await again.close(); console.log(again.closed);
  },

  async down(db, client) {
    await db.collection('numbers').updateMany({}, { $unset: { low: '' } });
  },
};

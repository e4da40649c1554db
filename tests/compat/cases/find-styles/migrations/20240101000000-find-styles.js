module.exports = {
  async up(db, client) {
    const c = db.collection('numbers');
    console.log((await c.find({ n: { $gt: 5 } }, { projection: { _id: 0, n: 1 } }).toArray()).map(d => d.n).join());
    console.log((await c.find().project({ n: 1, _id: 0 }).sort({ n: -1 }).skip(2).limit(3).batchSize(2).map(d => d.n * 2).toArray()).join());
    console.log((await c.find().sort('n', 'desc').limit(1).toArray())[0].n, (await c.find().sort([['n', 1]]).limit(2).toArray()).length);
    console.log((await c.find().filter({ n: 3 }).hint('_id_').maxTimeMS(5000).comment('c').toArray()).length);
    console.log(JSON.stringify(await c.findOne({ n: 4 }, { projection: { n: 1, _id: 0 } })), await c.findOne({ n: 400 }));
    console.log((await c.find({ n: { $in: [1, 2] } }, { sort: { n: -1 }, limit: 1 }).toArray())[0].n);
    const found = await c.find({ n: 7 });
    console.log((await found.toArray()).length);
  },

  async down(db, client) {
    // nothing to take back
  },
};

module.exports = {
  async up(db, client) {
    const c = db.collection('users');
    console.log(JSON.stringify(await c.aggregate([{ $group: { _id: null, total: { $sum: '$age' } } }]).toArray()));
    await c.aggregate([{ $project: { name: 1 } }, { $out: 'names' }]).toArray();
    await c.aggregate([{ $match: { _id: 1 } }, { $out: { db: db.databaseName + '_other', coll: 'names' } }]).toArray();
    await c.aggregate([{ $set: { merged: true } }, { $merge: { into: 'merged', on: '_id', whenMatched: 'replace' } }], { allowDiskUse: true }).toArray();
    console.log(JSON.stringify(await c.aggregate([{ $lookup: { from: 'names', localField: '_id', foreignField: '_id', as: 'n' } },
      { $unionWith: 'names' }, { $sort: { _id: 1, name: 1 } }, { $limit: 2 }, { $project: { name: 1 } }]).toArray()));
    const cursor = c.aggregate().match({ _id: { $gt: 1 } }).sort({ _id: 1 }).project({ name: 1 });
    console.log(await cursor.hasNext(), JSON.stringify(await cursor.next()));
    console.log(JSON.stringify(await db.aggregate([{ $documents: [{ a: 1 }] }]).toArray()));
  },

  async down(db, client) {
    await db.collection('names').drop(); await db.collection('merged').drop();
    await client.db(db.databaseName + '_other').dropDatabase();
  },
};

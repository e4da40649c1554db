module.exports = {
  async up(db, client) {
    const docs = await db.collection('users').find().toArray();
    const results = await Promise.all(docs.map(doc => db.collection('users').updateOne({ _id: doc._id }, { $set: { upper: doc.name.toUpperCase() } })));
    console.log(results.map(result => result.modifiedCount).join());
    const settled = await Promise.allSettled(docs.map(doc => db.collection('users').insertOne(doc)));
    console.log(settled.map(each => each.status + ' ' + each.reason.code).join());
  },

  async down(db, client) {
    await db.collection('users').updateMany({}, [{ $unset: 'upper' }]);
  },
};

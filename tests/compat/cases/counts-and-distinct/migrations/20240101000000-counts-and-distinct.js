module.exports = {
  async up(db, client) {
    const c = db.collection('users');
    console.log(await c.countDocuments(), await c.countDocuments({ age: { $gt: 20 } }, { limit: 1 }), await c.estimatedDocumentCount());
    console.log(await c.find({ _id: { $gt: 1 } }).count(), (await c.distinct('name')).sort().join(), (await c.distinct('name', { _id: 1 })).join());
    console.log(c.collectionName, c.namespace === db.databaseName + '.users', c.dbName === db.databaseName);
    console.log(await c.isCapped(), JSON.stringify(await c.options()));
  },

  async down(db, client) {
    // nothing to take back
  },
};

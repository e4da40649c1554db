module.exports = {
  async up(db, client) {
    const c = db.collection('users');
    console.log(JSON.stringify(await c.findOneAndUpdate({ _id: 1 }, { $set: { name: 'z' } })));
    console.log(JSON.stringify(await c.findOneAndUpdate({ _id: 1 }, { $inc: { age: 1 } }, { returnDocument: 'after', projection: { age: 1 } })));
    console.log(await c.findOneAndUpdate({ _id: 100 }, { $set: { a: 1 } }), JSON.stringify(await c.findOneAndUpdate({ _id: 100 }, { $set: { a: 1 } }, { upsert: true, returnDocument: 'after' })));
    console.log(JSON.stringify((await c.findOneAndUpdate({ _id: 2 }, { $set: { n: 1 } }, { includeResultMetadata: true })).lastErrorObject));
    console.log(JSON.stringify(await c.findOneAndUpdate({ _id: 1 }, { $set: { 'tags.$[x]': 'q' } }, { arrayFilters: [{ x: 'a' }], returnDocument: 'after' })));
    console.log(JSON.stringify(await c.findOneAndReplace({ _id: 2 }, { fresh: 1 }, { returnDocument: 'after' })));
    console.log(JSON.stringify(await c.findOneAndDelete({ _id: 3 }, { sort: { _id: 1 } })), await c.findOneAndDelete({ _id: 3 }));
  },

  async down(db, client) {
    // nothing to take back
  },
};

module.exports = {
  async up(db, client) {
    const c = db.collection('users');
    try { await c.bulkWrite([]); } catch (err) { console.log(err.name, err.message); }
    try { await c.bulkWrite([{ insertOne: { document: { _id: 50 } } }, { insertOne: { document: { _id: 1 } } }, { insertOne: { document: { _id: 51 } } }]); }
    catch (err) { console.log(err.name, err.code, err.writeErrors.length, err.writeErrors[0].index, err.result.insertedCount, err.insertedCount); }
    try { await c.insertMany([{ _id: 60 }, { _id: 1 }, { _id: 2 }, { _id: 61 }], { ordered: false }); }
    catch (err) { console.log(err.name, err.code, err.writeErrors.map(each => each.index).join(), err.result.insertedCount); }
    try { await c.insertOne({ _id: 1 }); } catch (err) { console.log(err.name, err.code, JSON.stringify(err.keyPattern), JSON.stringify(err.keyValue), err.message.startsWith('E11000')); }
    const bulk = c.initializeUnorderedBulkOp();
    bulk.insert({ _id: 70 }); bulk.find({ _id: 1 }).updateOne({ $set: { bulk: true } }); bulk.find({ _id: 71 }).upsert().update({ $set: { a: 1 } });
    bulk.find({ _id: 2 }).deleteOne();
    const done = await bulk.execute();
    console.log(done.insertedCount, done.modifiedCount, done.upsertedCount, done.deletedCount);
  },

  async down(db, client) {
    // nothing to take back
  },
};

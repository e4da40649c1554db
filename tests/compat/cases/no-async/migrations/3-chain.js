module.exports.up = function (db) {
  return db.collection('a').find().toArray()
    .then(docs => db.collection('b').insertOne({ _id: docs.length }))
    .then(result => result.insertedId);
};
module.exports.down = function (db) { return Promise.resolve(); };

module.exports = {
  up: db => db.collection('a').insertOne({ _id: 1 }),
  down: db => db.collection('a').deleteOne({ _id: 1 }),
};

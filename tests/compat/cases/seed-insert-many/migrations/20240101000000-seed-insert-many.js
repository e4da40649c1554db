const { ObjectId } = require('mongodb');

module.exports = {
  async up(db, client) {
    const newPlans = [{ name: 'free', price: 0 }, { name: 'team', price: 29.5 }, { name: 'big', price: 2 ** 31 }];
    const result = await db.collection('plans').insertMany([...newPlans]);
    console.log(result.acknowledged, result.insertedCount, Object.keys(result.insertedIds).join());
    console.log(newPlans.every(plan => plan._id instanceof ObjectId));
    const one = await db.collection('plans').insertOne({ name: 'one', at: new Date(), list: [1, [2, { a: null }]] });
    console.log(one.acknowledged, one.insertedId.constructor.name);
    const own = await db.collection('plans').insertOne({ _id: 'own' });
    console.log(own.insertedId);
  },

  async down(db, client) {
    const result = await db.collection('plans').deleteMany({});
    console.log(result.deletedCount, result.acknowledged);
  },
};

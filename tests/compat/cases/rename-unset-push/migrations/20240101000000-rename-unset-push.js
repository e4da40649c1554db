module.exports = {
  async up(db, client) {
    const c = db.collection('users');
    await c.updateMany({}, { $rename: { name: 'fullName', 'address.zip': 'address.postcode' } });
    await c.updateMany({ old: true }, { $unset: { old: '' }, $currentDate: { touched: true } });
    await c.updateMany({}, { $push: { tags: { $each: ['x', 'y'], $slice: -2 } }, $inc: { age: 1 }, $mul: { score: 2 } });
    await c.updateMany({ _id: { $gte: 2 } }, { $pull: { tags: 'x' }, $addToSet: { roles: { $each: ['r', 'r'] } }, $min: { low: 1 } });
  },

  async down(db, client) {
    await db.collection('users').updateMany({}, { $rename: { fullName: 'name' } });
  },
};

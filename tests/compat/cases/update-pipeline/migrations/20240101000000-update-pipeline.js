module.exports = {
  async up(db, client) {
    const c = db.collection('users');
    await c.updateMany({}, [{ $set: { label: { $concat: ['$name', '-', { $toString: '$age' }] }, old: { $ifNull: ['$old', false] }, at: '$$NOW' } }]);
    await c.updateMany({}, [{ $unset: ['tags', 'address.zip'] }]);
    await c.updateOne({ _id: 1 }, [{ $replaceWith: { _id: 1, only: '$name' } }]);
    await c.updateMany({ _id: 2 }, [{ $set: { v: '$$given' } }], { let: { given: 5 } });
  },

  async down(db, client) {
    // nothing to take back
  },
};

module.exports = {
  async up(db, client) {
    const c = db.collection('users');
    console.log(await c.createIndex({ email: 1 }, { unique: true, sparse: true, background: true }));
    console.log(await c.createIndex({ name: 1, age: -1 }, { name: 'by_name' }));
    console.log(await c.createIndex({ age: 1 }, { partialFilterExpression: { age: { $gt: 18 } } }));
    console.log(await c.createIndex({ seenAt: 1 }, { expireAfterSeconds: 3600 }));
    console.log(await c.createIndex({ bio: 'text', name: 'text' }, { weights: { bio: 2 }, default_language: 'german' }));
    console.log(await c.createIndex({ token: 'hashed' }), await c.createIndex({ place: '2dsphere' }));
    console.log(await c.createIndex('city'), await c.createIndex(['zip', 'street']), await c.createIndex([['a', 1], ['b', -1]]));
    console.log(await c.createIndex({ 'x.$**': 1 }), await c.createIndex({ name: 1 }, { collation: { locale: 'de', strength: 2 } }));
  },

  async down(db, client) {
    const c = db.collection('users');
    for (const name of ['email_1', 'by_name', 'age_1', 'city_1']) await c.dropIndex(name);
    await c.dropIndex({ seenAt: 1 });
  },
};

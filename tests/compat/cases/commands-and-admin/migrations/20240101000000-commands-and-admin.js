module.exports = {
  async up(db, client) {
    console.log((await db.command({ ping: 1 })).ok, (await db.command({ collMod: 'users', validator: { name: { $exists: true } }, validationLevel: 'moderate' })).ok);
    console.log((await db.admin().ping()).ok, (await db.admin().command({ buildInfo: 1 })).version, (await db.admin().buildInfo()).version);
    console.log((await db.admin().listDatabases({ nameOnly: true })).databases.some(each => each.name === 'admin'));
    console.log((await db.command({ count: 'users', query: { age: { $gt: 20 } } })).n, (await db.stats()).db === db.databaseName);
    try { await db.command({ nonsense: 1 }); } catch (err) { console.log(err.name, err.code, err.codeName); }
    console.log((await db.command({ createIndexes: 'users', indexes: [{ key: { q: 1 }, name: 'q' }] })).ok);
  },

  async down(db, client) {
    await db.command({ collMod: 'users', validator: {}, validationLevel: 'off' });
  },
};

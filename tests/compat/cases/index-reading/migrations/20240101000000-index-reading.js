module.exports = {
  async up(db, client) {
    const c = db.collection('users');
    await c.createIndex({ age: 1 });
    console.log((await c.indexes()).map(index => index.name).join());
    console.log(await c.indexExists('age_1'), await c.indexExists(['age_1', 'nope']), await c.indexExists('nope'));
    console.log((await c.listIndexes().toArray()).length, JSON.stringify(await c.indexInformation()));
    for await (const index of c.listIndexes()) console.log(JSON.stringify(index.key));
  },

  async down(db, client) {
    await db.collection('users').dropIndexes();
  },
};

module.exports = {
  async up(db, client) {
    const names = await db.collection('things').createIndexes([
      { key: { a: 1 } }, { key: { b: -1, c: 1 }, name: 'bc', unique: true }, { key: new Map([['z', 1], ['y', -1]]) }]);
    console.log(names.join());
    console.log(await db.createIndex('things', { viaDb: 1 }));
  },

  async down(db, client) {
    console.log(await db.collection('things').dropIndexes());
  },
};

module.exports = {
  async up(db, client) {
    await db.createCollection('empty');
    console.log((await db.listCollections().toArray()).map(each => each.name).filter(n => n !== 'changelog').sort().join());
    console.log(await db.listCollections({ name: 'users' }).hasNext(), await db.listCollections({ name: 'nope' }).hasNext());
    console.log((await db.listCollections({}, { nameOnly: true }).toArray()).every(each => each.options === undefined));
    console.log((await db.collections()).map(each => each.collectionName).filter(n => n !== 'changelog').sort().join());
    if (!(await db.listCollections({ name: 'users' }).toArray()).length) throw new Error('gone');
  },

  async down(db, client) {
    await db.dropCollection('empty');
  },
};

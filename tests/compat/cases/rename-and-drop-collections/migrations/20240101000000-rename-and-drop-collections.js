module.exports = {
  async up(db, client) {
    const renamed = await db.collection('users').rename('people');
    console.log(renamed.collectionName);
    const again = await db.renameCollection('people', 'persons');
    console.log(again.collectionName, await db.dropCollection('absent').catch(err => err.code));
    await db.createCollection('target');
    try { await db.collection('persons').rename('target'); } catch (err) { console.log(err.name, err.code, err.codeName); }
    await db.collection('persons').rename('target', { dropTarget: true });
  },

  async down(db, client) {
    await db.collection('target').rename('users');
  },
};

module.exports = {
  async up(db, client) {
    await db.collection('users').dropIndex('nope_1').catch(() => {});
    try { await db.collection('users').dropIndex('nope_1'); } catch (err) { console.log(err.name, err.code, err.codeName); }
    try { await db.collection('absent').dropIndex('nope_1'); } catch (err) { console.log(err.name, err.code, err.codeName, err.message.split(' ')[0]); }
  },

  async down(db, client) {
    // nothing to take back
  },
};

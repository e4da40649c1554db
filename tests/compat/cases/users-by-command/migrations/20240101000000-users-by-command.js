module.exports = {
  async up(db, client) {
    await db.command({ createUser: 'reader', pwd: 'x', roles: [{ role: 'read', db: db.databaseName }] });
    await db.command({ updateUser: 'reader', roles: [] });
    console.log((await db.command({ usersInfo: 'reader' })).users.length);
    await db.command({ dropUser: 'reader' });
  },

  async down(db, client) {
    // nothing to take back
  },
};

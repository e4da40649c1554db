module.exports = {
  /**
   * Apply the migration.
   * @param db {import('mongodb').Db}
   * @param client {import('mongodb').MongoClient}
   * @returns {Promise<void>}
   */
  async up(db, client) {
    // For example:
    // await db.collection('users').updateMany({ active: null }, { $set: { active: true } });
  },

  /**
   * Take it back.
   * @param db {import('mongodb').Db}
   * @param client {import('mongodb').MongoClient}
   * @returns {Promise<void>}
   */
  async down(db, client) {
    // For example:
    // await db.collection('users').updateMany({ active: true }, { $unset: { active: 1 } });
  }
};

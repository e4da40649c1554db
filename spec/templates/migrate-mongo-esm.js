/**
 * Apply the migration.
 * @param db {import('mongodb').Db}
 * @param client {import('mongodb').MongoClient}
 * @returns {Promise<void>}
 */
export const up = async (db, client) => {
  // For example:
  // await db.collection('users').updateMany({ active: null }, { $set: { active: true } });
};

/**
 * Take it back.
 * @param db {import('mongodb').Db}
 * @param client {import('mongodb').MongoClient}
 * @returns {Promise<void>}
 */
export const down = async (db, client) => {
  // For example:
  // await db.collection('users').updateMany({ active: true }, { $unset: { active: 1 } });
};

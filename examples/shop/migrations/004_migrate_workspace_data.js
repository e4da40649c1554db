module.exports = {
  id: "004_migrate_workspace_data",
  description: "Rename the stores' oldName to newName",
  author: "developer-name",
  createdAt: "2024-01-18",

  async up(db, client) {
    // Rename field while preserving data
    await db.collection('stores').updateMany(
      {},
      { $rename: { "oldName": "newName" } }
    );
  },

  async down(db, client) {
    await db.collection('stores').updateMany(
      {},
      { $rename: { "newName": "oldName" } }
    );
  },

  async validate(db, client) {
    const left = await db.collection('stores').countDocuments({ oldName: { $exists: true } });
    if (left > 0) {
      throw new Error(`${left} stores still have the old name`);
    }
    return true;
  }
};

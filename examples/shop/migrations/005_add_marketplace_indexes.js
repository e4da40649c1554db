module.exports = {
  id: "005_add_marketplace_indexes",
  description: "Make listing a workspace's products of one marketplace fast",
  author: "developer-name",
  createdAt: "2024-01-19",

  async up(db, client) {
    // Add performance indexes
    await db.collection('products').createIndex({ workspaceId: 1, marketplace: 1 });
  },

  async down(db, client) {
    await db.collection('products').dropIndex({ workspaceId: 1, marketplace: 1 });
  },

  async validate(db, client) {
    if (!await db.collection('products').indexExists('workspaceId_1_marketplace_1')) {
      throw new Error('the index is not there');
    }
    return true;
  }
};

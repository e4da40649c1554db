// A shop as it was before the migrations: what they change is what is wrong here.
const marketplaces = ['amazon', 'ebay', 'etsy'];

module.exports = {
  async up(db) {
    await db.collection('users').insertMany(Array.from({ length: 150 }, (_, n) => ({
      email: `user${n}@example.com`,
      workspaceId: n % 10
    })));
    await db.collection('products').insertMany(Array.from({ length: 400 }, (_, n) => ({
      title: `Product ${n}`,
      workspaceId: n % 10,
      marketplace: marketplaces[n % marketplaces.length],
      oldField: 'nobody reads this',
      createdAt: new Date(Date.UTC(2023, 0, 1 + n % 365)).toISOString()
    })));
    await db.collection('stores').insertMany(Array.from({ length: 10 }, (_, n) => ({
      workspaceId: n,
      oldName: `Store ${n}`
    })));
  },

  async down(db) {
    for (const name of ['users', 'products', 'stores']) {
      await db.collection(name).drop();
    }
  }
};

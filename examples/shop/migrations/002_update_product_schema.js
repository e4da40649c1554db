module.exports = {
  id: "002_update_product_schema",
  description: "Drop the products' oldField, and make real dates of their createdAt",
  author: "developer-name",
  createdAt: "2024-01-16",

  async up(db, client) {
    // Remove old field from all documents
    await db.collection('products').updateMany(
      {},
      { $unset: { oldField: 1 } }
    );

    // Convert string dates to Date objects
    const docs = await db.collection('products').find({ createdAt: { $type: "string" } });
    for (let doc of docs) {
      await db.collection('products').updateOne(
        { _id: doc._id },
        { $set: { createdAt: new Date(doc.createdAt) } }
      );
    }
  },

  // What oldField held is gone for good; the dates become text again.
  async down(db, client) {
    const docs = await db.collection('products').find({ createdAt: { $type: "date" } });
    for (let doc of docs) {
      await db.collection('products').updateOne(
        { _id: doc._id },
        { $set: { createdAt: doc.createdAt.toISOString() } }
      );
    }
  },

  async validate(db, client) {
    const texts = await db.collection('products').countDocuments({ createdAt: { $type: "string" } });
    if (texts > 0) {
      throw new Error(`${texts} products still have a date as text`);
    }
    return true;
  }
};

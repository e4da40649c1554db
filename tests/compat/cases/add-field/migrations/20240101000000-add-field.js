module.exports = {
  async up(db, client) {
    const result = await db.collection('users').updateMany({ preferences: { $exists: false } },
      { $set: { preferences: { theme: 'light', notifications: true, level: 3, ratio: 0.5 } } });
    console.log(result.acknowledged, result.matchedCount, result.modifiedCount, result.upsertedCount, result.upsertedId);
  },

  async down(db, client) {
    const result = await db.collection('users').updateMany({}, { $unset: { preferences: 1 } });
    console.log(`Removed preferences from ${result.modifiedCount} users`);
  },
};

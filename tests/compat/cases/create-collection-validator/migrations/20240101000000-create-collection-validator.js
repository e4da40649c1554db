module.exports = {
  async up(db, client) {
    const made = await db.createCollection('people', {
      validator: { $jsonSchema: { bsonType: 'object', required: ['name'], properties: { name: { bsonType: 'string' } } } },
      validationLevel: 'moderate', validationAction: 'error',
    });
    console.log(made.collectionName, made.dbName);
    try { await made.insertOne({ name: 5 }); } catch (err) { console.log(err.name, err.code, err.errInfo.failingDocumentId.constructor.name); }
    await made.insertOne({ name: 'ann' });
    await made.insertOne({ name: 5 }, { bypassDocumentValidation: true });
  },

  async down(db, client) {
    console.log(await db.dropCollection('people'));
  },
};

module.exports = {
  async up(db, client) {
    const other = client.db(db.databaseName + '_other');
    await other.collection('log').insertOne({ from: 'here', when: new Date(0) });
    await other.collection('log').createIndex({ from: 1 });
    console.log(other.databaseName === db.databaseName + '_other', await other.collection('log').countDocuments());
  },

  async down(db, client) {
    await client.db(db.databaseName + '_other').dropDatabase();
  },
};

const { kebab } = require('tiny-kebab');

module.exports = {
  async up(db, client) {
    await db.collection('made').insertOne({ _id: 1, text: kebab('Hello World'), deep: require('tiny-kebab/lib/deep.js') });
  },

  async down(db, client) {
    // nothing to take back
  },
};

const path = require('node:path');
const { shape } = require('./lib/shape');

module.exports = {
  async up(db, client) {
    const rows = require('./data.json');
    await db.collection('rows').insertMany(rows.map(shape));
    console.log(path.basename(__filename), path.basename(__dirname), require('../shared').name, module.exports === exports);
  },

  async down(db, client) {
    // nothing to take back
  },
};

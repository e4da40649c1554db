const fs = require('fs');
const os = require('os');
const path = require('path');
const util = require('node:util');

module.exports = {
  async up(db, client) {
    const rows = JSON.parse(fs.readFileSync(path.join(__dirname, 'rows.json'), 'utf8'));
    const lines = (await fs.promises.readFile(path.resolve(process.cwd(), 'migrations', 'lines.txt'), { encoding: 'utf-8' })).trim().split('\n');
    await db.collection('rows').insertMany([...rows, ...lines.map((line, i) => ({ _id: 100 + i, line }))]);
    console.log(fs.existsSync(path.join(__dirname, 'nope')), util.inspect({ a: [1] }), util.format('%s!', 'x'), os.EOL === '\n');
  },

  async down(db, client) {
    await db.collection('rows').drop();
  },
};

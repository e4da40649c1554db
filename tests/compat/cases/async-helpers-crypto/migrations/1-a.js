const { createHash, createHmac, randomBytes, randomUUID, pbkdf2Sync } = require('crypto');

module.exports = {
  async up(db, client) {
    const hash = createHash('sha256').update('secret').digest('hex');
    const md5 = createHash('md5').update('a').update('b').digest('base64');
    await db.collection('hashes').insertOne({ _id: 1, hash, md5, mac: createHmac('sha1', 'k').update('x').digest('hex'),
      random: randomBytes(8).length, uuid: randomUUID().length, key: pbkdf2Sync('p', 's', 10, 16, 'sha512').toString('hex') });
  },

  async down(db, client) {
    await db.collection('hashes').drop();
  },
};

const { ObjectId } = require('mongodb');

module.exports = {
  async up(db, client) {
    const id = new ObjectId('0123456789abcdef01234567');
    console.log(id.toString(), id.toHexString(), id.equals('0123456789abcdef01234567'), JSON.stringify({ id }), id.getTimestamp().toISOString());
    console.log(ObjectId.isValid('zz'), ObjectId.createFromHexString('0123456789abcdef01234567').equals(id), `${id}`, id.id.length);
    await db.collection('refs').insertOne({ _id: id, list: [id, new ObjectId()], text: id.toString() });
    console.log((await db.collection('refs').findOne({ _id: id })).list[0].equals(id));
  },

  async down(db, client) {
    await db.collection('refs').deleteOne({ _id: new ObjectId('0123456789abcdef01234567') });
  },
};

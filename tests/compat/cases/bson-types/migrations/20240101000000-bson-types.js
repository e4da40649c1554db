const { ObjectId, Long, Int32, Double, Decimal128, Binary, UUID, Timestamp, MinKey, MaxKey, Code, DBRef,
  BSONRegExp } = require('mongodb');

module.exports = {
  async up(db, client) {
    await db.collection('types').insertOne({
      _id: 1, int: 1, negative: -1, edge: 2147483647, over: 2147483648, zero: -0, half: 0.5, big: 12345678901n,
      nan: NaN, inf: Infinity, text: 'gr\u00fc\u00df', yes: true, nothing: null, missing: undefined,
      date: new Date(0), re: /a.b/im, buffer: Buffer.from('hi'), bytes: new Uint8Array([1, 2]),
      map: new Map([['k', 1]]), set: new Set([1, 2]), fn() {}, symbol: Symbol('s'),
      id: new ObjectId('0123456789abcdef01234567'), long: Long.fromString('9007199254740993'), int32: new Int32(5),
      double: new Double(5), decimal: Decimal128.fromString('1.10'), binary: new Binary(Buffer.from('x'), 128),
      uuid: new UUID('00112233-4455-6677-8899-aabbccddeeff'), ts: new Timestamp({ t: 1, i: 2 }),
      min: new MinKey(), max: new MaxKey(), code: new Code('return 1', { a: 1 }), ref: new DBRef('c', 1),
      bre: new BSONRegExp('^x', 'i'), nested: { 2: 'two', 1: 'one', b: [undefined, null, -0] },
    });
  },

  async down(db, client) {
    const doc = await db.collection('types').findOne({ _id: 1 });
    console.log(typeof doc.long, typeof doc.big, doc.decimal.toString(), doc.id.toHexString(), doc.buffer.constructor.name, doc.uuid.constructor.name);
    console.log(JSON.stringify(doc.nested), doc.date.toISOString(), String(doc.re), doc.ts.toString(), doc.int32, doc.double);
    delete doc._id;
    await db.collection('types').insertOne({ _id: 2, ...doc });
  },
};

// SPDX-License-Identifier: Apache-2.0
// One work, done as people do it with Node's driver: node peer.js URI WORK COUNT prints the seconds.
'use strict';

const { MongoClient } = require('mongodb');
const { documents } = require('./documents');

const preferences = { theme: 'light', notifications: true };

const works = {
  set: (c) => c.updateMany({ preferences: { $exists: false } }, { $set: { preferences } }),
  unset: (c) => c.updateMany({}, { $unset: { note: 1 } }),
  rename: (c) => c.updateMany({}, { $rename: { note: 'remark' } }),
  pipeline: (c) => c.updateMany({}, [{ $set: { total: { $multiply: ['$price', '$stock'] } } }]),
  dates: (c) => c.updateMany({ createdAt: { $type: 'string' } }, [{ $set: { createdAt: { $toDate: '$createdAt' } } }]),
  delete: (c) => c.deleteMany({ half: 0 }),
  insert: (c, inserted) => c.insertMany(inserted),
  async bulk(c) {
    let operations = [];
    const send = async () => {
      if (operations.length > 0) await c.bulkWrite(operations, { ordered: false });
      operations = [];
    };
    for await (const doc of c.find({ createdAt: { $type: 'string' } })) {
      operations.push({ updateOne: { filter: { _id: doc._id }, update: { $set: { createdAt: new Date(doc.createdAt) } } } });
      if (operations.length === 1000) await send();
    }
    await send();
  },
  async loop(c) {
    for await (const doc of c.find({ createdAt: { $type: 'string' } })) {
      await c.updateOne({ _id: doc._id }, { $set: { createdAt: new Date(doc.createdAt) } });
    }
  },
};

async function main([uri, work, count]) {
  const client = await MongoClient.connect(uri);
  const collection = client.db('bench').collection('products');
  const inserted = work === 'insert' ? documents(0, Number(count)) : [];
  const start = process.hrtime.bigint();
  await works[work](collection, inserted);
  console.log(Number(process.hrtime.bigint() - start) / 1e9);
  await client.close();
}

main(process.argv.slice(2));

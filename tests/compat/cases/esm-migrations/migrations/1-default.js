import { ObjectId } from 'mongodb';
import helper, { double } from './lib/helper.mjs';
import data from './data.json' with { type: 'json' };

export default {
  async up(db) {
    await db.collection('esm').insertOne({ _id: new ObjectId('0123456789abcdef01234567'), helper: helper(), n: double(4), data });
  },
  async down(db) {
    await db.collection('esm').drop();
  },
};

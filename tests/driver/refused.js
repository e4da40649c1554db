// SPDX-License-Identifier: Apache-2.0
// Only in godwit: what it has not says its name.
'use strict';

const { GridFSBucket } = require('mongodb');
const { throws } = require('./lib/check.js');

exports.up = async (db, client) => {
  const c = db.collection('c');
  const calls = {
    'db.collection(...).watch': () => c.watch(), 'db.watch': () => db.watch(), 'client.watch': () => client.watch(),
    'client.bulkWrite': () => client.bulkWrite([]), 'cursor.stream': () => c.find().stream(), 'cursor.on': () => c.find().on('data'),
    'session.on': () => client.startSession().on('ended'), GridFSBucket: () => new GridFSBucket(db),
    'db.collection(...).createSearchIndex': () => c.createSearchIndex({}),
  };
  for (const [name, call] of Object.entries(calls)) {
    const words = name.replace(/[.()]/g, '\\$&');
    await throws(async () => call(), { message: new RegExp(`^${words}(\\(\\))? is not available in godwit`) });
  }
};

// SPDX-License-Identifier: Apache-2.0
// The `db` and the `client` that a migration's functions are called with.
'use strict';

const { MongoClient } = require('mongodb/client');
const native = require('mongodb/native');
require('mongodb/legacy');

let handles;

// The same ones for whoever asks: mongoose.connection.db is the migration's db.
function open(database = native.database) {
  if (!handles) {
    const client = new MongoClient(undefined, { isOwn: true });
    handles = { db: client.db(database), client };
  }
  return handles;
}

module.exports = { open };

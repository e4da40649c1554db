// SPDX-License-Identifier: Apache-2.0
// The `db` and the `client` that a migration's functions are called with.
'use strict';

const { MongoClient } = require('mongodb/client');
const native = require('mongodb/native');
require('mongodb/legacy');

function open(database = native.database) {
  const client = new MongoClient(undefined, { isOwn: true });
  return { db: client.db(database), client };
}

module.exports = { open };

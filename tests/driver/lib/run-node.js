// SPDX-License-Identifier: Apache-2.0
// run-node.js FILE: runs a file of this folder on the Node driver, on a database of its own.
'use strict';

const path = require('node:path');
const Module = require('node:module');

const [, , file] = process.argv;
// The files say require('mongodb'); the driver is wherever NODE_PATH says.
Module._initPaths();
const { MongoClient } = require('mongodb');

async function main() {
  const client = await new MongoClient(process.env.GODWIT_TEST_URI).connect();
  const db = client.db(process.env.GODWIT_TEST_DATABASE || `oracle_${path.basename(file, '.js')}`);
  try {
    await db.dropDatabase();
    await require(path.resolve(file)).up(db, client);
    await db.dropDatabase();
  } finally {
    await client.close();
  }
}

main().catch((error) => {
  console.error(error.stack);
  process.exitCode = 1;
});

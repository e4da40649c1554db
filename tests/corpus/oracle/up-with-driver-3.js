// SPDX-License-Identifier: Apache-2.0
// up-with-driver-3.js up: what migrate-mongo of those days did with driver 3: calls the functions of
// all files in order, by promise or by callback, and keeps the changelog.
'use strict';

const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');

// The project's driver, not one beside this file.
const { MongoClient } = createRequire(path.resolve('package.json'))('mongodb');
const folder = path.resolve('migrations');

function call(method, db, client) {
  if (method.length < 3) return method(db, client);
  return new Promise((resolve, reject) => {
    method(db, client, (error) => (error ? reject(error) : resolve()));
  });
}

async function main() {
  const client = await MongoClient.connect(process.env.COMPAT_URI, { useNewUrlParser: true, useUnifiedTopology: true });
  const db = client.db(process.env.COMPAT_DB);
  const migrationBlock = Date.now();
  try {
    for (const fileName of fs.readdirSync(folder).sort()) {
      await call(require(path.join(folder, fileName)).up, db, client);
      await db.collection('changelog').insertOne({ fileName, appliedAt: new Date(), migrationBlock });
      console.log(`MIGRATED UP: ${fileName}`);
    }
  } finally {
    await client.close();
  }
}

main().catch((error) => {
  console.error(`ERROR: ${error.message}`, error.stack);
  process.exitCode = 1;
});

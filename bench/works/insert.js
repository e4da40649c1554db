// SPDX-License-Identifier: Apache-2.0
// What one worker with Node's driver takes to put the documents of bench.docs into one.docs: node insert.js URI prints
// the seconds that its insertions took, 1,000 documents each, one after the other.
'use strict';

const { MongoClient } = require('mongodb');

const BATCH = 1000;

async function main([uri]) {
  const client = await MongoClient.connect(uri);
  const into = client.db('one').collection('docs');
  let nanoseconds = 0n;
  let batch = [];
  const send = async () => {
    const start = process.hrtime.bigint();
    if (batch.length > 0) await into.insertMany(batch);
    nanoseconds += process.hrtime.bigint() - start;
    batch = [];
  };
  for await (const doc of client.db('bench').collection('docs').find()) {
    batch.push(doc);
    if (batch.length === BATCH) await send();
  }
  await send();
  console.log(Number(nanoseconds) / 1e9);
  await client.close();
}

main(process.argv.slice(2));

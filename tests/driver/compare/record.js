// SPDX-License-Identifier: Apache-2.0
// Runs named cases, each on an empty database, and prints what they show, what they throw and what
// they leave behind, as extended JSON. In godwit and on the Node driver the text has to be the same.
'use strict';

const { BSON } = require('mongodb');

const { EJSON } = BSON;
// What differs from one run to the next.
const MOVING = new Set([
  '$clusterTime', 'operationTime', 'electionId', 'opTime', 'localTime', 'uuid', 'lsid', 'connectionId', 'signature',
]);
const RESULT_CLASS = /^(BulkWriteResult|WriteError|WriteConcernError)$/;
const isPlain = (value) => [Object.prototype, null].includes(Object.getPrototypeOf(value));

function scalar(value) {
  if (value === undefined) return { $undefined: true };
  if (typeof value === 'function') return { $function: value.name };
  if (typeof value === 'bigint') return { $bigint: `${value}` };
  if (typeof value === 'symbol') return { $symbolic: String(value) };
  return JSON.parse(EJSON.stringify({ value }, { relaxed: false })).value;
}

function fields(value, facts = {}) {
  for (const key of Object.keys(value)) if (!MOVING.has(key)) facts[key] = shape(value[key]);
  return facts;
}

function errorShape(error) {
  const facts = { $error: error.constructor.name, name: error.name };
  // What the engine says of a wrong call is its own.
  if (error.name !== 'TypeError') facts.message = error.message;
  if (error.errorLabels) facts.errorLabels = error.errorLabels;
  for (const name of ['cause', 'insertedCount', 'insertedIds', 'modifiedCount', 'upsertedIds']) {
    if (error[name] !== undefined) facts[name] = shape(error[name]);
  }
  return fields(error, facts);
}

function shape(value) {
  if (value === null || typeof value !== 'object') return scalar(value);
  if (Array.isArray(value)) return value.map(shape);
  if (value instanceof Error) return errorShape(value);
  if (value instanceof Map) return { $map: [...value].map(shape) };
  if (value instanceof Set) return { $set: [...value].map(shape) };
  if (value instanceof RegExp) return { $regex: String(value) };
  if (Buffer.isBuffer(value)) return { $buffer: value.toString('hex') };
  if (value._bsontype || value instanceof Date) return { class: value.constructor.name, ...scalar(value) };
  if (isPlain(value)) return fields(value);
  const facts = { $class: value.constructor.name };
  return RESULT_CLASS.test(facts.$class) ? fields(value, facts) : facts;
}

// Ids that are made during the run are counted: 0, 1, ...
const made = new Map();

function print(...words) {
  console.log(words.join(' ').replace(/\b(?!507f)[0-9a-f]{24}\b/g, (hex) => {
    if (!made.has(hex)) made.set(hex, made.size);
    return `made ${made.get(hex)}`;
  }));
}

async function contents(db) {
  const found = await db.listCollections().toArray();
  for (const { name, type, options } of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    print(`  left ${name}`, JSON.stringify(shape({ type, options })));
    if (name.startsWith('system.') || type === 'timeseries') continue;
    for (const document of await db.collection(name).find({}, { promoteValues: false }).sort({ _id: 1 }).toArray()) {
      print('   ', EJSON.stringify(document, { relaxed: false }));
    }
    if (type !== 'view') print('    indexes', JSON.stringify(shape(await db.collection(name).indexes())));
  }
}

async function one(name, action, db, client) {
  console.log(`# ${name}`);
  made.clear();
  await db.dropDatabase();
  const show = (...values) => print('  ', ...values.map((value) => JSON.stringify(shape(value))));
  const tried = async (call) => {
    try {
      show(await call());
    } catch (error) {
      show(error);
    }
  };
  try {
    await action({ db, client, show, tried, c: db.collection('c') });
  } catch (error) {
    print('   threw', JSON.stringify(shape(error)), process.env.RECORD_STACK ? error.stack : '');
  }
  await contents(db);
}

// {name: async ({db, client, c, show, tried}) => ...}: what makes a migration's `up` of them.
exports.record = (cases) => async (db, client) => {
  for (const [name, action] of Object.entries(cases)) await one(name, action, db, client);
  await db.dropDatabase();
};

// SPDX-License-Identifier: Apache-2.0
'use strict';

const { ok, same, throws } = require('./lib/check.js');

const names = async (db, filter) => (await db.listCollections(filter).toArray()).map(({ name }) => name).sort();

async function collections(db) {
  const made = await db.createCollection('people', {
    validator: { $jsonSchema: { bsonType: 'object', required: ['name'], properties: { name: { bsonType: 'string' } } } },
    validationLevel: 'strict', validationAction: 'error',
  });
  same([made.collectionName, made.namespace, made.dbName], ['people', `${db.databaseName}.people`, db.databaseName]);
  await throws(() => db.createCollection('people'), { name: 'MongoServerError', code: 48, codeName: 'NamespaceExists' });
  const invalid = await throws(() => made.insertOne({ _id: 1 }),
    { name: 'MongoServerError', code: 121, message: 'Document failed validation' });
  same(invalid.errInfo.failingDocumentId, 1);
  await made.insertOne({ _id: 1 }, { bypassDocumentValidation: true });
  await db.command({ collMod: 'people', validationLevel: 'off' });
  await made.insertOne({ _id: 2 });
  same((await made.options()).validationLevel, 'off');
  await db.createCollection('capped', { capped: true, size: 4096, max: 5 });
  same([await db.collection('capped').isCapped(), await made.isCapped()], [true, false]);
  await db.createCollection('view', { viewOn: 'people', pipeline: [{ $match: { _id: 1 } }] });
  same(await db.collection('view').find().toArray(), [{ _id: 1 }]);
  await db.dropCollection('view');
  await db.dropCollection('system.views');

  same(await names(db), ['capped', 'people']);
  same(await names(db, { name: 'people' }), ['people']);
  ok(await db.listCollections({ name: 'people' }).hasNext(), 'hasNext');
  same(await db.listCollections({ name: 'nope' }).hasNext(), false);
  same(await db.listCollections({ name: 'people' }, { nameOnly: true }).toArray(), [{ name: 'people', type: 'collection' }]);
  same((await db.collections()).map(({ collectionName }) => collectionName).sort(), ['capped', 'people']);

  const renamed = await made.rename('humans');
  same(renamed.collectionName, 'humans');
  same((await db.renameCollection('humans', 'people')).collectionName, 'people');
  await throws(() => db.renameCollection('people', 'capped'), { code: 48 });
  await throws(() => db.renameCollection('nope', 'x'), { code: 26 });
  await db.renameCollection('people', 'capped', { dropTarget: true });
  same(await names(db), ['capped']);
  same([await db.collection('capped').drop(), await db.dropCollection('never'), await db.collection('never').drop()],
    [true, false, false]);
}

async function indexes(db) {
  const c = db.collection('indexed');
  await c.insertMany([{ a: 1, b: 1 }, { a: 2, b: 1 }]);
  same(await c.createIndex({ a: 1 }), 'a_1');
  same(await c.createIndex({ a: 1, b: -1 }, { unique: true, name: 'pair', background: true }), 'pair');
  same(await c.createIndex('b'), 'b_1');
  same(await c.createIndex([['c', -1], ['d', 1]]), 'c_-1_d_1');
  same(await c.createIndex(['e', -1]), 'e_-1');
  same(await c.createIndex(['f', 'g']), 'f_1_g_1');
  same(await c.createIndex(new Map([['h', 'hashed']])), 'h_hashed');
  same(await c.createIndex({ loc: '2dsphere' }, { sparse: true }), 'loc_2dsphere');
  same(await c.createIndex({ text: 'text' }, { weights: { text: 3 }, default_language: 'german' }), 'text_text');
  same(await c.createIndex({ at: 1 }, { expireAfterSeconds: 60, partialFilterExpression: { a: { $gt: 1 } }, nonsense: 1 }), 'at_1');
  same(await c.createIndexes([{ key: { x: 1 } }, { key: { y: 1 }, name: 'why', unique: true, sparse: true }]), ['x_1', 'why']);
  same(await db.createIndex('indexed', { z: 1 }), 'z_1');
  const found = await c.indexes();
  same(found.map(({ name }) => name), [
    '_id_', 'a_1', 'pair', 'b_1', 'c_-1_d_1', 'e_-1', 'f_1_g_1', 'h_hashed', 'loc_2dsphere', 'text_text', 'at_1', 'x_1',
    'why', 'z_1',
  ]);
  same(found[10], {
    v: 2, key: { at: 1 }, name: 'at_1', partialFilterExpression: { a: { $gt: 1 } }, expireAfterSeconds: 60,
  });
  same((await c.listIndexes().toArray()).length, 14);
  same([await c.indexExists('a_1'), await c.indexExists(['a_1', 'no'])], [true, false]);
  same((await c.indexInformation()).pair, [['a', 1], ['b', -1]]);
  same((await db.indexInformation('indexed')).a_1, [['a', 1]]);

  await throws(() => c.createIndex({ a: 1 }, { sparse: true, name: 'a_1' }), { name: 'MongoServerError', code: 86 });
  await throws(() => db.collection('indexed').createIndex({ q: 1 }, { name: 'a_1' }), { code: 86 });
  await c.insertMany([{ dup: 1 }, { dup: 1 }].map((d, i) => ({ ...d, x: i, y: i, a: i + 10 })));
  await throws(() => c.createIndex({ dup: 1 }, { unique: true }), { code: 11000, codeName: 'DuplicateKey' });
  same((await c.dropIndex('a_1')).ok, 1);
  await c.dropIndex({ b: 1 });
  await throws(() => c.dropIndex('a_1'), { name: 'MongoServerError', code: 27, codeName: 'IndexNotFound' });
  await throws(() => db.collection('never').dropIndex('a_1'), { code: 26, codeName: 'NamespaceNotFound' });
  same(await c.dropIndexes(), true);
  same(await db.collection('never').dropIndexes(), false);
  same((await c.indexes()).length, 1);
  await throws(() => db.collection('never').indexes(), { code: 26 });
}

async function commands(db, client) {
  same((await db.command({ ping: 1 })).ok, 1);
  const ping = await db.admin().ping();
  ok(ping.ok === 1 && '$clusterTime' in ping && 'operationTime' in ping, 'all of the reply');
  ok(/^\d+\.\d+/.test((await db.admin().serverInfo()).version), 'serverInfo');
  ok((await db.admin().buildInfo()).ok, 'buildInfo');
  ok((await db.admin().serverStatus()).uptime >= 0, 'serverStatus');
  ok((await db.admin().replSetGetStatus()).set, 'replSetGetStatus');
  const { databases } = await db.admin().listDatabases({ nameOnly: true });
  ok(databases.some(({ name }) => name === 'admin'), 'listDatabases');
  ok((await db.stats()).collections >= 0, 'stats');
  ok(await db.admin().validateCollection('indexed'), 'validateCollection');
  const counted = await db.command({ count: 'indexed', query: {} });
  same(counted.n, 4);
  const updated = await db.command({ update: 'indexed', updates: [{ q: { a: 1 }, u: { $set: { k: 1 } } }] });
  same([updated.n, updated.nModified], [1, 1]);
  const cursor = db.runCursorCommand({ find: 'indexed', filter: {}, batchSize: 1 });
  same((await cursor.toArray()).length, 4);
  await throws(() => db.command({ nope: 1 }), { name: 'MongoServerError', code: 59, codeName: 'CommandNotFound', ok: 0 });
  same([db.databaseName, db.namespace, client.db('other').databaseName], [db.databaseName, db.databaseName, 'other']);
  same(await db.profilingLevel(), 'off');
  await throws(async () => client.db('a.b'), { message: "Database names cannot contain the character '.'" });
  const user = `user_${db.databaseName}`;
  await db.command({ createUser: user, pwd: 'x', roles: [] });
  same((await db.command({ usersInfo: user })).users.length, 1);
  same(await db.removeUser(user), true);
}

exports.up = async (db, client) => {
  await collections(db);
  await indexes(db);
  await commands(db, client);
  same(await db.dropDatabase(), true);
  same(await names(db), []);
};

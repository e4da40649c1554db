// SPDX-License-Identifier: Apache-2.0
'use strict';

const { record } = require('./record.js');

const names = async (db, filter, options) => (await db.listCollections(filter, options).toArray()).map(({ name }) => name).sort();

exports.up = record({
  async createIndex({ c, show, tried }) {
    for (const [spec, options] of [
      [{ a: 1 }], [{ a: -1, b: 1 }, { unique: true, name: 'pair', background: true }], ['s'], [['t', -1]],
      [[['u', -1], ['v', 1]]], [['w', 'x']], [new Map([['h', 'hashed']])], [{ loc: '2dsphere' }, { sparse: true }],
      [{ flat: '2d' }, { bits: 20, min: -10, max: 10 }], [{ text: 'text', more: 'text' }, { weights: { text: 3 }, default_language: 'german', language_override: 'lang' }],
      [{ at: 1 }, { expireAfterSeconds: 60, nonsense: 1 }], [{ p: 1 }, { partialFilterExpression: { a: { $gt: 1 } } }],
      [{ '$**': 1 }, { wildcardProjection: { a: 1 } }], [{ hid: 1 }, { hidden: true }],
      [{ col: 1 }, { collation: { locale: 'de', strength: 1 }, comment: 'x', maxTimeMS: 5000 }],
      [[{ m: 1 }, { n: -1 }]], [{ 'deep.er': 1 }, { storageEngine: { wiredTiger: {} } }], [{ a: 1 }], [{ q: 1 }, { v: 2, version: 2 }],
      [{ z: 1 }, { commitQuorum: 'majority' }], [{ y: 1 }, { writeConcern: { w: 'majority' } }],
      // Those that fail.
      [{}], [{ a: 'nope' }], [{ a: 0 }], [{ a: 1 }, { unique: true }], [{ other: 1 }, { name: 'pair' }], [null], [5], [undefined],
      [{ a: 1 }, { expireAfterSeconds: 'x' }], [{ i: 1 }, { sparse: true, partialFilterExpression: { a: 1 } }], [{ a: 1 }, { name: '' }],
      [{ text2: 'text' }], [{ _id: 1 }, { unique: true }], [{ r: '1' }], [[]], [{ _id: -1 }, { sparse: true }],
    ]) await tried(() => c.createIndex(spec, options));
    await c.insertMany([{ _id: 1, dup: 1 }, { _id: 2, dup: 1 }]);
    await tried(() => c.createIndex({ dup: 1 }, { unique: true }));
    show((await c.indexes()).length);
  },

  async createIndexes({ c, db, tried }) {
    await tried(() => c.createIndexes([{ key: { x: 1 } }, { key: { y: 1, z: -1 }, name: 'why', unique: true, sparse: true }]));
    await tried(() => c.createIndexes([{ key: { x: 1 } }]));
    await tried(() => c.createIndexes([{ key: new Map([['m', 1]]) }], { comment: 'c' }));
    await tried(() => db.createIndex('c', { byDb: 1 }, { unique: true }));
    await tried(() => c.createIndexes([]));
    await tried(() => c.createIndexes({}));
    await tried(() => c.createIndexes([{ key: {} }]));
    await tried(() => c.createIndexes([{ name: 'x' }]));
    await tried(() => c.createIndexes([{ key: { a: 1 } }, { key: { b: 'bad' } }]));
  },

  async readIndexes({ c, db, show, tried }) {
    await c.createIndexes([{ key: { a: 1, b: -1 }, unique: true }, { key: { t: 'text' } }]);
    show(await c.indexes(), await c.indexes({ full: false }), await c.indexInformation(), await c.indexInformation({ full: true }));
    show(await c.listIndexes().toArray(), await c.listIndexes({ batchSize: 1 }).hasNext(), (await c.listIndexes().next()).name);
    const seen = [];
    for await (const { name } of c.listIndexes()) seen.push(name);
    show(seen, await c.listIndexes().map(({ name }) => name).toArray(), await db.indexInformation('c'));
    show(await c.indexExists('_id_'), await c.indexExists(['_id_', 'a_1_b_-1']), await c.indexExists(['_id_', 'no']), await c.indexExists([]));
    const none = db.collection('none');
    for (const call of [() => none.indexes(), () => none.indexExists('x'), () => none.indexInformation(), () => none.listIndexes().toArray()]) await tried(call);
  },

  async dropIndex({ c, db, show, tried }) {
    await c.createIndexes([{ key: { a: 1 } }, { key: { b: 1 } }, { key: { d: 1 } }, { key: { e: 1, f: -1 } }]);
    await tried(() => c.dropIndex('a_1'));
    await tried(() => c.dropIndex({ b: 1 }));
    await tried(() => c.dropIndex({ e: 1, f: -1 }));
    await tried(() => c.dropIndex('a_1'));
    await tried(() => c.dropIndex('_id_'));
    await tried(() => c.dropIndex({ none: 1 }));
    await tried(() => c.dropIndex());
    await tried(() => c.dropIndex('*'));
    await tried(() => db.collection('none').dropIndex('a_1'));
    await tried(() => db.collection('none').dropIndexes());
    show(await c.dropIndexes(), await c.dropIndexes({ maxTimeMS: 1000 }));
    show(await c.dropIndex('none').catch((error) => [error.code, error.codeName]));
  },

  async createCollection({ db, show, tried }) {
    for (const [name, options] of [
      ['plain'], ['plain'], ['capped', { capped: true, size: 4096, max: 5 }], ['badly', { capped: true }],
      ['valid', { validator: { $jsonSchema: { bsonType: 'object', required: ['name'] } }, validationLevel: 'moderate', validationAction: 'warn' }],
      ['view', { viewOn: 'plain', pipeline: [{ $match: { a: 1 } }] }], ['nope', { validator: { $bad: 1 } }],
      ['collated', { collation: { locale: 'fr' } }], ['series', { timeseries: { timeField: 't', metaField: 'm', granularity: 'hours' }, expireAfterSeconds: 3600 }],
      ['clustered', { clusteredIndex: { key: { _id: 1 }, unique: true } }], ['images', { changeStreamPreAndPostImages: { enabled: true } }],
      ['tuned', { storageEngine: { wiredTiger: { configString: 'block_compressor=zlib' } }, indexOptionDefaults: { storageEngine: { wiredTiger: {} } } }],
      ['w', { writeConcern: { w: 'majority' }, comment: 'x', maxTimeMS: 5000 }], ['', {}], ['a$b'], ['.x'], [null], [undefined], [5], ['unknown', { nonsense: 1 }],
      ['strict', { strict: true, autoIndexId: true }], ['x'.repeat(300)], ['system.foo'], ['bad\0null'],
    ]) {
      await tried(async () => {
        const made = await db.createCollection(name, options);
        return [made.constructor.name, made.namespace];
      });
    }
    show(await db.collection('capped').isCapped(), await db.collection('plain').isCapped(), await db.collection('valid').options());
    await tried(() => db.collection('none').options());
    await tried(() => db.collection('none').isCapped());
    show(await names(db), await db.dropCollection('view'), await db.dropCollection('series'), await db.dropCollection('collated'));
    await db.dropCollection('system.views');
  },

  async collMod({ db, show, tried }) {
    await db.createCollection('c', { validator: { a: { $gt: 0 } } });
    await db.collection('c').createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    await tried(() => db.command({ collMod: 'c', validator: { a: { $gt: 5 } }, validationLevel: 'moderate', validationAction: 'warn' }));
    await tried(() => db.command({ collMod: 'c', index: { keyPattern: { at: 1 }, expireAfterSeconds: 120 } }));
    await tried(() => db.command({ collMod: 'c', index: { name: 'at_1', hidden: true } }));
    await tried(() => db.command({ collMod: 'none', validator: {} }));
    await tried(() => db.command({ collMod: 'c', nonsense: 1 }));
    await tried(() => db.command({ collMod: 'c', index: { keyPattern: { no: 1 }, expireAfterSeconds: 1 } }));
    show(await db.listCollections({ name: 'c' }).toArray());
  },

  async renameAndDrop({ db, c, show, tried }) {
    await c.insertOne({ _id: 1 });
    await c.createIndex({ a: 1 });
    const renamed = await c.rename('d');
    show(renamed.collectionName, renamed.namespace, c.collectionName, await renamed.countDocuments());
    await tried(() => c.rename('e'));
    await tried(() => renamed.rename(''));
    await tried(() => renamed.rename());
    await db.createCollection('taken');
    await tried(() => renamed.rename('taken'));
    show((await renamed.rename('taken', { dropTarget: true })).collectionName);
    show((await db.renameCollection('taken', 'last')).namespace);
    await tried(() => db.renameCollection('none', 'x'));
    show(await names(db), await db.collection('last').drop(), await db.collection('last').drop(), await db.dropCollection('none'));
    await tried(() => db.dropCollection(''));
    await tried(() => db.dropCollection('last', { comment: 'x', writeConcern: { w: 1 } }));
    await tried(() => db.collection('none').drop());
    await db.createCollection('again');
    show(await db.dropDatabase(), await db.dropDatabase(), await names(db));
  },

  async listCollections({ db, show, tried }) {
    await db.createCollection('a', { capped: true, size: 4096 });
    await db.createCollection('b');
    await db.createCollection('v', { viewOn: 'a', pipeline: [] });
    const sorted = async (...words) => (await db.listCollections(...words).toArray()).sort((x, y) => (x.name < y.name ? -1 : 1));
    show(await sorted(), await sorted({ name: 'a' }), await sorted({}, { nameOnly: true }), await sorted({ type: 'view' }));
    show(await sorted({ name: /^[ab]$/ }, { authorizedCollections: true, nameOnly: true }), await sorted({ 'options.capped': true }));
    show(await db.listCollections({ name: 'a' }).hasNext(), await db.listCollections({ name: 'no' }).hasNext(), await db.listCollections({ name: 'no' }).next());
    show(await db.listCollections({ name: 'b' }).map(({ name }) => name).next(), await names(db, {}, { batchSize: 1 }));
    const seen = [];
    for await (const { name } of db.listCollections()) seen.push(name);
    await db.listCollections().forEach(({ name }) => { seen.push(name); });
    show(seen.sort(), (await db.collections()).map((c) => [c.constructor.name, c.namespace]).sort());
    await tried(() => db.listCollections({ $bad: 1 }).toArray());
    await tried(() => db.listCollections(null).hasNext());
  },

  async commands({ db, client, show, tried }) {
    await db.collection('c').insertMany([{ _id: 1, a: 1 }, { _id: 2, a: 2 }]);
    for (const command of [
      { ping: 1 }, { count: 'c', query: { a: 1 } }, { distinct: 'c', key: 'a' }, { find: 'c', filter: { a: 1 } }, { nope: 1 },
      { update: 'c', updates: [{ q: { a: 1 }, u: { $set: { k: 1 } } }] }, { insert: 'c', documents: [{ _id: 3 }] }, { insert: 'c', documents: [{ _id: 3 }] },
      { delete: 'c', deletes: [{ q: { _id: 3 }, limit: 1 }] }, { findAndModify: 'c', query: { _id: 1 }, update: { $set: { z: 1 } }, new: true },
      { create: 'made' }, { drop: 'made' }, { drop: 'made' }, { createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'a_1' }] },
      { aggregate: 'c', pipeline: [{ $match: { a: 2 } }], cursor: {} }, { aggregate: 'c', pipeline: [] }, { listIndexes: 'c' },
      { explain: { find: 'none' }, verbosity: 'nonsense' }, { collStats: 'c', scale: 'x' }, { update: 'c' }, { validate: 'none' },
    ]) await tried(() => db.command(command));
    await tried(() => db.command({ ping: 1 }, { readPreference: 'secondaryPreferred' }));
    const admin = db.admin();
    const keys = Object.keys(await admin.serverStatus());
    show(await admin.ping(), await admin.command({ ping: 1 }), keys.includes('uptime'), Object.keys(await admin.buildInfo()));
    show(Object.keys(await admin.serverInfo()).length > 5, Object.keys(await admin.listDatabases()), Object.keys((await admin.listDatabases({ nameOnly: true })).databases[0]));
    show((await admin.listDatabases({ filter: { name: db.databaseName } })).databases.map(({ name }) => name));
    await admin.validateCollection('c');
    show(Object.keys(await db.stats()), await db.profilingLevel(), await db.setProfilingLevel('off'));
    await tried(() => admin.command({ nope: 1 }));
    await tried(() => admin.validateCollection('none'));
    await tried(() => db.setProfilingLevel('loud'));
    await tried(() => db.removeUser('nobody'));
    await tried(() => db.command({ createUser: `u_${db.databaseName}`, pwd: 'x', roles: [{ role: 'read', db: db.databaseName }] }));
    await tried(() => db.command({ usersInfo: `u_${db.databaseName}` }).then(({ users }) => users.map(({ user, roles }) => [user, roles])));
    await tried(() => db.removeUser(`u_${db.databaseName}`));
    const other = client.db(`${db.databaseName}_2`);
    show(await other.collection('x').insertOne({ _id: 1 }), other.databaseName, await other.dropDatabase());
    show(await db.runCursorCommand({ find: 'c', sort: { _id: 1 }, batchSize: 1 }).toArray());
  },
});

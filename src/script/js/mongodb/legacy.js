// SPDX-License-Identifier: Apache-2.0
// What older drivers had and files still call: update, insert, remove, save, ensureIndex, findAndModify, each,
// and callbacks.
'use strict';

const { OrderedBulkOperation, UnorderedBulkOperation } = require('mongodb/bulk');
const { BulkWriteResult } = require('mongodb/bulk-result');
const { AbstractCursor } = require('mongodb/cursor');
const { Admin } = require('mongodb/admin');
const { Collection } = require('mongodb/collection');
const { Db } = require('mongodb/db');
const { MongoClient } = require('mongodb/client');
const { FindCursor } = require('mongodb/find-cursor');
const { note, noteStray, withResult } = require('mongodb/legacy-results');
const { hasAtomicOperators } = require('mongodb/options');

function isOptions(value) {
  return value != null && typeof value === 'object';
}

// update(filter, update, {multi, upsert}), also with the shell's positional (upsert, multi).
function updateOptions(args) {
  if (isOptions(args[0])) return args[0];
  return { upsert: args[0] === true, multi: args[1] === true };
}

const methods = {
  async update(filter, update, ...rest) {
    note('collection.update()', 'use updateOne, updateMany or replaceOne');
    const { multi, ...options } = updateOptions(rest);
    const isReplacement = !hasAtomicOperators(update);
    const method = isReplacement ? this.replaceOne : multi ? this.updateMany : this.updateOne;
    return method.call(this, filter, update, options);
  },

  async insert(documents, options) {
    note('collection.insert()', 'use insertOne or insertMany');
    return this.insertMany(Array.isArray(documents) ? documents : [documents], options);
  },

  async remove(filter = {}, options = {}) {
    note('collection.remove()', 'use deleteOne or deleteMany');
    const isSingle = options === true || options?.single === true || options?.justOne === true;
    const rest = isOptions(options) ? options : {};
    return isSingle ? this.deleteOne(filter, rest) : this.deleteMany(filter, rest);
  },

  async save(document, options) {
    note('collection.save()', 'use insertOne, or replaceOne with upsert');
    if (document._id == null) return this.insertOne(document, options);
    return this.replaceOne({ _id: document._id }, document, { ...options, upsert: true });
  },

  async ensureIndex(spec, options) {
    note('collection.ensureIndex()', 'use createIndex');
    return this.createIndex(spec, options);
  },

  async findAndModify(filter, sort, update, options = {}) {
    note('collection.findAndModify()', 'use findOneAndUpdate, findOneAndReplace or findOneAndDelete');
    const { remove, new: isNew, fields, ...rest } = options ?? {};
    const all = { ...rest, sort, projection: fields ?? rest.projection, includeResultMetadata: true };
    if (remove) return this.findOneAndDelete(filter, all);
    const method = hasAtomicOperators(update) ? this.findOneAndUpdate : this.findOneAndReplace;
    return method.call(this, filter, update, { ...all, returnDocument: isNew ? 'after' : 'before' });
  },

  async findAndRemove(filter, sort, options) {
    note('collection.findAndRemove()', 'use findOneAndDelete');
    return this.findOneAndDelete(filter, { ...options, sort, includeResultMetadata: true });
  },

  async dropAllIndexes(options) {
    note('collection.dropAllIndexes()', 'use dropIndexes');
    return this.dropIndexes(options);
  },

  async stats(options = {}) {
    note('collection.stats()', "use db.command({ collStats: name })");
    const { scale, ...rest } = options;
    return this.db.command({ collStats: this.collectionName, ...(scale === undefined ? {} : { scale }) }, rest);
  },
};

function define(target, name, value) {
  Object.defineProperty(target, name, { value, configurable: true, enumerable: false, writable: true });
}

for (const [name, method] of Object.entries(methods)) define(Collection.prototype, name, method);

define(Db.prototype, 'ensureIndex', async function ensureIndex(name, spec, options) {
  note('db.ensureIndex()', 'use createIndex');
  return this.createIndex(name, spec, options);
});

// What a bulk answered under these names.
const COUNTS = {
  nInserted: 'insertedCount', nMatched: 'matchedCount', nModified: 'modifiedCount', nRemoved: 'deletedCount',
  nUpserted: 'upsertedCount',
};
for (const [old, name] of Object.entries(COUNTS)) {
  Object.defineProperty(BulkWriteResult.prototype, old, {
    get() {
      note(`.${old} of a result`, `use ${name}`);
      return this[name];
    },
    configurable: true, enumerable: false,
  });
}

// each(callback): called with (error, document), at the end with null.
define(AbstractCursor.prototype, 'each', function each(callback) {
  note('cursor.each()', 'use for await, or forEach');
  const run = async () => {
    for await (const document of this) if (callback(null, document) === false) return;
    callback(null, null);
  };
  run().catch((error) => callback(error));
});

// db.collection(name, callback) answered it at once and called back as well.
const { collection } = Db.prototype;
define(Db.prototype, 'collection', function (name, ...rest) {
  const callback = rest.at(-1);
  if (typeof callback !== 'function') return collection.call(this, name, ...rest);
  note('the callback of collection()', 'use what it answers');
  const found = collection.call(this, name, ...rest.slice(0, -1));
  queueMicrotask(() => callback(null, found));
  return found;
});

// How many arguments a method takes, where its own length does not say so.
const TAKES = {
  count: 2, countDocuments: 2, createIndexes: 3, deleteMany: 2, deleteOne: 2, distinct: 3, findAndModify: 4, findOne: 2,
  remove: 2, renameCollection: 4, stats: 1, update: Infinity,
};

// A callback as the last argument. Driver 7 never calls it, so a file that waits for it would hang.
function withCallback(method, name, count) {
  const most = Math.max(TAKES[name] ?? method.length, count);
  return function (...args) {
    const callback = args.length > count ? args[args.length - 1] : undefined;
    if (typeof callback !== 'function') {
      if (args.length > most && args.slice(most).some((extra) => extra != null)) noteStray(name, most);
      return method.apply(this, args);
    }
    note(`the callback of ${name}()`, 'await the promise that it answers');
    method.apply(this, args.slice(0, -1)).then((value) => callback(null, value), (error) => callback(error));
    return undefined;
  };
}

// [class, methods, how many arguments come before the callback]: forEach has a function that is none.
const isAsync = (name) =>
  Object.getOwnPropertyDescriptor(Collection.prototype, name).value?.constructor?.name === 'AsyncFunction';
const CALLBACKS = [
  [Collection, Object.getOwnPropertyNames(Collection.prototype).filter(isAsync), 0],
  [Db, ['command', 'createCollection', 'dropCollection', 'renameCollection', 'collections', 'dropDatabase', 'stats',
    'createIndex', 'indexInformation', 'removeUser'], 0],
  [Admin, ['command', 'listDatabases', 'ping', 'serverStatus', 'buildInfo', 'serverInfo'], 0],
  [MongoClient, ['connect', 'close'], 0],
  [OrderedBulkOperation, ['execute'], 0],
  [UnorderedBulkOperation, ['execute'], 0],
  [AbstractCursor, ['toArray', 'next', 'hasNext', 'close'], 0],
  [AbstractCursor, ['forEach'], 1],
  [FindCursor, ['count'], 0],
];
for (const [Class, names, count] of CALLBACKS) {
  for (const name of names) define(Class.prototype, name, withCallback(Class.prototype[name], name, count));
}
define(MongoClient, 'connect', withCallback(MongoClient.connect, 'MongoClient.connect', 0));

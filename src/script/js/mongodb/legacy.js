// SPDX-License-Identifier: Apache-2.0
// What older drivers had and files still call: update, insert, remove, save, ensureIndex, and callbacks.
'use strict';

const { AbstractCursor } = require('mongodb/cursor');
const { Admin } = require('mongodb/admin');
const { Collection } = require('mongodb/collection');
const { Db } = require('mongodb/db');
const { FindCursor } = require('mongodb/find-cursor');
const native = require('mongodb/native');
const { hasAtomicOperators } = require('mongodb/options');

const noted = new Set();

// Once for each name.
function note(name, instead) {
  if (noted.has(name)) return;
  noted.add(name);
  native.note(`${name} is not in driver 7 any more; godwit still runs it: ${instead}`);
}

function isOptions(value) {
  return value != null && typeof value === 'object';
}

// update(filter, update, {multi, upsert}), also with the shell's positional (upsert, multi).
function updateOptions(args) {
  if (isOptions(args[0])) return args[0];
  return { upsert: args[0] === true, multi: args[1] === true };
}

// What driver 3 answered: {result: {ok, n, nModified}} beside the counts.
function withResult(outcome, fields) {
  Object.defineProperty(outcome, 'result', { value: { ok: 1, ...fields }, enumerable: false });
  return outcome;
}

const methods = {
  async update(filter, update, ...rest) {
    note('collection.update()', 'use updateOne, updateMany or replaceOne');
    const { multi, ...options } = updateOptions(rest);
    const isReplacement = !hasAtomicOperators(update);
    const method = isReplacement ? this.replaceOne : multi ? this.updateMany : this.updateOne;
    const outcome = await method.call(this, filter, update, options);
    return withResult(outcome, { n: outcome.matchedCount + outcome.upsertedCount, nModified: outcome.modifiedCount });
  },

  async insert(documents, options) {
    note('collection.insert()', 'use insertOne or insertMany');
    const list = Array.isArray(documents) ? documents : [documents];
    const outcome = await this.insertMany(list, options);
    const answer = withResult(outcome, { n: outcome.insertedCount });
    return Object.defineProperty(answer, 'ops', { value: list, enumerable: false });
  },

  async remove(filter = {}, options = {}) {
    note('collection.remove()', 'use deleteOne or deleteMany');
    const isSingle = options === true || options?.single === true || options?.justOne === true;
    const rest = isOptions(options) ? options : {};
    const outcome = await (isSingle ? this.deleteOne(filter, rest) : this.deleteMany(filter, rest));
    return withResult(outcome, { n: outcome.deletedCount });
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

// A callback as the last argument. Driver 7 never calls it, so a file that waits for it would hang.
function withCallback(method, name, count) {
  return function (...args) {
    const callback = args.length > count ? args[args.length - 1] : undefined;
    if (typeof callback !== 'function') return method.apply(this, args);
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
  [AbstractCursor, ['toArray', 'next', 'hasNext', 'close'], 0],
  [AbstractCursor, ['forEach'], 1],
  [FindCursor, ['count'], 0],
];
for (const [Class, names, count] of CALLBACKS) {
  for (const name of names) define(Class.prototype, name, withCallback(Class.prototype[name], name, count));
}

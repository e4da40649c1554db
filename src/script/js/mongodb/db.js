// SPDX-License-Identifier: Apache-2.0
'use strict';

const { Admin } = require('mongodb/admin');
const { AggregationCursor } = require('mongodb/aggregation-cursor');
const { Collection } = require('mongodb/collection');
const {
  MongoInvalidArgumentError, MongoServerError, MongoUnexpectedServerResponseError, here,
} = require('mongodb/errors');
const { decorate, run } = require('mongodb/execute');
const { ListCollectionsCursor, RunCommandCursor } = require('mongodb/list-cursors');
const { addMissing } = require('mongodb/missing');
const { bsonOptions, inheritable, resolve } = require('mongodb/options');

const NAMESPACE_NOT_FOUND = 26;
const LEVELS = ['off', 'slow_only', 'all'];
// What is for the driver and no part of a collection's options.
const NOT_SENT = new Set([
  'w', 'wtimeout', 'timeoutMS', 'j', 'fsync', 'pkFactory', 'raw', 'readPreference', 'session', 'readConcern',
  'writeConcern', 'fieldsAsRaw', 'useBigInt64', 'promoteLongs', 'promoteValues', 'promoteBuffers', 'bsonRegExp',
  'serializeFunctions', 'ignoreUndefined', 'enableUtf8Validation', 'maxTimeMS',
]);

class Db {
  static SYSTEM_NAMESPACE_COLLECTION = 'system.namespaces';
  static SYSTEM_INDEX_COLLECTION = 'system.indexes';
  static SYSTEM_PROFILE_COLLECTION = 'system.profile';
  static SYSTEM_USER_COLLECTION = 'system.users';
  static SYSTEM_COMMAND_COLLECTION = '$cmd';
  static SYSTEM_JS_COLLECTION = 'system.js';

  constructor(client, name, options = {}) {
    if (typeof name === 'string' && name.includes('.')) {
      throw new MongoInvalidArgumentError("Database names cannot contain the character '.'");
    }
    Object.defineProperty(this, 'client', { value: client, enumerable: false });
    Object.defineProperty(this, 's', { value: { name, options, inherited: inheritable(client.s.inherited, options) } });
  }

  get databaseName() {
    return this.s.name;
  }

  get namespace() {
    return this.s.name;
  }

  get options() {
    return this.s.options;
  }

  get secondaryOk() {
    return (this.s.inherited?.readPreference?.mode ?? 'primary') !== 'primary';
  }

  get readConcern() {
    return this.s.inherited?.readConcern;
  }

  get writeConcern() {
    return this.s.inherited?.writeConcern;
  }

  get readPreference() {
    return this.s.inherited?.readPreference ?? this.client.readPreference;
  }

  get bsonOptions() {
    return bsonOptions(this.s.inherited);
  }

  get timeoutMS() {
    return undefined;
  }

  _options(options) {
    return resolve(this.s.inherited, options);
  }

  #run(command, options, details) {
    return run(this.s.name, decorate(command, options, details), options, here());
  }

  collection(name, options = {}) {
    if (typeof options === 'function') {
      throw new MongoInvalidArgumentError('The callback form of this helper has been removed.');
    }
    return new Collection(this, name, options);
  }

  // The command goes as it is: only the session and the read preference are ours.
  async command(command, options) {
    return run(this.s.name, command, { ...options, readConcern: undefined, wantsAll: true }, here());
  }

  runCursorCommand(command, options) {
    return new RunCommandCursor(this, command, { ...options });
  }

  admin() {
    return new Admin(this);
  }

  aggregate(pipeline = [], options = {}) {
    return new AggregationCursor(this.client, { db: this.s.name, collection: undefined }, pipeline, this._options(options));
  }

  async createCollection(name, options) {
    const resolved = this._options(options);
    const command = { create: name };
    for (const [key, value] of Object.entries(resolved)) {
      if (value != null && typeof value !== 'function' && !NOT_SENT.has(key)) command[key] = value;
    }
    await this.#run(command, resolved, { isWrite: true });
    return new Collection(this, name, options ?? {});
  }

  async dropCollection(name, options) {
    try {
      await this.#run({ drop: name }, this._options(options), { isWrite: true });
      return true;
    } catch (error) {
      if (error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND) return false;
      throw error;
    }
  }

  async renameCollection(from, to, options, collectionOptions = {}) {
    const resolved = this._options(options);
    const command = {
      renameCollection: `${this.s.name}.${from}`,
      // Without a name there is no dot, so that the server refuses it.
      to: to ? `${this.s.name}.${to}` : this.s.name,
      dropTarget: typeof resolved.dropTarget === 'boolean' ? resolved.dropTarget : false,
    };
    await run('admin', decorate(command, resolved, { isWrite: true }), resolved, here());
    return new Collection(this, to, collectionOptions);
  }

  listCollections(filter = {}, options = {}) {
    return new ListCollectionsCursor(this, filter, this._options(options));
  }

  async collections(options) {
    const found = await this.listCollections({}, { ...options, nameOnly: true }).toArray();
    return found.filter(({ name }) => !name.includes('$')).map(({ name }) => new Collection(this, name, this.s.options));
  }

  async createIndex(name, spec, options) {
    return this.collection(name).createIndex(spec, options);
  }

  async indexInformation(name, options) {
    return this.collection(name).indexInformation(options);
  }

  async dropDatabase(options) {
    await this.#run({ dropDatabase: 1 }, this._options(options), { isWrite: true });
    return true;
  }

  async stats(options) {
    const command = { dbStats: true };
    if (options?.scale != null) command.scale = options.scale;
    return this.#run(command, { ...this._options(options), wantsAll: true });
  }

  async removeUser(username, options) {
    const dbName = options?.dbName ?? this.s.name;
    await run(dbName, decorate({ dropUser: username }, { ...options }, { isWrite: true }), { ...options }, here());
    return true;
  }

  async profilingLevel(options) {
    const { was } = await this.#run({ profile: -1 }, this._options(options));
    if (LEVELS[was] === undefined) throw new MongoUnexpectedServerResponseError(`Illegal profiling level value ${was}`);
    return LEVELS[was];
  }

  async setProfilingLevel(level, options) {
    if (!LEVELS.includes(level)) {
      throw new MongoInvalidArgumentError(`Profiling level must be one of "${LEVELS.join(', ')}"`);
    }
    await this.#run({ profile: LEVELS.indexOf(level) }, this._options(options));
    return level;
  }
}

addMissing(Db, 'db', ['watch']);

module.exports = { Db };

// SPDX-License-Identifier: Apache-2.0
// A collection as the driver has it. Commands are built as the driver builds them, so that the server
// and godwit's journal see the same.
'use strict';

const { AggregationCursor } = require('mongodb/aggregation-cursor');
const { OrderedBulkOperation, UnorderedBulkOperation } = require('mongodb/bulk');
const {
  MongoAPIError, MongoInvalidArgumentError, MongoServerError, here, placeAt,
} = require('mongodb/errors');
const { decorate, explained, gather, isAcknowledged, run, writeOne } = require('mongodb/execute');
const { FindCursor, countCommand } = require('mongodb/find-cursor');
const { describe, keysOf } = require('mongodb/indexes');
const { ListIndexesCursor } = require('mongodb/list-cursors');
const { addMissing } = require('mongodb/missing');
const { note, withResult } = require('mongodb/legacy-results');
const native = require('mongodb/native');
const ObjectId = require('mongodb/objectid');
const { driverMajor } = require('mongodb/project-driver');
const { bsonOptions, inheritable, needAtomicOperators, normalizeHint, resolve } = require('mongodb/options');
const {
  addUpdate, batchCommand, deleteStatement, findAndModifyCommand, needNoOperators, needObject, updateStatement,
} = require('mongodb/statements');

const NAMESPACE_NOT_FOUND = 26;
const NULL_OPERATION = 'Operation must be an object with an operation key';
const NULL_DOCUMENT = 'Collection.insertMany() cannot be called with an array that has null/undefined values';

function updateResult(reply, options) {
  const upserted = Array.isArray(reply.upserted) ? reply.upserted : [];
  const result = {
    acknowledged: isAcknowledged(options),
    modifiedCount: reply.nModified ?? reply.n,
    upsertedId: upserted.length > 0 ? upserted[0]._id : null,
    upsertedCount: upserted.length,
    matchedCount: upserted.length > 0 ? 0 : reply.n,
  };
  return withResult(result, { n: reply.n, nModified: result.modifiedCount });
}

class Collection {
  constructor(db, name, options) {
    const namespace = { db: db.databaseName, collection: name };
    Object.defineProperty(this, 's', {
      value: { db, name, namespace, options, inherited: inheritable(db.s.inherited, options), hint: undefined },
    });
  }

  get db() {
    return this.s.db;
  }

  get client() {
    return this.s.db.client;
  }

  get dbName() {
    return this.s.db.databaseName;
  }

  get collectionName() {
    return this.s.name;
  }

  get namespace() {
    return this.s.name ? `${this.dbName}.${this.s.name}` : this.dbName;
  }

  get fullNamespace() {
    return { db: this.dbName, collection: this.s.name, toString: () => this.namespace };
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

  get hint() {
    return this.s.hint;
  }

  set hint(hint) {
    this.s.hint = normalizeHint(hint);
  }

  _options(options) {
    return resolve(this.s.inherited, options);
  }

  _addId(document, options) {
    if (options.forceServerObjectId ?? this.db.options?.forceServerObjectId ?? false) return document;
    if (document._id == null) document._id = this.db.options?.pkFactory?.createPk() ?? new ObjectId();
    return document;
  }

  #run(command, options, details) {
    return run(this.dbName, decorate(command, options, details), options, here());
  }

  #command(kind, options) {
    return decorate(batchCommand(kind, this.s.name, options), options, { isWrite: true, skipCollation: true });
  }

  #gather(kind, batchName, statement, options) {
    return gather(this.dbName, this.#command(kind, options), batchName, statement, options);
  }

  #writeOne(kind, batchName, statement, options) {
    const command = this.#command(kind, options);
    if (options.explain == null) return writeOne(this.dbName, command, batchName, statement, options);
    return run(this.dbName, explained({ ...command, [batchName]: [statement] }, options.explain), options, here());
  }

  async insertOne(document, options) {
    const resolved = this._options(options);
    this._addId(document, resolved);
    resolved.explain = undefined;
    if (!this.#gather('insert', 'documents', document, resolved)) {
      await this.#writeOne('insert', 'documents', document, resolved);
    }
    return withResult({ acknowledged: isAcknowledged(resolved), insertedId: document._id }, { n: 1 }, [document]);
  }

  // Documents without options: their _ids by their index, `false` where they have to be inserted by themselves.
  #gatherAll(documents) {
    const { forceServerObjectId = false, pkFactory } = this.db.options ?? {};
    if (pkFactory != null) return false;
    return native.deferInserts(this.s.db.databaseName, this.s.name, documents, !forceServerObjectId, here);
  }

  async insertMany(documents, options) {
    if (!Array.isArray(documents)) throw new MongoInvalidArgumentError('Argument "docs" must be an array of documents');
    const insertedIds = options === undefined && this.s.inherited === undefined && this.#gatherAll(documents);
    if (insertedIds) {
      const insertedCount = documents.length;
      return withResult({ acknowledged: true, insertedCount, insertedIds }, { n: insertedCount }, documents);
    }
    const acknowledged = isAcknowledged(this._options(options));
    try {
      const operations = documents.map((document) => ({ insertOne: { document } }));
      const { insertedCount, insertedIds } = await this.bulkWrite(operations, options);
      return withResult({ acknowledged, insertedCount, insertedIds }, { n: insertedCount }, documents);
    } catch (error) {
      if (error?.message !== NULL_OPERATION) throw error;
      throw new MongoInvalidArgumentError(NULL_DOCUMENT);
    }
  }

  async bulkWrite(operations, options) {
    if (!Array.isArray(operations)) {
      throw new MongoInvalidArgumentError('Argument "operations" must be an array of documents');
    }
    const isOrdered = options?.ordered !== false;
    const bulk = isOrdered ? this.initializeOrderedBulkOp(options) : this.initializeUnorderedBulkOp(options);
    for (const operation of operations) bulk.raw(operation);
    return bulk.execute();
  }

  initializeOrderedBulkOp(options) {
    return new OrderedBulkOperation(this, options);
  }

  initializeUnorderedBulkOp(options) {
    return new UnorderedBulkOperation(this, options);
  }

  async #update(filter, update, options, multi) {
    const statement = updateStatement(filter, update, { ...options, multi });
    const gathered = !multi && this.#gather('update', 'updates', statement, options);
    if (gathered) return gathered;
    const reply = await this.#writeOne('update', 'updates', statement, options);
    return options.explain == null ? updateResult(reply, options) : reply;
  }

  async updateOne(filter, update, options) {
    if (options === undefined && this.s.inherited === undefined) {
      const gathered = native.deferUpdate(this.s.db.databaseName, this.s.name, filter, update, here);
      if (gathered) return gathered;
    }
    const resolved = this._options(options);
    if (update != null && typeof update === 'object') needAtomicOperators(update, resolved);
    return this.#update(filter, update, resolved, false);
  }

  async updateMany(filter, update, options) {
    const resolved = this._options(options);
    if (update != null && typeof update === 'object') needAtomicOperators(update, resolved);
    return this.#update(filter, update, resolved, true);
  }

  async replaceOne(filter, replacement, options) {
    if (replacement != null && typeof replacement === 'object') needNoOperators(replacement);
    return this.#update(filter, replacement, { ...this._options(options), explain: undefined }, false);
  }

  async #delete(filter, options, limit) {
    const statement = deleteStatement(filter, { ...options, limit });
    const gathered = limit === 1 && this.#gather('delete', 'deletes', statement, options);
    if (gathered) return gathered;
    const reply = await this.#writeOne('delete', 'deletes', statement, options);
    if (options.explain != null) return reply;
    return withResult({ acknowledged: isAcknowledged(options), deletedCount: reply.n }, { n: reply.n });
  }

  async deleteOne(filter = {}, options = {}) {
    return this.#delete(filter, this._options(options), 1);
  }

  async deleteMany(filter = {}, options = {}) {
    return this.#delete(filter, this._options(options), 0);
  }

  async #findAndModify(command, options) {
    const decorated = decorate(command, options, { isWrite: true });
    const reply = await run(this.dbName, explained(decorated, options.explain), options, here());
    const wantsAll = options.includeResultMetadata ?? (options.explain != null || this.#answersMetadata());
    return wantsAll || options.explain != null ? reply : reply.value ?? null;
  }

  // Before driver 6 the findOneAnd... answered {value, lastErrorObject, ok}.
  #answersMetadata() {
    const major = driverMajor();
    if (major >= 6) return false;
    note('{value} of findOneAnd...()', `driver ${major}, which the project asks for, has it; newer ones answer the document`);
    return true;
  }

  async findOneAndDelete(filter, options) {
    needObject(filter, 'filter');
    const resolved = this._options(options);
    const command = findAndModifyCommand(this.s.name, filter, resolved);
    command.remove = true;
    return this.#findAndModify(command, resolved);
  }

  async findOneAndReplace(filter, replacement, options) {
    needObject(filter, 'filter');
    needObject(replacement, 'replacement');
    needNoOperators(replacement);
    const { arrayFilters, ...resolved } = this._options(options);
    return this.#findAndModify(addUpdate(findAndModifyCommand(this.s.name, filter, resolved), replacement, resolved), resolved);
  }

  async findOneAndUpdate(filter, update, options) {
    needObject(filter, 'filter');
    needObject(update, 'update');
    const resolved = this._options(options);
    needAtomicOperators(update, resolved);
    return this.#findAndModify(addUpdate(findAndModifyCommand(this.s.name, filter, resolved), update, resolved), resolved);
  }

  find(filter = {}, options = {}) {
    return new FindCursor(this.client, this.s.namespace, filter, this._options(options));
  }

  async findOne(filter = {}, options = {}) {
    const cursor = this.find(filter, { ...options, singleBatch: true }).limit(1);
    const document = await cursor.next();
    await cursor.close();
    return document;
  }

  aggregate(pipeline = [], options = {}) {
    if (!Array.isArray(pipeline)) {
      throw new MongoInvalidArgumentError('Argument "pipeline" must be an array of aggregation stages');
    }
    return new AggregationCursor(this.client, this.s.namespace, pipeline, this._options(options));
  }

  async countDocuments(filter = {}, options = {}) {
    const pipeline = [{ $match: filter }];
    if (typeof options.skip === 'number') pipeline.push({ $skip: options.skip });
    if (typeof options.limit === 'number') pipeline.push({ $limit: options.limit });
    pipeline.push({ $group: { _id: 1, n: { $sum: 1 } } });
    const { skip, limit, ...rest } = options;
    return (await this.aggregate(pipeline, rest).next())?.n ?? 0;
  }

  async estimatedDocumentCount(options) {
    const resolved = this._options(options);
    const command = { count: this.s.name };
    if (resolved.comment !== undefined) command.comment = resolved.comment;
    return (await this.#run(command, resolved)).n ?? 0;
  }

  async count(filter = {}, options = {}) {
    const resolved = this._options(options);
    return (await run(this.dbName, countCommand(this.s.name, filter, resolved), resolved, here())).n ?? 0;
  }

  async distinct(key, filter = {}, options = {}) {
    const resolved = this._options(options);
    const command = { distinct: this.s.name, key, query: filter };
    if (resolved.comment !== undefined) command.comment = resolved.comment;
    if (resolved.hint != null) command.hint = resolved.hint;
    const decorated = decorate(command, resolved);
    const reply = await run(this.dbName, explained(decorated, resolved.explain), resolved, here());
    return resolved.explain == null ? reply.values : reply;
  }

  async #createIndexes(indexes, options) {
    const command = { createIndexes: this.s.name, indexes };
    if (options.commitQuorum != null) command.commitQuorum = options.commitQuorum;
    await this.#run(command, options, { isWrite: true, skipCollation: true });
    return indexes.map(({ name }) => name || '');
  }

  async createIndex(spec, indexOptions, commandOptions) {
    const index = describe({ ...indexOptions, key: keysOf(spec) }, commandOptions != null);
    const options = this._options(commandOptions ?? indexOptions);
    return (await this.#createIndexes([index], options))[0];
  }

  async createIndexes(specs, options, allowUnknown = false) {
    const indexes = specs.map((spec) => describe(spec, allowUnknown));
    return this.#createIndexes(indexes, this._options({ ...options, maxTimeMS: undefined }));
  }

  async dropIndex(name, options) {
    const command = { dropIndexes: this.s.name, index: name };
    return this.#run(command, this._options(options), { isWrite: true });
  }

  async dropIndexes(options) {
    try {
      await this.#run({ dropIndexes: this.s.name, index: '*' }, this._options(options), { isWrite: true });
      return true;
    } catch (error) {
      if (error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND) return false;
      throw error;
    }
  }

  listIndexes(options = {}) {
    return new ListIndexesCursor(this, this._options(options));
  }

  async indexes(options) {
    const indexes = await this.listIndexes(options).toArray();
    if (options?.full ?? true) return indexes;
    return Object.fromEntries(indexes.map(({ name, key }) => [name, Object.entries(key)]));
  }

  async indexInformation(options) {
    return this.indexes({ ...options, full: options?.full ?? false });
  }

  async indexExists(names, options) {
    const found = new Set((await this.listIndexes(options).toArray()).map(({ name }) => name));
    return (Array.isArray(names) ? names : [names]).every((name) => found.has(name));
  }

  async rename(newName, options) {
    return this.db.renameCollection(this.s.name, newName, options, this.s.options);
  }

  async drop(options) {
    return this.db.dropCollection(this.s.name, options);
  }

  async options(options) {
    const at = here();
    const [found] = await this.db.listCollections({ name: this.s.name }, { ...options, nameOnly: false }).toArray();
    if (found?.options == null) throw placeAt(new MongoAPIError(`collection ${this.namespace} not found`), at);
    return found.options;
  }

  async isCapped(options) {
    return Boolean((await this.options(options)).capped);
  }
}

addMissing(Collection, 'db.collection(...)', [
  'watch', 'listSearchIndexes', 'createSearchIndex', 'createSearchIndexes', 'dropSearchIndex', 'updateSearchIndex',
]);

module.exports = { Collection };

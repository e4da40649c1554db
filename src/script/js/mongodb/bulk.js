// SPDX-License-Identifier: Apache-2.0
// Bulk operations. Statements of one kind that follow each other go out as one write (unordered: all
// of one kind); how many commands that takes is decided by the writer.
'use strict';

const { BulkWriteResult, MongoBulkWriteError, WriteConcernError, WriteError } = require('mongodb/bulk-result');
const { WriteConcern } = require('mongodb/concerns');
const {
  MongoBatchReExecutionError, MongoInvalidArgumentError, MongoWriteConcernError, here, placeAt,
} = require('mongodb/errors');
const { write } = require('mongodb/execute');
const native = require('mongodb/native');
const { bsonOptions, hasAtomicOperators, needAtomicOperators, nativeOptions, resolve } = require('mongodb/options');
const { batchCommand, deleteStatement, updateStatement } = require('mongodb/statements');

const BatchType = Object.freeze({ INSERT: 1, UPDATE: 2, DELETE: 3 });
const KINDS = { 1: ['insert', 'documents'], 2: ['update', 'updates'], 3: ['delete', 'deletes'] };
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

function needSize(document, options) {
  if (native.size(document, options) >= MAX_DOCUMENT_BYTES) {
    throw new MongoInvalidArgumentError(`Document is larger than the maximum size ${MAX_DOCUMENT_BYTES}`);
  }
}

function needNoRaw(statement) {
  if ('q' in statement) throw new MongoInvalidArgumentError('Raw operations are not allowed');
}

// bulk.find(selector).upsert().updateOne(...)
class FindOperators {
  #bulk;
  #options = {};
  #selector;

  constructor(bulk, selector) {
    this.#bulk = bulk;
    this.#selector = selector;
  }

  #update(update, multi) {
    return this.#bulk.addToOperationsList(BatchType.UPDATE,
      updateStatement(this.#selector, update, { ...this.#options, multi }));
  }

  update(update) {
    return this.#update(update, true);
  }

  updateOne(update) {
    needAtomicOperators(update, this.#bulk.s.options);
    return this.#update(update, false);
  }

  replaceOne(replacement) {
    if (hasAtomicOperators(replacement)) {
      throw new MongoInvalidArgumentError('Replacement document must not use atomic operators');
    }
    return this.#update(replacement, false);
  }

  deleteOne() {
    return this.#bulk.addToOperationsList(BatchType.DELETE, deleteStatement(this.#selector, { ...this.#options, limit: 1 }));
  }

  delete() {
    return this.#bulk.addToOperationsList(BatchType.DELETE, deleteStatement(this.#selector, { ...this.#options, limit: 0 }));
  }

  #set(name, value) {
    this.#options[name] = value;
    return this;
  }

  upsert() {
    return this.#set('upsert', true);
  }

  collation(collation) {
    return this.#set('collation', collation);
  }

  arrayFilters(filters) {
    return this.#set('arrayFilters', filters);
  }

  hint(hint) {
    return this.#set('hint', hint);
  }
}

class BulkOperationBase {
  constructor(collection, options, isOrdered) {
    this.collection = collection;
    this.isOrdered = isOrdered;
    Object.defineProperty(this, 's', {
      value: {
        options: resolve(collection.s.inherited, options),
        nativeOptions: null,
        batches: [],
        length: 0,
        isExecuted: false,
        result: {
          ok: 1, writeErrors: [], writeConcernErrors: [], insertedIds: [],
          nInserted: 0, nUpserted: 0, nMatched: 0, nModified: 0, nRemoved: 0, upserted: [],
        },
      },
    });
    this.s.nativeOptions = nativeOptions(this.s.options);
  }

  get length() {
    return this.s.length;
  }

  get bsonOptions() {
    return bsonOptions(this.s.options);
  }

  get writeConcern() {
    return this.s.options.writeConcern;
  }

  get batches() {
    return this.s.batches.map(({ type, operations, indexes }) => (
      { batchType: type, operations, originalIndexes: indexes, originalZeroIndex: indexes[0], size: operations.length }));
  }

  #batchFor(type) {
    const { batches } = this.s;
    const found = this.isOrdered
      ? [batches[batches.length - 1]].find((batch) => batch?.type === type)
      : batches.find((batch) => batch.type === type);
    if (found) return found;
    const batch = { type, operations: [], indexes: [] };
    batches.push(batch);
    return batch;
  }

  addToOperationsList(type, operation) {
    needSize(operation, this.s.nativeOptions);
    if (Array.isArray(operation)) throw new MongoInvalidArgumentError('Operation passed in cannot be an Array');
    const batch = this.#batchFor(type);
    batch.operations.push(operation);
    batch.indexes.push(this.s.length);
    if (type === BatchType.INSERT) this.s.result.insertedIds.push({ index: this.s.length, _id: operation._id });
    this.s.length++;
    return this;
  }

  insert(document) {
    this.collection._addId(document, this.s.options);
    return this.addToOperationsList(BatchType.INSERT, document);
  }

  find(selector) {
    if (!selector) throw new MongoInvalidArgumentError('Bulk find operation must specify a selector');
    return new FindOperators(this, selector);
  }

  #rawUpdate(operation, update, multi) {
    needNoRaw(operation);
    const statement = updateStatement(operation.filter, update, { ...operation, multi });
    needAtomicOperators(statement.u, this.s.options);
    return this.addToOperationsList(BatchType.UPDATE, statement);
  }

  #rawReplace(operation) {
    needNoRaw(operation);
    const statement = updateStatement(operation.filter, operation.replacement, { ...operation, multi: false });
    if (hasAtomicOperators(statement.u)) {
      throw new MongoInvalidArgumentError('Replacement document must not use atomic operators');
    }
    return this.addToOperationsList(BatchType.UPDATE, statement);
  }

  #rawDelete(operation, limit) {
    needNoRaw(operation);
    return this.addToOperationsList(BatchType.DELETE, deleteStatement(operation.filter, { ...operation, limit }));
  }

  raw(operation) {
    if (operation == null || typeof operation !== 'object') {
      throw new MongoInvalidArgumentError('Operation must be an object with an operation key');
    }
    if ('insertOne' in operation) {
      const given = operation.insertOne;
      return this.insert(given && given.document == null ? given : given.document);
    }
    if ('replaceOne' in operation) return this.#rawReplace(operation.replaceOne);
    if ('updateOne' in operation) return this.#rawUpdate(operation.updateOne, operation.updateOne.update, false);
    if ('updateMany' in operation) return this.#rawUpdate(operation.updateMany, operation.updateMany.update, true);
    if ('deleteOne' in operation) return this.#rawDelete(operation.deleteOne, 1);
    if ('deleteMany' in operation) return this.#rawDelete(operation.deleteMany, 0);
    throw new MongoInvalidArgumentError('bulkWrite only supports insertOne, updateOne, updateMany, deleteOne, deleteMany');
  }

  #merge(batch, reply) {
    const { result } = this.s;
    const upserted = reply.upserted ?? [];
    const n = reply.n ?? 0;
    if (batch.type === BatchType.INSERT) result.nInserted += n;
    if (batch.type === BatchType.DELETE) result.nRemoved += n;
    if (batch.type === BatchType.UPDATE) {
      result.nUpserted += upserted.length;
      result.nMatched += n - upserted.length;
      result.nModified += reply.nModified ?? 0;
    }
    for (const { index, _id } of upserted) result.upserted.push({ index: batch.indexes[index], _id });
    for (const { index, code, errmsg, errInfo } of reply.writeErrors ?? []) {
      const facts = { index: batch.indexes[index], code, errmsg, errInfo, op: batch.operations[index] };
      result.writeErrors.push(new WriteError(facts));
    }
    if (reply.writeConcernError) result.writeConcernErrors.push(new WriteConcernError(reply.writeConcernError));
  }

  #outcome() {
    return new BulkWriteResult(this.s.result, this.isOrdered);
  }

  #throwIfFailed(at) {
    const { writeErrors } = this.s.result;
    if (writeErrors.length > 0) {
      const { errmsg, code } = writeErrors[0];
      const facts = { message: errmsg || 'write operation failed', code, writeErrors };
      throw placeAt(new MongoBulkWriteError(facts, this.#outcome()), at);
    }
    const concern = this.#outcome().getWriteConcernError();
    if (concern) throw placeAt(new MongoBulkWriteError(concern, this.#outcome()), at);
  }

  async #send(batch, options, at) {
    const [kind, name] = KINDS[batch.type];
    const { dbName, collectionName } = this.collection;
    const command = batchCommand(kind, collectionName, { ...options, ordered: this.isOrdered });
    if (options.writeConcern && !options.session?.inTransaction()) WriteConcern.apply(command, options.writeConcern);
    if (command.bypassDocumentValidation !== true) delete command.bypassDocumentValidation;
    try {
      this.#merge(batch, await write(dbName, command, name, batch.operations, options, at));
    } catch (error) {
      if (error instanceof MongoWriteConcernError) this.#merge(batch, error.result);
      throw this.#failure(error, at);
    }
  }

  #failure(error, at) {
    if (!(error instanceof MongoWriteConcernError)) {
      const failure = new MongoBulkWriteError(error, this.#outcome());
      for (const label of error.errorLabels ?? []) failure.addErrorLabel(label);
      return placeAt(failure, at);
    }
    const { errmsg, code } = error.result.writeConcernError;
    return placeAt(new MongoBulkWriteError({ message: errmsg, code }, this.#outcome()), at);
  }

  async execute(options = {}) {
    const at = here();
    if (this.s.isExecuted) throw new MongoBatchReExecutionError();
    if (this.s.batches.length === 0) {
      throw new MongoInvalidArgumentError('Invalid BulkOperation, Batch cannot be empty');
    }
    this.s.isExecuted = true;
    // Unordered, the driver sends inserts first, then updates, then deletes.
    if (!this.isOrdered) this.s.batches.sort((a, b) => a.type - b.type);
    const merged = resolve(this.s.options, options);
    for (const batch of this.s.batches) {
      await this.#send(batch, merged, at);
      if (this.isOrdered) this.#throwIfFailed(at);
    }
    this.#throwIfFailed(at);
    return this.#outcome();
  }
}

class OrderedBulkOperation extends BulkOperationBase {
  constructor(collection, options) {
    super(collection, options, true);
  }
}

class UnorderedBulkOperation extends BulkOperationBase {
  constructor(collection, options) {
    super(collection, options, false);
  }
}

module.exports = { BatchType, OrderedBulkOperation, UnorderedBulkOperation };

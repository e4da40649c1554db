// SPDX-License-Identifier: Apache-2.0
// What bulk writes answer, and what they throw.
'use strict';

const { MongoServerError } = require('mongodb/errors');

function idsByIndex(list) {
  return Object.fromEntries(list.map(({ index, _id }) => [index, _id]));
}

class BulkWriteResult {
  constructor(result, isOrdered) {
    const inserted = BulkWriteResult.#inserted(result, isOrdered);
    Object.defineProperty(this, 'result', { value: result, enumerable: false, writable: true, configurable: true });
    this.insertedCount = result.nInserted;
    this.matchedCount = result.nMatched;
    this.modifiedCount = result.nModified;
    this.deletedCount = result.nRemoved;
    this.upsertedCount = result.upserted.length;
    this.upsertedIds = idsByIndex(result.upserted);
    this.insertedIds = idsByIndex(inserted);
  }

  static #inserted({ insertedIds, writeErrors }, isOrdered) {
    if (writeErrors.length === 0) return insertedIds;
    if (isOrdered) return insertedIds.slice(0, writeErrors[0].index);
    const failed = new Set(writeErrors.map(({ index }) => index));
    return insertedIds.filter(({ index }) => !failed.has(index));
  }

  get ok() {
    return this.result.ok;
  }

  isOk() {
    return this.result.ok === 1;
  }

  getUpsertedIdAt(index) {
    return this.result.upserted[index];
  }

  getRawResponse() {
    return this.result;
  }

  hasWriteErrors() {
    return this.result.writeErrors.length > 0;
  }

  getWriteErrorCount() {
    return this.result.writeErrors.length;
  }

  getWriteErrorAt(index) {
    return this.result.writeErrors[index];
  }

  getWriteErrors() {
    return this.result.writeErrors;
  }

  getWriteConcernError() {
    const { writeConcernErrors } = this.result;
    if (writeConcernErrors.length < 2) return writeConcernErrors[0];
    return new WriteConcernError({ errmsg: writeConcernErrors.map(({ errmsg }) => errmsg).join(' and '), code: 64 });
  }

  toString() {
    return `BulkWriteResult(${require('mongodb/native').loadClasses().EJSON.stringify(this.result)})`;
  }
}

class WriteConcernError {
  constructor(error) {
    this.serverError = error;
  }

  get code() {
    return this.serverError.code;
  }

  get errmsg() {
    return this.serverError.errmsg;
  }

  get errInfo() {
    return this.serverError.errInfo;
  }

  toJSON() {
    return this.serverError;
  }

  toString() {
    return `WriteConcernError(${this.errmsg})`;
  }
}

class WriteError {
  constructor(err) {
    this.err = err;
  }

  get code() {
    return this.err.code;
  }

  get index() {
    return this.err.index;
  }

  get errmsg() {
    return this.err.errmsg;
  }

  get errInfo() {
    return this.err.errInfo;
  }

  getOperation() {
    return this.err.op;
  }

  toJSON() {
    return { code: this.err.code, index: this.err.index, errmsg: this.err.errmsg, op: this.err.op };
  }

  toString() {
    return `WriteError(${JSON.stringify(this.toJSON())})`;
  }
}

class MongoBulkWriteError extends MongoServerError {
  constructor(error, result) {
    super(error);
    this.writeErrors = error.writeErrors ?? [];
    if (error instanceof WriteConcernError) this.err = error;
    this.result = result;
    if (error instanceof Error) Object.assign(this, error);
    else if (!(error instanceof WriteConcernError)) {
      this.message = error.message;
      this.code = error.code;
    }
  }

  get name() {
    return 'MongoBulkWriteError';
  }
}

for (const name of [
  'insertedCount', 'matchedCount', 'modifiedCount', 'deletedCount', 'upsertedCount', 'insertedIds', 'upsertedIds',
]) {
  Object.defineProperty(MongoBulkWriteError.prototype, name, {
    get() { return this.result[name]; }, configurable: true, enumerable: false,
  });
}

module.exports = { BulkWriteResult, MongoBulkWriteError, WriteConcernError, WriteError };

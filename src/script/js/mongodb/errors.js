// SPDX-License-Identifier: Apache-2.0
// The error classes of driver 7, and how an answer of the server becomes one.
'use strict';

class MongoError extends Error {
  constructor(message, options) {
    super(message, options);
    this.errorLabelSet = new Set();
  }

  get name() {
    return 'MongoError';
  }

  get errorLabels() {
    return Array.from(this.errorLabelSet);
  }

  get errmsg() {
    return this.message;
  }

  hasErrorLabel(label) {
    return this.errorLabelSet.has(label);
  }

  addErrorLabel(label) {
    this.errorLabelSet.add(label);
  }
}

const NOT_COPIED = new Set(['errorLabels', 'errmsg', 'message', 'errorResponse']);

class MongoServerError extends MongoError {
  constructor(response) {
    super(response.message || response.errmsg || response.$err || 'n/a');
    for (const label of response.errorLabels ?? []) this.addErrorLabel(label);
    this.errorResponse = response;
    for (const name in response) if (!NOT_COPIED.has(name)) this[name] = response[name];
  }

  get name() {
    return 'MongoServerError';
  }
}

class MongoNetworkError extends MongoError {
  constructor(message, options) {
    super(message, { cause: options?.cause });
    this.beforeHandshake = !!options?.beforeHandshake;
  }

  get name() {
    return 'MongoNetworkError';
  }
}

class MongoWriteConcernError extends MongoServerError {
  constructor(result) {
    super({ ...result.writeConcernError, ...result });
    this.errInfo = result.writeConcernError.errInfo;
    this.result = result;
  }

  get name() {
    return 'MongoWriteConcernError';
  }
}

const errors = { MongoError, MongoServerError, MongoNetworkError, MongoWriteConcernError };

function define(name, Parent, defaultMessage) {
  const Class = class extends Parent {
    constructor(message = defaultMessage, options) {
      super(message, options);
    }

    get name() {
      return name;
    }
  };
  Object.defineProperty(Class, 'name', { value: name, configurable: true });
  errors[name] = Class;
  return Class;
}

// name: [those that extend it]
const TREE = {
  MongoError: ['MongoDriverError', 'MongoSystemError'],
  MongoSystemError: ['MongoServerSelectionError'],
  MongoNetworkError: ['MongoNetworkTimeoutError'],
  MongoServerError: ['MongoClientBulkWriteError'],
  MongoDriverError: ['MongoAPIError', 'MongoRuntimeError', 'MongoParseError', 'MongoOperationTimeoutError'],
  MongoAPIError: [
    'MongoBatchReExecutionError', 'MongoClientClosedError', 'MongoCompatibilityError', 'MongoCursorExhaustedError',
    'MongoCursorInUseError', 'MongoExpiredSessionError', 'MongoInvalidArgumentError', 'MongoMissingCredentialsError',
    'MongoMissingDependencyError', 'MongoNotConnectedError', 'MongoServerClosedError', 'MongoTailableCursorError',
    'MongoTopologyClosedError', 'MongoTransactionError',
  ],
  MongoRuntimeError: [
    'MongoAWSError', 'MongoChangeStreamError', 'MongoClientBulkWriteCursorError',
    'MongoClientBulkWriteExecutionError', 'MongoDecompressionError', 'MongoGridFSChunkError',
    'MongoGridFSStreamError', 'MongoKerberosError', 'MongoOIDCError', 'MongoStalePrimaryError',
    'MongoUnexpectedServerResponseError',
  ],
  MongoOIDCError: ['MongoAzureError', 'MongoGCPError'],
};
const MESSAGES = {
  MongoBatchReExecutionError: 'This batch has already been executed, create new batch to execute',
  MongoClientClosedError: 'Operation interrupted because client was closed',
  MongoCursorExhaustedError: 'Cursor is exhausted',
  MongoCursorInUseError: 'Cursor is already initialized',
  MongoExpiredSessionError: 'Cannot use a session that has ended',
  MongoServerClosedError: 'Server is closed',
  MongoTailableCursorError: 'Tailable cursor does not support this operation',
  MongoTopologyClosedError: 'Topology is closed',
};
for (const [parent, names] of Object.entries(TREE)) {
  for (const name of names) define(name, errors[parent], MESSAGES[name]);
}

const LABELS = Object.freeze({
  RetryableWriteError: 'RetryableWriteError',
  TransientTransactionError: 'TransientTransactionError',
  UnknownTransactionCommitResult: 'UnknownTransactionCommitResult',
  ResumableChangeStreamError: 'ResumableChangeStreamError',
  HandshakeError: 'HandshakeError',
  ResetPool: 'ResetPool',
  PoolRequestedRetry: 'PoolRequestedRetry',
  InterruptInUseConnections: 'InterruptInUseConnections',
  NoWritesPerformed: 'NoWritesPerformed',
  RetryableError: 'RetryableError',
  SystemOverloadedError: 'SystemOverloadedError',
});

// What godwit calls this failure, for those who end the run because of it (a lost lease, Ctrl-C).
const GODWIT_NAME = Symbol.for('godwit.error');

// An error is about the line that called, and not about where its answer was read.
function placeAt(error, at) {
  if (at !== undefined) {
    // In Node a stack begins with what it is about.
    const value = /^Error\b/.test(at) ? `${error.name}: ${error.message}${at.slice(5)}` : at;
    Object.defineProperty(error, 'stack', { value, configurable: true, enumerable: false, writable: true });
  }
  return error;
}

function classify({ name, message, code, codeName, labels, reply }) {
  if (name === 'connection') {
    const Class = /no suitable servers/i.test(message) ? errors.MongoServerSelectionError : MongoNetworkError;
    return new Class(message);
  }
  if (name !== 'server' && name !== 'auth') return new errors.MongoRuntimeError(message);
  if (reply && (reply.errmsg !== undefined || reply.$err !== undefined)) return new MongoServerError(reply);
  if (code === 0) return new errors.MongoRuntimeError(message);
  return new MongoServerError({ ...reply, ok: 0, errmsg: message, code, ...(codeName && { codeName }), errorLabels: labels });
}

// From C: a call failed. `facts` is {name, message, code, codeName, labels, reply}.
function errorOf(facts, at) {
  const error = classify(facts);
  for (const label of facts.labels) error.addErrorLabel(label);
  Object.defineProperty(error, GODWIT_NAME, { value: facts.name, enumerable: false });
  return placeAt(error, at);
}

// The stack of whoever calls into the driver.
function here() {
  const holder = {};
  Error.captureStackTrace(holder, here);
  return holder.stack;
}

module.exports = { ...errors, MongoErrorLabel: LABELS, errorOf, here, placeAt };

// SPDX-License-Identifier: Apache-2.0
// Sessions and transactions. The state machine is here; the server hears of a transaction with its
// first command, as with the driver.
'use strict';

const { ReadConcern, ReadPreference, WriteConcern } = require('mongodb/concerns');
const {
  MongoAPIError, MongoCompatibilityError, MongoError, MongoExpiredSessionError, MongoInvalidArgumentError,
  MongoRuntimeError, MongoServerError, MongoTransactionError, here,
} = require('mongodb/errors');
const { LISTENERS, addMissing } = require('mongodb/missing');
const native = require('mongodb/native');

const NONE = 'NO_TRANSACTION';
const STARTING = 'STARTING_TRANSACTION';
const IN_PROGRESS = 'TRANSACTION_IN_PROGRESS';
const COMMITTED = 'TRANSACTION_COMMITTED';
const COMMITTED_EMPTY = 'TRANSACTION_COMMITTED_EMPTY';
const ABORTED = 'TRANSACTION_ABORTED';

// How long withTransaction goes on trying.
const RETRY_MS = 120_000;
const MAX_TIME_MS_EXPIRED = 50;

class Transaction {
  constructor(options = {}) {
    this.state = NONE;
    this.options = {};
    const writeConcern = WriteConcern.fromOptions(options);
    if (writeConcern?.w === 0) {
      throw new MongoTransactionError('Transactions do not support unacknowledged write concern');
    }
    if (writeConcern) this.options.writeConcern = writeConcern;
    if (options.readConcern) this.options.readConcern = ReadConcern.fromOptions(options);
    if (options.readPreference) this.options.readPreference = ReadPreference.fromOptions(options);
    if (options.maxCommitTimeMS) this.options.maxTimeMS = options.maxCommitTimeMS;
  }

  get isStarting() {
    return this.state === STARTING;
  }

  get isActive() {
    return this.state === STARTING || this.state === IN_PROGRESS;
  }

  get isCommitted() {
    return this.state === COMMITTED || this.state === COMMITTED_EMPTY || this.state === ABORTED;
  }

  // As C passes them on.
  get sent() {
    const { readConcern, writeConcern, readPreference, maxTimeMS } = this.options;
    return {
      readConcern: readConcern && { level: readConcern.level },
      writeConcern: writeConcern && WriteConcern.apply({}, writeConcern).writeConcern,
      readPreference: readPreference?.toJSON(),
      maxCommitTimeMS: maxTimeMS,
    };
  }
}

function isPromiseLike(value) {
  return value != null && typeof value.then === 'function';
}

function isMaxTimeExpired(error) {
  return error instanceof MongoServerError &&
    (error.code === MAX_TIME_MS_EXPIRED || error.writeConcernError?.code === MAX_TIME_MS_EXPIRED);
}

// Others get a chance before the next attempt.
function pause(attempt) {
  const ms = Math.random() * Math.min(5 * 1.5 ** attempt, 500);
  return new Promise((resolve) => require('timers').setTimeout(resolve, ms));
}

class ClientSession {
  #native;
  #onEnd;

  constructor(client, options = {}, onEnd = () => {}) {
    if (options.causalConsistency === true && options.snapshot === true) {
      throw new MongoInvalidArgumentError('Properties "causalConsistency" and "snapshot" are mutually exclusive');
    }
    Object.defineProperty(this, 'client', { value: client, enumerable: false });
    const { causalConsistency, snapshot } = options;
    this.#native = native.session({ causalConsistency, snapshot });
    this.#onEnd = onEnd;
    this.hasEnded = false;
    this.explicit = true;
    this.snapshotEnabled = snapshot === true;
    this.supports = { causalConsistency: causalConsistency ?? snapshot !== true };
    this.defaultTransactionOptions = { ...options.defaultTransactionOptions };
    this.transaction = new Transaction();
  }

  get id() {
    return this.hasEnded ? undefined : this.#native.id;
  }

  // For a command that is about to be sent in this session.
  use(at) {
    if (this.hasEnded) throw new MongoExpiredSessionError('Use of expired sessions is not permitted');
    if (this.transaction.state === STARTING) {
      this.transaction.state = IN_PROGRESS;
      // Should it fail, so does the command that waits behind it.
      this.#native.begin({ at }, this.transaction.sent).catch(() => {});
    } else if (!this.transaction.isActive) {
      this.transaction.state = NONE;
    }
    return this.#native;
  }

  inTransaction() {
    return this.transaction.isActive;
  }

  equals(other) {
    if (!(other instanceof ClientSession)) return false;
    return other === this || (!this.hasEnded && !other.hasEnded && this.id.id.equals(other.id.id));
  }

  startTransaction(options) {
    if (this.snapshotEnabled) {
      throw new MongoCompatibilityError('Transactions are not supported in snapshot sessions');
    }
    if (this.inTransaction()) throw new MongoTransactionError('Transaction already in progress');
    const given = { ...this.defaultTransactionOptions };
    for (const [name, value] of Object.entries(options ?? {})) if (value != null) given[name] = value;
    this.transaction = new Transaction(given);
    this.transaction.state = STARTING;
  }

  async commitTransaction() {
    const at = here();
    const { transaction } = this;
    switch (transaction.state) {
      case NONE: throw new MongoTransactionError('No transaction started');
      case STARTING: case COMMITTED_EMPTY:
        transaction.state = COMMITTED_EMPTY;
        return;
      case ABORTED: throw new MongoTransactionError('Cannot call commitTransaction after calling abortTransaction');
    }
    if (this.hasEnded) throw new MongoExpiredSessionError();
    const done = this.#native.commit({ at });
    try {
      await done;
    } finally {
      transaction.state = COMMITTED;
    }
  }

  async abortTransaction() {
    const at = here();
    const { transaction } = this;
    switch (transaction.state) {
      case NONE: throw new MongoTransactionError('No transaction started');
      case STARTING:
        transaction.state = ABORTED;
        return;
      case ABORTED: throw new MongoTransactionError('Cannot call abortTransaction twice');
      case COMMITTED: case COMMITTED_EMPTY:
        throw new MongoTransactionError('Cannot call abortTransaction after calling commitTransaction');
    }
    if (this.hasEnded) throw new MongoExpiredSessionError();
    try {
      await this.#native.abort({ at });
    } catch {
      // What the server does not hear of, it aborts by itself.
    } finally {
      transaction.state = ABORTED;
    }
  }

  // One attempt: the callback, and what becomes of the transaction when it fails.
  async #attempt(callback) {
    try {
      const promise = callback(this);
      if (!isPromiseLike(promise)) {
        throw new MongoInvalidArgumentError('Function provided to `withTransaction` must return a Promise');
      }
      return await promise;
    } catch (error) {
      if (this.inTransaction()) await this.abortTransaction();
      throw error;
    }
  }

  // Answers whether it is committed: false asks for the whole transaction again.
  async #commit(deadline) {
    for (;;) {
      try {
        await this.commitTransaction();
        return true;
      } catch (error) {
        const isKnown = !error.hasErrorLabel?.('UnknownTransactionCommitResult') || isMaxTimeExpired(error);
        if (!isKnown && Date.now() < deadline) continue;
        if (isKnown && error.hasErrorLabel?.('TransientTransactionError') && Date.now() < deadline) return false;
        throw error;
      }
    }
  }

  async withTransaction(callback, options) {
    const deadline = Date.now() + RETRY_MS;
    for (let attempt = 0; ; attempt++) {
      if (attempt > 0) await pause(attempt);
      this.startTransaction(options);
      let result;
      try {
        result = await this.#attempt(callback);
      } catch (error) {
        const isTransient = error instanceof MongoError && !(error instanceof MongoInvalidArgumentError) &&
          error.hasErrorLabel('TransientTransactionError');
        if (!isTransient || Date.now() >= deadline) throw error;
        continue;
      }
      // The callback may have committed or aborted by itself.
      if (!this.inTransaction() || (await this.#commit(deadline))) return result;
    }
  }

  async endSession() {
    if (this.hasEnded) return;
    if (this.inTransaction()) await this.abortTransaction();
    this.hasEnded = true;
    this.#native.end();
    this.#onEnd(this);
  }

  async [Symbol.asyncDispose]() {
    await this.endSession();
  }

  advanceOperationTime(operationTime) {
    this.operationTime = operationTime;
  }

  advanceClusterTime() {
    throw new MongoAPIError('session.advanceClusterTime is not available in godwit');
  }

  toBSON() {
    throw new MongoRuntimeError('ClientSession cannot be serialized to BSON.');
  }
}

addMissing(ClientSession, 'session', LISTENERS);

module.exports = { ClientSession, Transaction };

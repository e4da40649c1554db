// SPDX-License-Identifier: Apache-2.0
// What all cursors have in common. Documents stay BSON until they are asked for. Besides the driver's
// ways to read a cursor, `for (const document of cursor)` works: it waits without letting others run.
'use strict';

const { ReadConcern, ReadPreference } = require('mongodb/concerns');
const {
  MongoAPIError, MongoCursorExhaustedError, MongoCursorInUseError, MongoInvalidArgumentError,
  MongoTailableCursorError, here, placeAt,
} = require('mongodb/errors');
const { withReadPreference } = require('mongodb/execute');
const { LISTENERS, addMissing } = require('mongodb/missing');
const native = require('mongodb/native');
const { nativeOptions } = require('mongodb/options');

const CURSOR_FLAGS = ['tailable', 'oplogReplay', 'noCursorTimeout', 'awaitData', 'exhaust', 'partial'];
const NULL_DOCUMENT = 'Cursor returned a `null` document, but the cursor is not exhausted.  ' +
  'Mapping documents to `null` is not supported in the cursor transform.';

class AbstractCursor {
  constructor(client, dbName, options) {
    const hidden = {
      client, dbName, options,
      batch: null, // of C: {left, isOpen, shift(), more(), kill(), ...}
      fetching: null, // the promise of a batch under way
      isExhausted: false, // closed while the server had more
      isInitialized: false, isClosed: false, isKilled: false,
      transform: null,
    };
    Object.defineProperty(this, 's', { value: hidden });
  }

  // {command, options}: what opens the cursor. Each kind has its own.
  _open() {
    throw new MongoAPIError('this kind of cursor opens nothing');
  }

  // Fields of getMore.
  _more() {
    const { batchSize, comment, maxAwaitTimeMS } = this.s.options;
    return {
      batchSize: typeof batchSize === 'number' ? Math.abs(batchSize) : undefined,
      maxTimeMS: typeof maxAwaitTimeMS === 'number' ? maxAwaitTimeMS : undefined,
      comment,
    };
  }

  get id() {
    const { Long } = require('mongodb/native').loadClasses();
    if (this.s.isExhausted) return Long.ZERO;
    return this.s.batch ? Long.fromBigInt(this.s.batch.id) : undefined;
  }

  get namespace() {
    const [db, ...collection] = (this.s.batch?.namespace ?? this._namespace()).split('.');
    return { db, collection: collection.join('.') || undefined, toString: () => [db, ...collection].join('.') };
  }

  _namespace() {
    return this.s.dbName;
  }

  get client() {
    return this.s.client;
  }

  get session() {
    return this.s.options.session;
  }

  get readPreference() {
    return ReadPreference.fromOptions(this.s.options) ?? ReadPreference.primary;
  }

  get readConcern() {
    return ReadConcern.fromOptions(this.s.options);
  }

  get closed() {
    return this.s.isClosed && this.bufferedCount() === 0;
  }

  get killed() {
    return this.s.isKilled;
  }

  bufferedCount() {
    return this.s.batch?.left ?? 0;
  }

  readBufferedDocuments(number = this.bufferedCount()) {
    const documents = [];
    while (documents.length < number && this.bufferedCount() > 0) documents.push(this.s.batch.shift());
    return documents;
  }

  _openArguments(at) {
    const { command, options } = this._open();
    const session = options.session?.use(at);
    return [this.s.dbName, withReadPreference(command, options), session, nativeOptions(options, at)];
  }

  _took(batch) {
    this.s.isInitialized = true;
    if (batch) this.s.batch = batch;
    if (!this.s.batch.isOpen) this.s.isClosed = true;
  }

  _failed() {
    this.s.isInitialized = true;
    this.s.isClosed = true;
    this.s.batch?.drop();
  }

  async _fetch(at) {
    try {
      if (this.s.batch) this._took(await this.s.batch.more(nativeOptions(this.s.options, at), this._more()));
      else this._took(await native.open(...this._openArguments(at)));
    } catch (error) {
      this._failed();
      throw error;
    } finally {
      this.s.fetching = null;
    }
  }

  _fetchNow(at) {
    try {
      if (this.s.batch) this._took(this.s.batch.moreNow(nativeOptions(this.s.options, at), this._more()));
      else this._took(native.openNow(...this._openArguments(at)));
    } catch (error) {
      this._failed();
      throw error;
    }
  }

  _transformed(document) {
    if (this.s.transform === null) return document;
    try {
      const value = this.s.transform(document);
      if (value === null) throw new MongoAPIError(NULL_DOCUMENT);
      return value;
    } catch (error) {
      this.s.batch?.drop();
      this.s.isClosed = true;
      throw error;
    }
  }

  // Whether there is a document at hand, after fetching at most what is needed to know.
  async _fill(at) {
    while (this.bufferedCount() === 0) {
      if (this.s.isClosed) return false;
      await (this.s.fetching ??= this._fetch(at));
    }
    return true;
  }

  async hasNext() {
    if (this.s.isExhausted) return false;
    return this.bufferedCount() > 0 || this._fill(here());
  }

  async next() {
    if (this.s.isExhausted) throw new MongoCursorExhaustedError();
    if (this.bufferedCount() === 0 && !(await this._fill(here()))) return null;
    return this._transformed(this.s.batch.shift());
  }

  async tryNext() {
    if (this.s.isExhausted) throw new MongoCursorExhaustedError();
    if (this.bufferedCount() === 0 && !this.s.isClosed) await (this.s.fetching ??= this._fetch(here()));
    return this.bufferedCount() > 0 ? this._transformed(this.s.batch.shift()) : null;
  }

  async toArray() {
    const at = here();
    const documents = [];
    if (this.s.isExhausted) return documents;
    while (await this._fill(at)) {
      while (this.bufferedCount() > 0) documents.push(this._transformed(this.s.batch.shift()));
    }
    return documents;
  }

  // As in the driver, a promise that the function answers is not awaited; false ends the loop.
  async forEach(iterator) {
    const at = here();
    if (typeof iterator !== 'function') throw new MongoInvalidArgumentError('Argument "iterator" must be a function');
    try {
      while (!this.s.isExhausted && (await this._fill(at))) {
        if (iterator(this._transformed(this.s.batch.shift())) === false) return;
      }
    } finally {
      await this.close();
    }
  }

  [Symbol.asyncIterator]() {
    const end = { value: undefined, done: true };
    let hasReturned = false;
    return {
      next: async () => {
        if (hasReturned || this.s.isExhausted) return end;
        if (this.bufferedCount() > 0) return { value: this._transformed(this.s.batch.shift()), done: false };
        const value = await this.next();
        return value === null ? end : { value, done: false };
      },
      return: async (value) => {
        hasReturned = true;
        await this.close();
        return { value, done: true };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  [Symbol.iterator]() {
    const end = { value: undefined, done: true };
    return {
      next: () => {
        while (!this.s.isExhausted && this.bufferedCount() === 0 && !this.s.isClosed) this._fetchNow(here());
        return this.bufferedCount() > 0 ? { value: this._transformed(this.s.batch.shift()), done: false } : end;
      },
      return: (value) => {
        this.s.batch?.drop();
        this.s.isClosed = true;
        return { value, done: true };
      },
      [Symbol.iterator]() {
        return this;
      },
    };
  }

  async close() {
    const { batch } = this.s;
    this.s.isClosed = true;
    if (!batch?.isOpen || this.s.isKilled || this.session?.hasEnded) return;
    this.s.isKilled = true;
    this.s.isExhausted = true;
    try {
      await batch.kill();
    } catch {
      // The server forgets it by itself.
    }
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }

  rewind() {
    if (!this.s.isInitialized) return;
    this.s.batch?.drop();
    Object.assign(this.s, { batch: null, isInitialized: false, isClosed: false, isKilled: false, isExhausted: false });
  }

  _set(name, value) {
    if (this.s.isInitialized) throw new MongoCursorInUseError();
    this.s.options[name] = value;
    return this;
  }

  addCursorFlag(flag, value) {
    if (!CURSOR_FLAGS.includes(flag)) throw new MongoInvalidArgumentError(`Flag ${flag} is not one of ${CURSOR_FLAGS}`);
    if (typeof value !== 'boolean') throw new MongoInvalidArgumentError(`Flag ${flag} must be a boolean value`);
    return this._set(flag, value);
  }

  map(transform) {
    if (this.s.isInitialized) throw new MongoCursorInUseError();
    const { transform: before } = this.s;
    this.s.transform = before ? (document) => transform(before(document)) : transform;
    return this;
  }

  batchSize(value) {
    if (this.s.options.tailable) throw new MongoTailableCursorError('Tailable cursor does not support batchSize');
    if (typeof value !== 'number') throw new MongoInvalidArgumentError('Operation "batchSize" requires an integer');
    return this._set('batchSize', value);
  }

  maxTimeMS(value) {
    if (typeof value !== 'number') throw new MongoInvalidArgumentError('Argument for maxTimeMS must be a number');
    return this._set('maxTimeMS', value);
  }

  withReadPreference(preference) {
    if (!(preference instanceof ReadPreference) && typeof preference !== 'string') {
      throw new MongoInvalidArgumentError(`Invalid read preference: ${preference}`);
    }
    return this._set('readPreference', ReadPreference.fromOptions({ readPreference: preference }));
  }

  withReadConcern(concern) {
    return this._set('readConcern', ReadConcern.fromOptions({ readConcern: concern }));
  }

  stream() {
    const instead = 'use `for await (const document of cursor)`';
    throw placeAt(new MongoAPIError(`cursor.stream() is not available in godwit: ${instead}`), here());
  }
}

addMissing(AbstractCursor, 'cursor', LISTENERS);

module.exports = { AbstractCursor, CURSOR_FLAGS };

// SPDX-License-Identifier: Apache-2.0
// Cursors over what a database has (collections, indexes), and over any command that answers one.
'use strict';

const { AbstractCursor } = require('mongodb/cursor');
const { MongoAPIError } = require('mongodb/errors');
const { decorate } = require('mongodb/execute');

// godwit's own collections are no business of a migration: one that goes through all there are
// would change the lease under which it runs.
const NOT_OURS = { name: { $not: /^godwit_/ } };

function withoutOurs(filter) {
  const isEmpty = filter === undefined || filter === null || Object.keys(filter).length === 0;
  return isEmpty ? NOT_OURS : { $and: [filter, NOT_OURS] };
}

class ListCollectionsCursor extends AbstractCursor {
  constructor(db, filter, options) {
    super(db.client, db.databaseName, options);
    this.parent = db;
    this.filter = filter;
  }

  _open() {
    const { options } = this.s;
    const command = {
      listCollections: 1,
      filter: withoutOurs(this.filter),
      cursor: options.batchSize ? { batchSize: options.batchSize } : {},
      nameOnly: !!options.nameOnly,
      authorizedCollections: !!options.authorizedCollections,
    };
    if (options.comment !== undefined) command.comment = options.comment;
    return { command: decorate(command, options), options };
  }

  clone() {
    return new ListCollectionsCursor(this.parent, this.filter, { ...this.s.options });
  }
}

class ListIndexesCursor extends AbstractCursor {
  constructor(collection, options) {
    super(collection.client, collection.dbName, options);
    this.parent = collection;
  }

  _open() {
    const { options } = this.s;
    const cursor = options.batchSize ? { batchSize: options.batchSize } : {};
    const command = { listIndexes: this.parent.collectionName, cursor };
    if (options.comment !== undefined) command.comment = options.comment;
    return { command: decorate(command, options), options };
  }

  clone() {
    return new ListIndexesCursor(this.parent, { ...this.s.options });
  }
}

class RunCommandCursor extends AbstractCursor {
  #more = {};

  constructor(db, command, options) {
    super(db.client, db.databaseName, options);
    this.command = Object.freeze({ ...command });
  }

  _open() {
    return { command: this.command, options: this.s.options };
  }

  _more() {
    return this.#more;
  }

  setComment(comment) {
    this.#more.comment = comment;
    return this;
  }

  setMaxTimeMS(maxTimeMS) {
    this.#more.maxTimeMS = maxTimeMS;
    return this;
  }

  setBatchSize(batchSize) {
    this.#more.batchSize = batchSize;
    return this;
  }

  clone() {
    throw new MongoAPIError('Clone not supported, create a new cursor with db.runCursorCommand');
  }

  withReadConcern() {
    throw new MongoAPIError('RunCommandCursor does not support readConcern it must be attached to the command being run');
  }

  addCursorFlag() {
    throw new MongoAPIError('RunCommandCursor does not support cursor flags, they must be attached to the command being run');
  }

  maxTimeMS() {
    throw new MongoAPIError('maxTimeMS must be configured on the command document directly, ' +
      'to configure getMore.maxTimeMS use cursor.setMaxTimeMS()');
  }

  batchSize() {
    throw new MongoAPIError('batchSize must be configured on the command document directly, ' +
      'to configure getMore.batchSize use cursor.setBatchSize()');
  }
}

module.exports = { ListCollectionsCursor, ListIndexesCursor, RunCommandCursor };

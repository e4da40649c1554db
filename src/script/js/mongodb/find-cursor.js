// SPDX-License-Identifier: Apache-2.0
'use strict';

const { AbstractCursor } = require('mongodb/cursor');
const { MongoInvalidArgumentError, MongoTailableCursorError, here } = require('mongodb/errors');
const { decorate, explained, run } = require('mongodb/execute');
const { formatSort, normalizeHint } = require('mongodb/options');

const BOOLEANS = [
  'returnKey', 'showRecordId', 'tailable', 'oplogReplay', 'noCursorTimeout', 'awaitData', 'allowPartialResults',
  'allowDiskUse',
];

function projectionOf(projection) {
  if (!Array.isArray(projection)) return projection;
  return projection.length > 0 ? Object.fromEntries(projection.map((field) => [field, 1])) : { _id: 1 };
}

function addLimits(command, { limit, batchSize, skip }) {
  if (typeof skip === 'number') command.skip = skip;
  if (typeof limit === 'number') {
    command.limit = Math.abs(limit);
    if (limit < 0) command.singleBatch = true;
  }
  if (typeof batchSize !== 'number') return;
  if (batchSize < 0) command.limit = -batchSize;
  // One more, so that the server closes the cursor by itself.
  else command.batchSize = batchSize === limit ? batchSize + 1 : batchSize;
}

function findCommand(collection, filter, options) {
  const command = { find: collection, filter };
  if (options.sort) command.sort = formatSort(options.sort);
  if (options.projection) command.projection = projectionOf(options.projection);
  if (options.hint) command.hint = normalizeHint(options.hint);
  addLimits(command, options);
  if (typeof options.singleBatch === 'boolean') command.singleBatch = options.singleBatch;
  if (options.comment !== undefined) command.comment = options.comment;
  if (options.max) command.max = options.max;
  if (options.min) command.min = options.min;
  for (const name of BOOLEANS) if (typeof options[name] === 'boolean') command[name] = options[name];
  if (typeof options.timeout === 'boolean') command.noCursorTimeout = !options.timeout;
  if (options.let) command.let = options.let;
  return command;
}

class FindCursor extends AbstractCursor {
  constructor(client, namespace, filter, options) {
    super(client, namespace.db, options);
    this.s.collection = namespace.collection;
    this.s.filter = filter;
    this.s.returned = 0;
    if (options.sort != null) options.sort = formatSort(options.sort);
  }

  _namespace() {
    return `${this.s.dbName}.${this.s.collection}`;
  }

  _filter() {
    const { filter } = this.s;
    if (filter != null && (typeof filter !== 'object' || Array.isArray(filter))) {
      throw new MongoInvalidArgumentError('Query filter must be a plain object or ObjectId');
    }
    return filter?._bsontype === 'ObjectId' ? { _id: filter } : filter;
  }

  _command(options) {
    return decorate(findCommand(this.s.collection, this._filter(), options), options);
  }

  _open() {
    const { options } = this.s;
    this.s.returned = 0;
    return { command: explained(this._command(options), options.explain), options };
  }

  _took(batch) {
    super._took(batch);
    this.s.returned += this.bufferedCount();
  }

  _more() {
    const more = super._more();
    const { limit } = this.s.options;
    if (limit > 0 && more.batchSize > limit - this.s.returned) more.batchSize = limit - this.s.returned;
    if (more.batchSize <= 0) delete more.batchSize;
    return more;
  }

  clone() {
    const { session, ...options } = this.s.options;
    return new FindCursor(this.client, { db: this.s.dbName, collection: this.s.collection }, this.s.filter, options);
  }

  async count(options) {
    const at = here();
    if (typeof options === 'boolean') throw new MongoInvalidArgumentError('Invalid first parameter to count');
    const merged = { ...this.s.options, ...options };
    return (await run(this.s.dbName, countCommand(this.s.collection, this._filter(), merged), merged, at)).n;
  }

  async explain(verbosity = true) {
    return run(this.s.dbName, explained(this._command(this.s.options), verbosity), this.s.options, here());
  }

  filter(filter) {
    this._set('comment', this.s.options.comment);
    this.s.filter = filter;
    return this;
  }

  project(value) {
    return this._set('projection', value);
  }

  sort(sort, direction) {
    if (this.s.options.tailable) throw new MongoTailableCursorError('Tailable cursor does not support sorting');
    return this._set('sort', formatSort(sort, direction));
  }

  limit(value) {
    if (this.s.options.tailable) throw new MongoTailableCursorError('Tailable cursor does not support limit');
    if (typeof value !== 'number') throw new MongoInvalidArgumentError('Operation "limit" requires an integer');
    return this._set('limit', value);
  }

  skip(value) {
    if (this.s.options.tailable) throw new MongoTailableCursorError('Tailable cursor does not support skip');
    if (typeof value !== 'number') throw new MongoInvalidArgumentError('Operation "skip" requires an integer');
    return this._set('skip', value);
  }

  maxAwaitTimeMS(value) {
    if (typeof value !== 'number') throw new MongoInvalidArgumentError('Argument for maxAwaitTimeMS must be a number');
    return this._set('maxAwaitTimeMS', value);
  }

  allowDiskUse(allow = true) {
    if (!this.s.options.sort) throw new MongoInvalidArgumentError('Option "allowDiskUse" requires a sort specification');
    return this._set('allowDiskUse', !!allow);
  }

  addQueryModifier(name, value) {
    const options = { orderby: 'sort', showDiskLoc: 'showRecordId' };
    const known = ['comment', 'explain', 'hint', 'max', 'maxTimeMS', 'min', 'orderby', 'query', 'returnKey', 'showDiskLoc'];
    if (name[0] !== '$') throw new MongoInvalidArgumentError(`${name} is not a valid query modifier`);
    const field = name.slice(1);
    if (!known.includes(field)) throw new MongoInvalidArgumentError(`Invalid query modifier: ${name}`);
    if (field === 'query') return this.filter(value);
    return this._set(options[field] ?? field, field === 'orderby' ? formatSort(value) : value);
  }
}

for (const name of ['hint', 'min', 'max', 'returnKey', 'showRecordId', 'comment', 'collation']) {
  Object.defineProperty(FindCursor.prototype, name, {
    value: { [name](value) { return this._set(name, value); } }[name],
    configurable: true, enumerable: false, writable: true,
  });
}

function countCommand(collection, filter, options) {
  const command = { count: collection, query: filter };
  if (typeof options.limit === 'number') command.limit = options.limit;
  if (typeof options.skip === 'number') command.skip = options.skip;
  if (options.hint != null) command.hint = options.hint;
  return decorate(command, options);
}

module.exports = { FindCursor, countCommand };

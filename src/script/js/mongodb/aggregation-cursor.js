// SPDX-License-Identifier: Apache-2.0
'use strict';

const { WriteConcern } = require('mongodb/concerns');
const { AbstractCursor } = require('mongodb/cursor');
const { MongoInvalidArgumentError, here } = require('mongodb/errors');
const { decorate, explained, run } = require('mongodb/execute');

const STAGES = ['group', 'limit', 'match', 'out', 'project', 'lookup', 'redact', 'skip', 'sort', 'unwind', 'geoNear'];

function aggregateCommand(target, pipeline, options, writes) {
  const command = { aggregate: target, pipeline };
  if (writes && options.writeConcern && !options.session?.inTransaction()) WriteConcern.apply(command, options.writeConcern);
  if (options.bypassDocumentValidation === true) command.bypassDocumentValidation = true;
  if (typeof options.allowDiskUse === 'boolean') command.allowDiskUse = options.allowDiskUse;
  if (options.hint) command.hint = options.hint;
  if (options.let) command.let = options.let;
  if (options.comment !== undefined) command.comment = options.comment;
  command.cursor = { ...options.cursor };
  if (options.batchSize && !writes) command.cursor.batchSize = options.batchSize;
  return command;
}

class AggregationCursor extends AbstractCursor {
  constructor(client, namespace, pipeline, options) {
    super(client, namespace.db, options);
    this.s.collection = namespace.collection; // undefined: the database
    this.s.pipeline = pipeline;
  }

  _namespace() {
    return this.s.collection === undefined ? this.s.dbName : `${this.s.dbName}.${this.s.collection}`;
  }

  get pipeline() {
    return this.s.pipeline;
  }

  _command(options) {
    const { cursor, out } = options;
    if (cursor != null && typeof cursor !== 'object') {
      throw new MongoInvalidArgumentError('Cursor options must be an object');
    }
    const pipeline = typeof out === 'string' ? [...this.s.pipeline, { $out: out }] : this.s.pipeline;
    const last = pipeline[pipeline.length - 1];
    const writes = !!(last?.$out || last?.$merge);
    return decorate(aggregateCommand(this.s.collection ?? 1, pipeline, options, writes), options);
  }

  _open() {
    return { command: this._command(this.s.options), options: this.s.options };
  }

  async _fetch(at) {
    if (this.s.batch || this.s.options.explain == null) return super._fetch(at);
    return this._took(await this._explainAsBatch(at));
  }

  // {explain: true} on aggregate(): the plan is the only document.
  async _explainAsBatch(at) {
    const plan = await this.explain(this.s.options.explain, at);
    const documents = [plan];
    this.s.fetching = null;
    return {
      id: 0n, isOpen: false, namespace: this._namespace(), drop() {}, shift: () => documents.shift(),
      get left() { return documents.length; },
    };
  }

  clone() {
    const { session, ...options } = this.s.options;
    return new AggregationCursor(this.client, { db: this.s.dbName, collection: this.s.collection }, this.s.pipeline, options);
  }

  async explain(verbosity = true, at = here()) {
    const command = this._command(this.s.options);
    return run(this.s.dbName, explained(command, verbosity), this.s.options, typeof at === 'string' ? at : here());
  }

  addStage(stage) {
    this._set('comment', this.s.options.comment);
    this.s.pipeline.push(stage);
    return this;
  }
}

for (const name of STAGES) {
  Object.defineProperty(AggregationCursor.prototype, name, {
    value: { [name](value) { return this.addStage({ [`$${name}`]: value }); } }[name],
    configurable: true, enumerable: false, writable: true,
  });
}

module.exports = { AggregationCursor };

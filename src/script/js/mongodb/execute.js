// SPDX-License-Identifier: Apache-2.0
// Sends commands: the one way from the driver's classes to C. Reads and changes are told apart there;
// every change goes through godwit's writer.
'use strict';

const { ReadPreference, WriteConcern } = require('mongodb/concerns');
const { MongoServerError, MongoTransactionError, MongoWriteConcernError, here, placeAt } = require('mongodb/errors');
const native = require('mongodb/native');
const { nativeOptions } = require('mongodb/options');

const READS = ['find', 'aggregate', 'count', 'distinct', 'listCollections', 'listIndexes'];
const TAKES_READ_CONCERN = ['find', 'aggregate', 'count', 'distinct', 'geoNear'];

// Options that many commands have, in the driver's order. `skip` names those that this one treats
// by itself.
function decorate(command, options, { isWrite = false, skipCollation = false } = {}) {
  const inTransaction = options.session?.inTransaction() ?? false;
  if (options.readConcern && !inTransaction && TAKES_READ_CONCERN.some((name) => command[name])) {
    command.readConcern = { level: options.readConcern.level };
  }
  if (options.writeConcern && isWrite && !inTransaction) WriteConcern.apply(command, options.writeConcern);
  if (!skipCollation && options.collation && typeof options.collation === 'object') command.collation = options.collation;
  if (typeof options.maxTimeMS === 'number') command.maxTimeMS = options.maxTimeMS;
  return command;
}

// {explain: true | 'executionStats' | {verbosity, maxTimeMS}}
function explained(command, explain) {
  if (explain == null) return command;
  const { verbosity, maxTimeMS } = typeof explain === 'object' ? explain : { verbosity: explain };
  const name = typeof verbosity === 'boolean' ? (verbosity ? 'allPlansExecution' : 'queryPlanner') : verbosity;
  const wrapped = { explain: command, verbosity: name };
  return typeof maxTimeMS === 'number' ? { ...wrapped, maxTimeMS } : wrapped;
}

function withReadPreference(command, options) {
  const preference = ReadPreference.fromOptions(options);
  if (!preference || preference.mode === 'primary') return command;
  if (options.session?.inTransaction()) {
    if (!READS.some((name) => name in command)) return command;
    throw new MongoTransactionError(`Read preference in a transaction must be primary, not: ${preference.mode}`);
  }
  return { ...command, $readPreference: preference.toJSON() };
}

function checked(reply, at) {
  if (reply.writeConcernError) throw placeAt(new MongoWriteConcernError(reply), at);
  return reply;
}

// Run a command and answer the server's reply. `at` is where the script called.
async function run(dbName, command, options, at = here()) {
  const session = options.session?.use(at);
  return checked(await native.command(dbName, withReadPreference(command, options), session, nativeOptions(options, at)), at);
}

// Send a batch of inserts, updates or deletes; errors of single documents are in the reply.
async function write(dbName, command, batchName, batch, options, at = here()) {
  const session = options.session?.use(at);
  return checked(await native.write(dbName, command, session, nativeOptions(options, at), batchName, batch), at);
}

// The same for one statement: its error is thrown.
async function writeOne(dbName, command, batchName, statement, options) {
  const at = here();
  const reply = await write(dbName, command, batchName, [statement], options, at);
  if (reply.code) throw placeAt(new MongoServerError(reply), at);
  if (reply.writeErrors) throw placeAt(new MongoServerError(reply.writeErrors[0]), at);
  return reply;
}

// Hand a write of one document by its _id over, to be sent with others: answers its result, `true`
// where the caller knows that, `false` where it has to be sent by itself.
function gather(dbName, command, batchName, statement, options) {
  if (options.session !== undefined || options.explain != null || !isAcknowledged(options)) return false;
  return native.defer(dbName, command, undefined, nativeOptions(options, here), batchName, [statement]);
}

function isAcknowledged(options) {
  return options.writeConcern?.w !== 0;
}

module.exports = { decorate, explained, gather, isAcknowledged, run, withReadPreference, write, writeOne };

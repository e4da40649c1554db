// SPDX-License-Identifier: Apache-2.0
// The parts of update, delete and findAndModify commands.
'use strict';

const { MongoInvalidArgumentError } = require('mongodb/errors');
const { note } = require('mongodb/legacy-results');
const { driverMajor } = require('mongodb/project-driver');
const { formatSort, hasAtomicOperators } = require('mongodb/options');

function updateStatement(filter, update, options) {
  if (filter == null || typeof filter !== 'object') {
    throw new MongoInvalidArgumentError('Selector must be a valid JavaScript object');
  }
  if (update == null || typeof update !== 'object') {
    throw new MongoInvalidArgumentError('Document must be a valid JavaScript object');
  }
  const statement = { q: filter, u: update };
  if (typeof options.upsert === 'boolean') statement.upsert = options.upsert;
  if (options.multi) statement.multi = options.multi;
  if (options.hint) statement.hint = options.hint;
  if (options.arrayFilters) statement.arrayFilters = options.arrayFilters;
  if (options.collation) statement.collation = options.collation;
  if (!options.multi && options.sort != null) statement.sort = formatSort(options.sort);
  return statement;
}

function deleteStatement(filter, options) {
  const statement = { q: filter, limit: typeof options.limit === 'number' ? options.limit : 0 };
  if (options.collation) statement.collation = options.collation;
  if (options.hint) statement.hint = options.hint;
  return statement;
}

// insert, update or delete without its batch.
function batchCommand(kind, collection, options) {
  const command = { [kind]: collection, ordered: typeof options.ordered === 'boolean' ? options.ordered : true };
  if (kind !== 'delete' && typeof options.bypassDocumentValidation === 'boolean') {
    command.bypassDocumentValidation = options.bypassDocumentValidation;
  }
  if (kind !== 'insert' && options.let) command.let = options.let;
  if (options.comment !== undefined) command.comment = options.comment;
  return command;
}

function needObject(value, name) {
  if (value == null || typeof value !== 'object') {
    throw new MongoInvalidArgumentError(`Argument "${name}" must be an object`);
  }
}

function needNoOperators(replacement) {
  if (hasAtomicOperators(replacement)) {
    throw new MongoInvalidArgumentError('Replacement document must not contain atomic operators');
  }
}

function findAndModifyCommand(collection, filter, options) {
  const command = { findAndModify: collection, query: filter, remove: false, new: false, upsert: false };
  const sort = formatSort(options.sort);
  if (sort) command.sort = sort;
  if (options.projection) command.fields = options.projection;
  if (options.let) command.let = options.let;
  if (options.comment !== undefined) command.comment = options.comment;
  if (options.hint) command.hint = options.hint;
  return command;
}

// {returnOriginal: false} of driver 3; driver 7 does not look at it.
function isAfter({ returnOriginal }) {
  if (returnOriginal === undefined || driverMajor() > 4) return false;
  note('returnOriginal', "use { returnDocument: 'after' }");
  return returnOriginal === false;
}

// The rest of findOneAndUpdate and findOneAndReplace.
function addUpdate(command, update, options) {
  command.update = update;
  command.new = options.returnDocument === 'after' || isAfter(options);
  command.upsert = options.upsert === true;
  if (options.bypassDocumentValidation === true) command.bypassDocumentValidation = true;
  if (options.arrayFilters) command.arrayFilters = options.arrayFilters;
  return command;
}

module.exports = {
  addUpdate, batchCommand, deleteStatement, findAndModifyCommand, needNoOperators, needObject, updateStatement,
};

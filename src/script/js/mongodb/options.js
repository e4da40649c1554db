// SPDX-License-Identifier: Apache-2.0
// What the driver does with options: sort and hint in all their forms, and what a collection takes
// over from its database.
'use strict';

const { ReadConcern, ReadPreference, WriteConcern } = require('mongodb/concerns');
const { MongoInvalidArgumentError } = require('mongodb/errors');

const BSON_OPTIONS = [
  'bsonRegExp', 'enableUtf8Validation', 'ignoreUndefined', 'promoteBuffers', 'promoteLongs', 'promoteValues',
  'serializeFunctions', 'useBigInt64',
];
const IS_BSON_OPTION = new Set(BSON_OPTIONS);

// Options of a client, a database or a collection that go down to what is called on it; undefined
// where there are none, which is the rule.
function inheritable(parent, options) {
  const found = { ...parent };
  for (const name of BSON_OPTIONS) if (options?.[name] !== undefined) found[name] = options[name];
  const concerns = {
    readConcern: ReadConcern.fromOptions(options),
    writeConcern: WriteConcern.fromOptions(options),
    readPreference: ReadPreference.fromOptions(options),
  };
  for (const [name, value] of Object.entries(concerns)) if (value !== undefined) found[name] = value;
  return Object.keys(found).length > 0 ? found : undefined;
}

// As the driver's objects show them: all of them, with what holds where nothing was said.
function bsonOptions(inherited) {
  const shown = {
    raw: false, useBigInt64: false, promoteLongs: true, promoteValues: true, promoteBuffers: false,
    ignoreUndefined: false, bsonRegExp: false, serializeFunctions: false, fieldsAsRaw: {}, enableUtf8Validation: true,
  };
  for (const name of BSON_OPTIONS) if (inherited?.[name] !== undefined) shown[name] = inherited[name];
  return shown;
}

// The options of one call. What the caller gave goes first; a transaction has concerns of its own.
function resolve(inherited, options) {
  const resolved = inherited ? { ...inherited, ...options } : { ...options };
  if (resolved.session?.inTransaction()) {
    delete resolved.readConcern;
    delete resolved.writeConcern;
    return resolved;
  }
  if (resolved.readConcern !== undefined) resolved.readConcern = ReadConcern.fromOptions(resolved);
  if (resolved.writeConcern !== undefined) resolved.writeConcern = WriteConcern.fromOptions(resolved);
  return resolved;
}

// What C wants to know of them.
function nativeOptions(options, at) {
  const found = options.wantsAll ? { at, wantsAll: true } : { at };
  for (const name in options) {
    if (!IS_BSON_OPTION.has(name) || options[name] === undefined) continue;
    found[name] = options[name];
    found.hasBsonOptions = true;
  }
  return found;
}

function isMeta(direction) {
  return typeof direction === 'object' && direction !== null && typeof direction.$meta === 'string';
}

function prepareDirection(direction = 1) {
  if (isMeta(direction)) return direction;
  switch (`${direction}`.toLowerCase()) {
    case 'ascending': case 'asc': case '1': return 1;
    case 'descending': case 'desc': case '-1': return -1;
    default: throw new MongoInvalidArgumentError(`Invalid sort direction: ${JSON.stringify(direction)}`);
  }
}

function isPair(list) {
  if (list.length !== 2) return false;
  try {
    prepareDirection(list[1]);
    return true;
  } catch {
    return false;
  }
}

function formatSort(sort, direction) {
  if (sort == null) return undefined;
  if (typeof sort === 'string') return new Map([[sort, prepareDirection(direction)]]);
  if (typeof sort !== 'object') {
    throw new MongoInvalidArgumentError(`Invalid sort format: ${JSON.stringify(sort)} Sort must be a valid object`);
  }
  const prepare = (entries) => new Map(entries.map(([key, value]) => [`${key}`, prepareDirection(value)]));
  if (sort instanceof Map && sort.size > 0) return prepare([...sort]);
  if (!Array.isArray(sort)) return Object.keys(sort).length > 0 ? prepare(Object.entries(sort)) : undefined;
  if (sort.length === 0) return undefined;
  if (Array.isArray(sort[0])) return prepare(sort);
  return prepare(isPair(sort) ? [sort] : sort.map((key) => [key, 1]));
}

function normalizeHint(hint) {
  if (typeof hint === 'string') return hint;
  if (Array.isArray(hint)) return Object.fromEntries(hint.map((name) => [name, 1]));
  return hint != null && typeof hint === 'object' ? { ...hint } : undefined;
}

function hasAtomicOperators(document, options) {
  if (Array.isArray(document)) return document.some((stage) => hasAtomicOperators(stage));
  const keys = Object.keys(document);
  if (options?.ignoreUndefined && keys.every((key) => document[key] === undefined)) {
    throw new MongoInvalidArgumentError(
      'Update operations require that all atomic operators have defined values, but none were provided.');
  }
  return keys.length > 0 && keys[0][0] === '$';
}

function needAtomicOperators(update, options) {
  if (!hasAtomicOperators(update, options)) throw new MongoInvalidArgumentError('Update document requires atomic operators');
}

module.exports = {
  bsonOptions, formatSort, hasAtomicOperators, inheritable, nativeOptions, needAtomicOperators, normalizeHint, resolve,
};

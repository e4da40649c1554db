// SPDX-License-Identifier: Apache-2.0
// require('mongodb'): what driver 7 exports. The BSON classes are loaded when one of them is asked for.
'use strict';

const loader = require('internal/loader');
require('mongodb/legacy');
const bulk = require('mongodb/bulk');
const { MongoBulkWriteError } = require('mongodb/bulk-result');
const concerns = require('mongodb/concerns');
const { AbstractCursor, CURSOR_FLAGS } = require('mongodb/cursor');
const { errorOf, here, placeAt, ...errors } = require('mongodb/errors');
const lists = require('mongodb/list-cursors');
const { note } = require('mongodb/legacy-results');
const { missingClass } = require('mongodb/missing');
const ObjectId = require('mongodb/objectid');

Object.defineProperty(exports, '__esModule', { value: true });
Object.assign(exports, {
  ...errors,
  ...bulk,
  ...concerns,
  ...require('mongodb/enumerations'),
  ...lists,
  MongoBulkWriteError,
  AbstractCursor,
  CURSOR_FLAGS,
  Admin: require('mongodb/admin').Admin,
  AggregationCursor: require('mongodb/aggregation-cursor').AggregationCursor,
  ClientSession: require('mongodb/session').ClientSession,
  Collection: require('mongodb/collection').Collection,
  Db: require('mongodb/db').Db,
  FindCursor: require('mongodb/find-cursor').FindCursor,
  MongoClient: require('mongodb/client').MongoClient,
  ObjectId,
});

// Until driver 4. An import reads all names: who means this one is found by the loader.
Object.defineProperty(exports, 'ObjectID', {
  get() {
    if (!loader.isListing()) note('ObjectID', 'use ObjectId');
    return ObjectId;
  },
  configurable: true, enumerable: true,
});

for (const name of [
  'CancellationToken', 'ChangeStream', 'ChangeStreamCursor', 'ClientEncryption', 'ExplainableCursor', 'GridFSBucket',
  'GridFSBucketReadStream', 'GridFSBucketWriteStream', 'MongoClientAuthProviders', 'MongoCryptAzureKMSRequestError',
  'MongoCryptCreateDataKeyError', 'MongoCryptCreateEncryptedCollectionError', 'MongoCryptError',
  'MongoCryptInvalidArgumentError', 'MongoCryptKMSRequestNetworkTimeoutError',
]) exports[name] = missingClass(name);

// godwit tells of no events of the connection.
for (const [prefix, names] of Object.entries({
  Command: ['Failed', 'Started', 'Succeeded'],
  Connection: [
    'CheckedIn', 'CheckedOut', 'CheckOutFailed', 'CheckOutStarted', 'Closed', 'Created', 'PoolCleared', 'PoolClosed',
    'PoolCreated', 'PoolMonitoring', 'PoolReady', 'Ready',
  ],
  Server: [
    'Closed', 'DescriptionChanged', 'HeartbeatFailed', 'HeartbeatStarted', 'HeartbeatSucceeded', 'Opening', 'Selection',
    'SelectionFailed', 'SelectionStarted', 'SelectionSucceeded',
  ],
  Topology: ['Closed', 'DescriptionChanged', 'Opening'],
  WaitingForSuitable: ['Server'],
  Srv: ['Polling'],
})) {
  for (const name of names) exports[`${prefix}${name}Event`] = missingClass(`${prefix}${name}Event`);
}

for (const name of [
  'BSON', 'BSONRegExp', 'BSONSymbol', 'BSONType', 'Binary', 'Code', 'DBRef', 'Decimal128', 'Double', 'Int32', 'Long',
  'MaxKey', 'MinKey', 'Timestamp', 'UUID',
]) {
  Object.defineProperty(exports, name, {
    get: () => (name === 'BSON' ? require('bson') : require('bson')[name]), configurable: true, enumerable: true,
  });
}

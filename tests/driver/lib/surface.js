// SPDX-License-Identifier: Apache-2.0
// Prints the names of all methods that the driver's objects have, and of all that its module exports.
'use strict';

const driver = require('mongodb');

function methodsOf(object) {
  const names = new Set();
  for (let at = object; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  return [...names].filter((name) => name !== 'constructor' && !name.startsWith('_') && typeof object[name] === 'function');
}

exports.up = async (db, client) => {
  const collection = db.collection('surface');
  const session = client.startSession();
  const objects = {
    client, db, collection, session, admin: db.admin(), find: collection.find(), aggregate: collection.aggregate(),
    listCollections: db.listCollections(), listIndexes: collection.listIndexes(),
    ordered: collection.initializeOrderedBulkOp(), unordered: collection.initializeUnorderedBulkOp(),
    bulkFind: collection.initializeOrderedBulkOp().find({}), objectId: new driver.ObjectId(), long: driver.Long.ZERO,
    decimal: driver.Decimal128.fromString('1'), binary: new driver.Binary(), uuid: new driver.UUID(),
    timestamp: new driver.Timestamp(0n), double: new driver.Double(1), int32: new driver.Int32(1),
    error: new driver.MongoServerError({ message: 'x' }),
  };
  for (const [kind, object] of Object.entries(objects)) {
    for (const name of methodsOf(object)) console.log(`${kind}.${name}`);
  }
  for (const name of Object.keys(driver)) console.log(`mongodb.${name}`);
  await session.endSession();
};

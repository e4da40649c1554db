// SPDX-License-Identifier: Apache-2.0
// Stands in for mongoose as migrations use it: its types, and the driver's db and client below its
// connection. Schemas and models are the application's.
'use strict';

const driver = require('mongodb');
const { open } = require('mongodb/handles');

function refuse(name) {
  return function () {
    throw Object.assign(new Error(`mongoose.${name}() is not available in godwit`), {
      godwitHint: 'godwit has mongoose.Types, mongoose.connection.db and the calls of its collections; write ' +
        'the change with those, since a model changes with the application and a migration must not. Where it has to be the ' +
        "model, let the project's own Node run the file: // godwit-engine: node",
    });
  };
}

const STATES = Object.assign(Object.create(null), {
  0: 'disconnected', 1: 'connected', 2: 'connecting', 3: 'disconnecting', 99: 'uninitialized',
  disconnected: 0, connected: 1, connecting: 2, disconnecting: 3, uninitialized: 99,
});

// What is below a connection: godwit's own, which is there already and is not a script's to close.
function makeConnection(databaseName) {
  const db = () => (databaseName === undefined ? open().db : open().client.db(databaseName));
  const connection = {
    get db() { return db(); },
    get client() { return open().client; },
    get name() { return db().databaseName; },
    get readyState() { return STATES.connected; },
    models: {},
    states: STATES,
    getClient: () => open().client,
    collection: (name, options) => db().collection(name, options),
    createCollection: (name, options) => db().createCollection(name, options),
    dropCollection: (name) => db().dropCollection(name),
    dropDatabase: () => db().dropDatabase(),
    listCollections: () => db().listCollections().toArray(),
    startSession: async (options) => open().client.startSession(options),
    transaction: (run, options) =>
      open().client.withSession((session) => session.withTransaction(() => run(session), options)),
    useDb: (name) => makeConnection(name),
    asPromise: async () => connection,
    close: async () => undefined,
    once(event, listener) {
      if (event === 'open' || event === 'connected') queueMicrotask(() => listener.call(connection));
      return connection;
    },
    model: refuse('connection.model'),
  };
  for (const name of ['on', 'off', 'removeListener']) connection[name] = () => connection;
  return connection;
}

const connection = makeConnection();

function isValidObjectId(value) {
  if (value == null || typeof value === 'number') return value == null;
  const given = value._id ?? value;
  return driver.ObjectId.isValid(typeof given.toHexString === 'function' ? given.toHexString() : given);
}

function isObjectIdOrHexString(value) {
  return value instanceof driver.ObjectId || (typeof value === 'string' && /^[0-9a-fA-F]{24}$/.test(value));
}

const mongoose = {
  Types: {
    ObjectId: driver.ObjectId, ObjectID: driver.ObjectId,
    get Decimal128() { return driver.Decimal128; },
    get Double() { return driver.Double; },
    get Long() { return driver.Long; },
    get UUID() { return driver.UUID; },
    Buffer, Map,
  },
  mongo: driver,
  connection,
  connections: [connection],
  ConnectionStates: STATES,
  STATES,
  version: '8.0.0',
  connect: async () => mongoose,
  disconnect: async () => undefined,
  createConnection: () => connection,
  startSession: connection.startSession,
  set: () => mongoose,
  get: () => undefined,
  isValidObjectId,
  isObjectIdOrHexString,
  trusted: (value) => value,
};
for (const name of [
  'Aggregate', 'Document', 'Model', 'Mongoose', 'Query', 'Schema', 'deleteModel', 'model', 'modelNames', 'plugin',
  'sanitizeFilter', 'syncIndexes',
]) mongoose[name] = refuse(name);
mongoose.mongoose = mongoose;
mongoose.default = mongoose;

module.exports = mongoose;

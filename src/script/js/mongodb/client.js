// SPDX-License-Identifier: Apache-2.0
// MongoClient. There is one connection: that of the project. A script may open a second client to the
// same servers; it is the same connection again.
'use strict';

const { ReadPreference } = require('mongodb/concerns');
const { Db } = require('mongodb/db');
const { MongoAPIError, MongoInvalidArgumentError, MongoParseError, here, placeAt } = require('mongodb/errors');
const { ADD_LISTENER, ASK_LISTENER, addMissing } = require('mongodb/missing');
const native = require('mongodb/native');
const { bsonOptions, inheritable } = require('mongodb/options');
const { ClientSession } = require('mongodb/session');

const LOCAL = new Set(['127.0.0.1', '::1', '[::1]']);

// mongodb://user:password@host:port,host/database?options
function parse(url) {
  const match = /^mongodb(\+srv)?:\/\/(?:[^@/]*@)?([^/?]*)(?:\/([^?]*))?/i.exec(String(url));
  if (!match) {
    throw new MongoParseError(
      'Invalid scheme, expected connection string to start with "mongodb://" or "mongodb+srv://"');
  }
  const hosts = match[2].toLowerCase().split(',').map((host) => {
    const [, name, port = '27017'] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(host) ?? [null, host];
    return `${LOCAL.has(name) ? 'localhost' : name}:${port}`;
  });
  return { hosts, database: match[3] ? decodeURIComponent(match[3]) : undefined };
}

class MongoClient {
  constructor(url, options = {}) {
    const isOwn = url === undefined && options.isOwn === true;
    const parsed = isOwn ? { database: native.uriDatabase } : parse(url);
    Object.defineProperty(this, 's', {
      value: {
        hosts: parsed.hosts,
        isOwn,
        dbName: parsed.database || 'test',
        inherited: isOwn ? undefined : inheritable(undefined, options),
        sessions: new Set(),
      },
    });
    this.options = Object.freeze({ dbName: this.s.dbName, ...(isOwn ? {} : options) });
  }

  static async connect(url, options) {
    return new MongoClient(url, options).connect();
  }

  #needOurServers() {
    const { hosts, isOwn } = this.s;
    if (isOwn) return;
    const ours = native.isConnected ? parse(native.uri).hosts : [];
    if (hosts.some((host) => ours.includes(host))) return;
    const where = `a connection to ${hosts.join(',')} is not available in godwit`;
    throw placeAt(new MongoAPIError(`${where}: a migration works with the servers of its project`), here());
  }

  async connect() {
    this.#needOurServers();
    return this;
  }

  db(name, options = {}) {
    this.#needOurServers();
    return new Db(this, name || this.s.dbName, options);
  }

  get readPreference() {
    return this.s.inherited?.readPreference ?? ReadPreference.primary;
  }

  get readConcern() {
    return this.s.inherited?.readConcern;
  }

  get writeConcern() {
    return this.s.inherited?.writeConcern;
  }

  get bsonOptions() {
    return bsonOptions(this.s.inherited);
  }

  get timeoutMS() {
    return undefined;
  }

  startSession(options) {
    this.#needOurServers();
    const session = new ClientSession(this, options, (ended) => this.s.sessions.delete(ended));
    this.s.sessions.add(session);
    return session;
  }

  async withSession(...args) {
    const [options, callback] = typeof args[0] === 'function' ? [{}, args[0]] : args;
    if (callback == null) throw new MongoInvalidArgumentError('Missing required callback parameter');
    const session = this.startSession(options);
    try {
      return await callback(session);
    } finally {
      await session.endSession();
    }
  }

  // The connection is the project's and stays; what this client opened goes.
  async close() {
    await Promise.all(Array.from(this.s.sessions, (session) => session.endSession()));
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }

  // Listeners are taken and never called.
  on() {
    return this;
  }

  once() {
    return this;
  }

  off() {
    return this;
  }
}

for (const name of ADD_LISTENER) {
  Object.defineProperty(MongoClient.prototype, name, {
    value: MongoClient.prototype.on, configurable: true, enumerable: false, writable: true,
  });
}
addMissing(MongoClient, 'client', ['watch', 'bulkWrite', ...ASK_LISTENER]);

module.exports = { MongoClient };

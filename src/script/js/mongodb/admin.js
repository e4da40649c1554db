// SPDX-License-Identifier: Apache-2.0
'use strict';

const { MongoUnexpectedServerResponseError, here, placeAt } = require('mongodb/errors');
const { run } = require('mongodb/execute');

class Admin {
  constructor(db) {
    Object.defineProperty(this, 's', { value: { db } });
  }

  async command(command, options) {
    return run('admin', command, { ...options, wantsAll: true }, here());
  }

  async buildInfo(options) {
    return this.command({ buildinfo: 1 }, options);
  }

  async serverInfo(options) {
    return this.command({ buildinfo: 1 }, options);
  }

  async serverStatus(options) {
    return this.command({ serverStatus: 1 }, options);
  }

  async ping(options) {
    return this.command({ ping: 1 }, options);
  }

  async replSetGetStatus(options) {
    return this.command({ replSetGetStatus: 1 }, options);
  }

  async removeUser(username, options) {
    return this.s.db.removeUser(username, { dbName: 'admin', ...options });
  }

  async listDatabases(options) {
    const command = { listDatabases: 1 };
    if (typeof options?.nameOnly === 'boolean') command.nameOnly = options.nameOnly;
    if (options?.filter) command.filter = options.filter;
    if (typeof options?.authorizedDatabases === 'boolean') command.authorizedDatabases = options.authorizedDatabases;
    if (options?.comment !== undefined) command.comment = options.comment;
    return this.command(command, options);
  }

  async validateCollection(name, options = {}) {
    const at = here();
    const { session, ...fields } = options;
    const reply = await run(this.s.db.databaseName, { validate: name, ...fields }, { session }, at);
    const isBroken = (typeof reply.result === 'string' && /exception|corrupt/.test(reply.result)) || reply.valid === false;
    if (isBroken) throw placeAt(new MongoUnexpectedServerResponseError(`Invalid collection ${name}`), at);
    return reply;
  }
}

module.exports = { Admin };

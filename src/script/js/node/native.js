// SPDX-License-Identifier: Apache-2.0
// In the project's own Node: what the binding 'mongo' of C offers the driver's classes, over messages. BSON
// is the package of the project, so that its classes are those of the documents, else the one that godwit
// brings along.
'use strict';

const channel = require('node/channel');

const native = module.exports;
const BSON_OPTIONS = [
  'bsonRegExp', 'promoteBuffers', 'promoteLongs', 'promoteValues', 'useBigInt64',
];

let bson;
let lastSession = 0;
let lastCursor = 0;

function encode(document, options) {
  return bson.serialize(document, {
    ignoreUndefined: options?.ignoreUndefined === true, serializeFunctions: options?.serializeFunctions === true,
  });
}

function decode(bytes, options) {
  const found = {};
  for (const name of BSON_OPTIONS) if (options?.[name] !== undefined) found[name] = options[name];
  return bson.deserialize(bytes, found);
}

function errorOf({ facts, parts }, options) {
  const reply = parts.length > 0 ? decode(parts[0]) : undefined;
  return require('mongodb/errors').errorOf({ ...facts, reply }, options?.at);
}

async function ask(head, parts, options) {
  try {
    return await channel.ask({ ...head, wantsAll: options?.wantsAll }, parts);
  } catch (failure) {
    throw errorOf(failure, options);
  }
}

class RemoteSession {
  constructor(options) {
    this.number = ++lastSession;
    channel.tell({ order: 'session', session: this.number, options });
  }

  get id() {
    throw new Error('session.id is not available where Node runs the migration');
  }

  async begin(at, options) {
    await ask({ request: 'begin', session: this.number, options }, [], at);
  }

  async commit(at) {
    await ask({ request: 'commit', session: this.number }, [], at);
  }

  async abort(at) {
    await ask({ request: 'abort', session: this.number }, [], at);
  }

  end() {
    channel.tell({ order: 'end', session: this.number });
  }
}

class RemoteCursor {
  constructor(options) {
    this.number = ++lastCursor;
    this.options = options;
  }

  take([reply]) {
    const { cursor } = decode(reply, this.options);
    this.id = BigInt(String(cursor.id));
    this.namespace = cursor.ns;
    this.batch = cursor.firstBatch ?? cursor.nextBatch;
    this.at = 0;
    return this;
  }

  get left() {
    return this.batch.length - this.at;
  }

  get isOpen() {
    return this.id !== 0n;
  }

  shift() {
    return this.batch[this.at++];
  }

  async more(options, fields) {
    this.take(await ask({ request: 'more', cursor: this.number }, [encode(fields, { ignoreUndefined: true })], options));
  }

  async kill() {
    this.id = 0n;
    await ask({ request: 'kill', cursor: this.number }, []);
  }

  drop() {
    if (this.isOpen) channel.tell({ order: 'drop', cursor: this.number });
    this.id = 0n;
    this.batch = [];
    this.at = 0;
  }

  moreNow() {
    refuseNow();
  }
}

function refuseNow() {
  throw new Error('Node runs this migration, and reads no cursor without waiting: use `for await`');
}

Object.assign(native, {
  isConnected: false,
  loadClasses: () => bson,
  size: (document, options) => encode(document, options).length,
  note: (text) => channel.tell({ order: 'note', text }),
  // Nothing is gathered here: each write is one message.
  defer: () => false,
  deferInserts: () => false,
  deferUpdate: () => false,
  setLegacyResult() {},
  session: (options) => new RemoteSession(options),
  openNow: refuseNow,

  async command(db, command, session, options) {
    const [reply] = await ask({ request: 'command', db, session: session?.number }, [encode(command, options)], options);
    return decode(reply, options);
  },

  async write(db, command, session, options, batchName, batch) {
    const parts = [command, ...batch].map((document) => encode(document, options));
    const [reply] = await ask({ request: 'write', db, session: session?.number, batchName }, parts, options);
    return decode(reply, options);
  },

  async open(db, command, session, options) {
    const cursor = new RemoteCursor(options);
    const head = { request: 'open', db, session: session?.number, cursor: cursor.number };
    return cursor.take(await ask(head, [encode(command, options)], options));
  },

  // `classes` is a package bson; `facts` are those of the binding.
  setUp(classes, facts) {
    bson = classes;
    Object.assign(native, facts);
  },
});

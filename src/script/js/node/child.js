// SPDX-License-Identifier: Apache-2.0
// In the project's own Node: loads a migration and calls its functions for godwit.
'use strict';

const calls = require('internal/calls');
const channel = require('node/channel');
const connections = require('node/connections');
const native = require('mongodb/native');

let nodeImport;
let loaded;
let handles;
let isCalled = false; // godwit waits for an answer
let early; // what went wrong before anybody asked

function describe(thrown) {
  if (!(thrown instanceof Error) && typeof thrown?.message !== 'string') {
    return { isError: false, message: typeof thrown === 'string' ? thrown : require('util').inspect(thrown) };
  }
  const { name, message, code, codeName, errorLabels: labels } = thrown;
  return { isError: true, name, message, code, codeName, labels, stack: String(thrown.stack ?? '') };
}

// The first one counts.
function fail(facts) {
  if (!isCalled) {
    early ??= facts;
    return;
  }
  isCalled = false;
  channel.hold(true);
  channel.tell({ failed: facts });
}

function answer(value) {
  if (!isCalled) return;
  isCalled = false;
  channel.hold(true);
  channel.tell(value);
}

const turn = () => new Promise((resolve) => { setImmediate(resolve); });

// A function is done when all that it asked of the database is done, and nothing of that was rejected
// with nobody to handle it.
async function drain() {
  const wasBusy = channel.pending() > 0;
  do await turn(); while (channel.pending() > 0);
  await turn();
  return wasBusy;
}

// A package with its dependencies is found from the file; bson is one of the driver's.
function findBson(path) {
  const { createRequire } = require('module');
  const own = createRequire(path);
  for (const from of [() => createRequire(own.resolve('mongodb')), () => createRequire(own.resolve('mongoose')), () => own]) {
    try {
      const found = from()('bson');
      if (typeof found.serialize === 'function') return found;
    } catch {
      // The next one; godwit has one of its own.
    }
  }
  return require('npm:bson');
}

function setUp({ load: path, root, isConnected, database, uriDatabase, uri, secretUri }) {
  process.argv[1] = path;
  process.env.GODWIT_DATABASE = database;
  if (secretUri !== undefined) {
    process.env.GODWIT_URI = secretUri;
    process.env.MONGODB_URI ??= secretUri;
  }
  require('node/source').root = root;
  native.setUp(findBson(path), { isConnected, database, uriDatabase, uri });
  require('mongodb/legacy');
  handles = isConnected ? require('mongodb/handles').open(database) : {};
}

const IS_MODULE = new Set(['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE', 'ERR_UNKNOWN_FILE_EXTENSION']);

// As Node has it for the file; require() first, since loaders for TypeScript may know that alone.
async function loadFile(path) {
  const { createRequire } = require('module');
  const { pathToFileURL } = require('url');
  if (/\.mjs$|\.mts$/.test(path)) return nodeImport(pathToFileURL(path).href);
  try {
    return createRequire(path)(path);
  } catch (error) {
    if (!IS_MODULE.has(error?.code)) throw error;
    return nodeImport(pathToFileURL(path).href);
  }
}

async function load(told) {
  setUp(told);
  // What waits for a connection that is held can't be loaded now: what it has is seen when it runs.
  const unknown = { hasUp: true, hasDown: true, hasValidate: true };
  const held = told.onlyLoads ? setInterval(() => {
    if (connections.heldCount() > 0) answer({ answer: unknown });
  }, 100).unref() : undefined;
  loaded = await loadFile(told.load);
  clearInterval(held);
  return { answer: calls.factsOf(loaded) };
}

async function call(name) {
  const value = await calls.call(loaded, name, handles.db, handles.client);
  const wasBusy = await drain();
  return { answer: { value: value === false ? false : null }, wasBusy };
}

function hear(told) {
  isCalled = true;
  channel.hold(false);
  if (early) {
    fail(early);
    return;
  }
  (told.call ? call(told.call) : load(told)).then(answer, (error) => fail(describe(error)));
}

function watchEnd(end) {
  process.exit = (status = process.exitCode ?? 0) => {
    channel.tellNow({ exit: status, stack: new Error('exit').stack });
    end(status);
  };
  process.on('uncaughtException', (error) => fail(describe(error)));
  process.on('unhandledRejection', (reason) => fail({
    ...describe(reason), hint: "The promise that failed is not awaited: put 'await' or 'return' before it.",
  }));
  process.on('beforeExit', () => {
    if (isCalled) channel.tellNow({ isStuck: true });
  });
}

function run(load) {
  nodeImport = load;
  const end = process.exit.bind(process);
  channel.open(hear, () => end(0));
  channel.hold(true);
  watchEnd(end);
  connections.watch((facts) => fail({ isError: true, ...facts, name: 'Error', stack: '' }));
}

module.exports = { run };

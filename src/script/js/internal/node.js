// SPDX-License-Identifier: Apache-2.0
// A migration that the project's own Node runs. What it asks of the database is done here, so that it
// goes through godwit's writer; what it prints is printed as the script's.
'use strict';

const child = binding('child');
const { write } = binding('console');
const { root } = binding('source');
const { pack, unpack } = require('internal/messages');
const native = require('mongodb/native');
const { serve } = require('internal/node-service');

const [MESSAGE, OUTPUT, ERROR_OUTPUT, ENDED] = [0, 1, 2, 3];
const FUNCTIONS = ['up', 'down', 'validate'];

// Reads the first message, which is the program, and runs it. It is all that stands on the command line.
const BOOTSTRAP = "const f=require('fs'),r=(n)=>{const b=Buffer.alloc(n);for(let i=0;i<n;){const k=f.readSync(3,b,i,n-i);"
  + "if(!k)process.exit(1);i+=k}return b};"
  + "require('vm').runInThisContext(r(r(4).readUInt32LE()).toString(),{filename:'godwit:node'})(require,(u)=>import(u))";

const decoders = { [OUTPUT]: new TextDecoder(), [ERROR_OUTPUT]: new TextDecoder() };

function withHint(error, hint) {
  return Object.assign(error, { godwitHint: hint });
}

// As it was thrown there. Node's own frames, and those of what godwit brings along, are nobody's.
function errorOf({ name, message, code, codeName, labels, stack, isError, hint }) {
  if (!isError) return message;
  const error = new Error(message);
  const frames = stack.split('\n').filter((line) => /^\s*at /.test(line) && !/\bgodwit:|\bnode:|\[eval\]/.test(line));
  const shown = frames.map((frame) => decodeURI(frame.replace('file://', ''))).join('\n');
  for (const [key, value] of Object.entries({ name, code, codeName, errorLabels: labels, stack: shown })) {
    if (value !== undefined) Object.defineProperty(error, key, { value, configurable: true, enumerable: false });
  }
  return hint ? withHint(error, hint) : error;
}

function endedError(status) {
  if (status > 128) return new Error(`Node was ended by signal ${status - 128} before it was done`);
  return withHint(new Error(`Node ended with status ${status} before it was done`),
    'What it printed says why, where anything does.');
}

function exitError({ exit, stack }) {
  return withHint(errorOf({ name: 'Error', message: `process.exit(${exit}) was called`, stack, isError: true }),
    'A script that godwit runs has to return or throw instead.');
}

function tell(head, parts) {
  child.send(pack(head, parts));
}

// Wait for the answer to what was told, and do meanwhile what it asks for.
async function ask(head, what) {
  tell(head);
  for (;;) {
    const [kind, data] = await child.next();
    if (kind === ENDED) throw endedError(data);
    if (kind !== MESSAGE) {
      write(decoders[kind].decode(data, { stream: true }), kind === ERROR_OUTPUT);
      continue;
    }
    const { head: told, parts } = unpack(data);
    if (told.exit !== undefined) throw exitError(told);
    if (told.failed) throw errorOf(told.failed);
    if (told.isStuck) throw new Error(`${what} never settled: it awaits a promise that nothing will resolve`);
    if (told.answer === undefined) {
      serve(told, parts, tell);
      continue;
    }
    if (told.wasBusy) native.note(`${what} did not await all of its work: godwit has waited for it`);
    return told.answer;
  }
}

function start() {
  try {
    child.start(BOOTSTRAP);
  } catch (error) {
    throw withHint(new Error(`the project's own Node is to run this file: ${error.message}`),
      'Install Node, or say where it is: "node.program" in the configuration, or GODWIT_NODE.');
  }
  child.send(new TextEncoder().encode(require('internal/node-program')));
}

// An object with the functions that the file has.
async function load(path) {
  start();
  const { isConnected, database, uriDatabase, uri } = native;
  const facts = await ask({
    load: path, root, isConnected, database, uriDatabase, uri, secretUri: child.uri, onlyLoads: child.onlyLoads,
  }, 'loading the file');
  const { id, description, author, createdAt } = facts;
  const migration = { id, description, author, createdAt };
  for (const name of FUNCTIONS) {
    if (!facts[`has${name[0].toUpperCase()}${name.slice(1)}`]) continue;
    migration[name] = async () => (await ask({ call: name }, `${name}()`)).value;
  }
  return migration;
}

module.exports = { load };

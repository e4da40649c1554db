// SPDX-License-Identifier: Apache-2.0
// Migrations that are lists of commands: 000001_name.up.json, .down.json as golang-migrate has them, and
// .validate.json, which only godwit reads.
'use strict';

const { parse } = require('internal/extended-json');
const { stat, read, listsInTransaction } = binding('source');

const FILE = 1;
const NAME = /\.(up|down)\.json$/;

function fail(path, message) {
  throw Object.assign(new SyntaxError(message), { fileName: path, lineNumber: 1, columnNumber: 1 });
}

// The commands of a file, or null where there is no such file.
function readList(path) {
  if (stat(path) !== FILE) return null;
  const list = parse(read(path), path);
  if (!Array.isArray(list)) fail(path, 'a migration in JSON is an array of commands');
  for (const command of list) {
    if (!(command instanceof Map) || command.size === 0) fail(path, 'each command is an object: {"insert": "users", ...}');
  }
  return list;
}

// The command's name has to come first, and it does: these keys are no numbers.
const commandOf = (entries) => Object.fromEntries(entries);

function placed(error, path, row, entries) {
  const [name] = entries.keys();
  error.message = `command ${row + 1}, '${name}': ${error.message}`;
  return Object.assign(error, { fileName: path, lineNumber: 0, columnNumber: 0 });
}

async function runCommand(db, entries, options) {
  const { MongoServerError } = require('mongodb');
  const reply = await db.command(commandOf(entries), options);
  // The server answers ok to a batch whose writes failed.
  if (reply.writeErrors?.length > 0) throw new MongoServerError(reply.writeErrors[0]);
  return reply;
}

async function runAll(db, path, list, options) {
  for (const [row, entries] of list.entries()) {
    try {
      await runCommand(db, entries, options);
    } catch (error) {
      throw placed(error, path, row, entries);
    }
  }
}

// In one transaction where golang-migrate's x-transaction-mode says so.
function runner(path, list) {
  if (!listsInTransaction || list.length === 0) return (db) => runAll(db, path, list);
  return (db, client) => client.withSession((session) => (
    session.withTransaction(() => runAll(db, path, list, { session }))));
}

// How many a command found: the n of count, the documents of find and aggregate, the values of distinct.
function countOf(reply) {
  return reply.n ?? reply.cursor?.firstBatch.length ?? reply.values?.length;
}

// [{"expect": 0, "command": {"count": "users", "query": {...}}}]
function validator(path, list) {
  for (const entries of list) {
    if (!entries.has('expect') || !(entries.get('command') instanceof Map)) {
      fail(path, 'each check is {"expect": a number, "command": {"count": "users", "query": {...}}}');
    }
  }
  return async (db) => {
    for (const [row, entries] of list.entries()) {
      const command = entries.get('command');
      let found;
      try {
        found = countOf(await runCommand(db, command));
      } catch (error) {
        throw placed(error, path, row, command);
      }
      const wanted = Number(entries.get('expect'));
      if (found !== wanted) throw placed(new Error(`expected ${wanted}, found ${found}`), path, row, command);
    }
  };
}

// `path` is the .up.json, or the .down.json where there is no other: then up only moves the version.
function load(path) {
  const stem = path.replace(NAME, '');
  const [up, down, validate] = ['up', 'down', 'validate'].map((kind) => `${stem}.${kind}.json`);
  const lists = { up: readList(up) ?? [], down: readList(down), validate: readList(validate) };
  const migration = { up: runner(up, lists.up) };
  if (lists.down) migration.down = runner(down, lists.down);
  if (lists.validate) migration.validate = validator(validate, lists.validate);
  return migration;
}

module.exports = { load };

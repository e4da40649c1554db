// SPDX-License-Identifier: Apache-2.0
// Does what a migration in the project's own Node asks of the database. Documents stay BSON.
'use strict';

const { onlyLoads } = binding('child');
const native = require('mongodb/native');

const sessions = new Map();
const cursors = new Map();

function describe(error) {
  const { message, code, codeName } = error;
  const name = error[Symbol.for('godwit.error')] ?? 'bug';
  return { name, message, code: Number(code ?? 0), codeName, labels: error.errorLabels ?? [] };
}

function optionsOf({ wantsAll }) {
  return { isRaw: true, wantsAll };
}

const cursorAnswer = (number, cursor) => {
  if (cursor.isOpen) cursors.set(number, cursor);
  else cursors.delete(number);
  return [cursor.reply];
};

// Each answers a promise of the parts to send back.
const REQUESTS = {
  async command(told, [command]) {
    return [await native.command(told.db, command, sessions.get(told.session), optionsOf(told))];
  },
  async write(told, [command, ...batch]) {
    return [await native.write(told.db, command, sessions.get(told.session), optionsOf(told), told.batchName, batch)];
  },
  async open(told, [command]) {
    return cursorAnswer(told.cursor, await native.open(told.db, command, sessions.get(told.session), optionsOf(told)));
  },
  async more(told, [options]) {
    const cursor = cursors.get(told.cursor);
    await cursor.more({}, native.deserialize(options));
    return cursorAnswer(told.cursor, cursor);
  },
  async kill(told) {
    await cursors.get(told.cursor)?.kill();
    cursors.delete(told.cursor);
    return [];
  },
  async begin(told) {
    await sessions.get(told.session).begin({}, told.options);
    return [];
  },
  async commit(told) {
    await sessions.get(told.session).commit({});
    return [];
  },
  async abort(told) {
    await sessions.get(told.session).abort({});
    return [];
  },
  // A connection that godwit does not see. Held where the file is only looked at.
  async beyond(told) {
    if (onlyLoads || !native.isConnected) return new Promise(() => {});
    native.note(`it opens a connection of its own, to ${told.where}: what is written through that can't be undone from data`);
    await native.command(native.database, { godwitBeyond: told.where }, undefined, {});
    return [];
  },
};

// Asked for without an answer.
const ORDERS = {
  session: ({ session, options }) => sessions.set(session, native.session(options)),
  end({ session }) {
    sessions.get(session)?.end();
    sessions.delete(session);
  },
  drop({ cursor }) {
    cursors.get(cursor)?.drop();
    cursors.delete(cursor);
  },
  note: ({ text }) => native.note(text),
};

function serve(told, parts, tell) {
  if (ORDERS[told.order]) {
    ORDERS[told.order](told);
    return;
  }
  const { id } = told;
  REQUESTS[told.request](told, parts).then(
    (answer) => tell({ id }, answer),
    (error) => tell({ id, error: describe(error) }, error.errorResponse ? [native.serialize(error.errorResponse)] : []),
  );
}

module.exports = { serve };

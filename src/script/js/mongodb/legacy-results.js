// SPDX-License-Identifier: Apache-2.0
// What older drivers answered beside what driver 7 does, and one note for each use of it.
'use strict';

const native = require('mongodb/native');

const noted = new Set();

// Once for each name.
function noteOnce(name, text) {
  if (noted.has(name)) return;
  noted.add(name);
  native.note(text);
}

function note(name, instead) {
  noteOnce(name, `${name} is not in driver 7 any more; godwit still runs it: ${instead}`);
}

// Arguments behind those that a method takes: no driver looks at them, whatever they were meant to do.
function noteStray(name, count) {
  const what = count === 1 ? 'one argument' : `${count} arguments`;
  noteOnce(`stray ${name}`, `${name}() takes ${what}: what stands behind has no effect`);
}

function addGetter(outcome, name, instead, get) {
  Object.defineProperty(outcome, name, {
    get() {
      note(`.${name} of a result`, instead);
      return get();
    },
    configurable: true, enumerable: false,
  });
}

// Driver 3 answered {result: {ok, n, nModified}} beside the counts, and `ops` of inserts.
function withResult(outcome, fields, documents) {
  addGetter(outcome, 'result', 'use its counts, such as modifiedCount', () => ({ ok: 1, ...fields }));
  if (documents) addGetter(outcome, 'ops', 'the documents have their _id', () => documents);
  return outcome;
}

// Results of gathered writes are made in C, which asks for this.
native.setLegacyResult((n, nModified) => {
  note('.result of a result', 'use its counts, such as modifiedCount');
  return nModified === undefined ? { ok: 1, n } : { ok: 1, n, nModified };
});

module.exports = { note, noteStray, withResult };

// SPDX-License-Identifier: Apache-2.0
// Where down() plainly does not take back what up() did. What the text leaves open is left alone: a helper
// that is handed the database may do anything.
import { argumentsOf, bodyOf, collectionOf, fieldsOf } from 'typescript/operations';

const WORDS = new Set(['if', 'for', 'while', 'switch', 'catch', 'function', 'await', 'return', 'typeof', 'Object', 'require']);
const WIPING = new Set(['deleteMany', 'drop', 'dropCollection', 'dropDatabase', 'remove']);
const REWRITING = new Set(['aggregate', 'bulkWrite', 'command', 'findOneAndReplace', 'replaceOne', 'save', 'sweep']);
const UPDATING = new Set(['findOneAndUpdate', 'update', 'updateMany', 'updateOne']);
const INDEXING = new Set(['createIndex', 'createIndexes', 'ensureIndex']);
const UNINDEXING = new Set(['drop', 'dropCollection', 'dropDatabase', 'dropIndex', 'dropIndexes']);
const DROPPING = new Set(['drop', 'dropCollection', 'dropDatabase', 'rename', 'renameCollection']);
const RENAMING = new Set(['rename', 'renameCollection']);

// Whether something else than the driver is called.
function hasHelper(source, { from, to }) {
  for (let at = from; at < to; at++) {
    if (source.text(at) !== '(') continue;
    const name = source.text(at - 1);
    if (/^[\w$]+$/.test(name) && !WORDS.has(name) && source.text(at - 2) !== '.' && source.text(at - 2) !== 'new') return true;
    const inside = source.inside(at, source.ends.get(at) ?? at);
    if (/^(db|client)\b(?!\.)|,(db|client)$/.test(inside)) return true;
  }
  return false;
}

const calls = (source, methods, { from, to }) => [...source.calls(methods, from, to)];

// Calls of `methods` on this collection; on one that the text does not name, too.
function callsOn(source, methods, body, collection) {
  return calls(source, methods, body).filter((call) => {
    const named = collectionOf(source, call.at - 2);
    return named === undefined || collection === undefined || named === collection;
  });
}

// The fields that an update changes: [operator, field], where it is written out.
function* changes(source, call) {
  const update = argumentsOf(source, call)[1];
  for (const [operator, { from }] of (update && fieldsOf(source, update.from)) ?? []) {
    for (const [field, value] of fieldsOf(source, from) ?? []) {
      if (operator === '$rename') yield [operator, source.inside(value.from - 1, value.to).slice(1, -1)];
      else if (operator === '$set' || operator === '$unset') yield [operator, field];
    }
  }
}

// Whether a field is named there, also as a part of 'a.b', or as '$a' in a pipeline.
function names(source, { from, to }, field) {
  for (let at = from; at < to; at++) {
    const [root] = source.text(at).replace(/^['"`]?\$*|['"`]$/g, '').split('.');
    if (root === field) return true;
  }
  return false;
}

function* updatesLeft(source, up, down) {
  if (calls(source, REWRITING, down).length > 0) return;
  for (const call of calls(source, UPDATING, up)) {
    const collection = collectionOf(source, call.at - 2);
    if (callsOn(source, WIPING, down, collection).length > 0) continue;
    for (const [operator, field] of changes(source, call)) {
      if (names(source, down, field.split('.')[0])) continue;
      yield { at: call.at, message: `up() does ${operator} of '${field}', and down() does nothing about it` };
      break;
    }
  }
}

function* made(source, up, down) {
  for (const call of calls(source, INDEXING, up)) {
    if (callsOn(source, UNINDEXING, down, collectionOf(source, call.at - 2)).length > 0) continue;
    yield { at: call.at, message: 'up() makes an index that down() does not drop' };
  }
  for (const call of calls(source, new Set(['createCollection']), up)) {
    if (calls(source, DROPPING, down).length > 0) continue;
    yield { at: call.at, message: 'up() makes a collection that down() does not drop' };
  }
  for (const call of calls(source, RENAMING, up)) {
    if (calls(source, RENAMING, down).length > 0) continue;
    yield { at: call.at, message: 'up() renames a collection, and down() does not rename it back' };
  }
}

export function* findLeft(source) {
  const up = bodyOf(source, 'up');
  const down = bodyOf(source, 'down');
  if (!up || !down || hasHelper(source, down)) return;
  yield* made(source, up, down);
  yield* updatesLeft(source, up, down);
}

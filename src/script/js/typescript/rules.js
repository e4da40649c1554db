// SPDX-License-Identifier: Apache-2.0
// The rules of `godwit check`. Each has a page in docs/rules/ that says why. find() yields what it objects
// to: {at, message}, `at` being a token; ask() what a database would have to be asked: {at, collection, ..}.
import { findLeft } from 'typescript/inverse';
import { bodyOf, collectionOf, indexesMade } from 'typescript/operations';

const LOSING = new Set(['drop', 'dropCollection', 'dropDatabase', 'dropIndex', 'dropIndexes']);
const REMOVING = new Set(['deleteMany', 'remove']);
const WRITING = new Set(['updateOne', 'replaceOne', 'save']);
const FINDING = new Set(['find']);
const TRANSACTION = new Set(['withTransaction']);
const IN_TRANSACTION = new Set([
  'bulkWrite', 'deleteMany', 'deleteOne', 'findOneAndUpdate', 'insertMany', 'insertOne', 'replaceOne', 'updateMany',
  'updateOne',
]);
const NOT_IN_TRANSACTION = new Set([
  'createIndex', 'createIndexes', 'drop', 'dropCollection', 'dropDatabase', 'dropIndex', 'dropIndexes', 'listCollections',
  'listIndexes', 'rename', 'renameCollection',
]);
const FILTERING = new Set([
  'countDocuments', 'deleteMany', 'deleteOne', 'find', 'findOne', 'findOneAndUpdate', 'updateMany', 'updateOne',
]);
const OLD = {
  ensureIndex: 'createIndex', findAndModify: 'findOneAndUpdate', insert: 'insertOne or insertMany',
  remove: 'deleteOne or deleteMany', save: 'replaceOne with upsert', update: 'updateOne or updateMany',
};

// The bodies of `for await (...) {`, `while (...hasNext()) {` and `.forEach(`: [from, to].
function* loops(source) {
  for (let at = 0; at < source.tokens.length; at++) {
    const word = source.text(at);
    const head = word === 'for' ? at + (source.text(at + 1) === 'await' ? 2 : 1) : word === 'while' ? at + 1 : 0;
    if (head > 0 && source.text(head) === '(') {
      const body = (source.ends.get(head) ?? head) + 1;
      yield { at, from: body, to: source.ends.get(body) ?? body + 24 };
    }
    const call = word === 'forEach' ? source.callAt(at) : 0;
    if (call > 0) yield { at, from: call, to: source.ends.get(call) ?? call };
  }
}

// {field: {$exists: false}} in the filter of a call on a collection that is named.
function* missingFields(source) {
  for (const call of source.calls(FILTERING)) {
    const collection = collectionOf(source, call.at - 2);
    for (let at = call.open; collection && at < call.end; at++) {
      if (source.text(at).replace(/['"]/g, '') !== '$exists' || source.text(at + 2) !== 'false') continue;
      if (source.text(at - 1) !== '{' || source.text(at - 2) !== ':') continue;
      yield { at, collection, field: source.text(at - 3).replace(/['"]/g, '') };
    }
  }
}

// Whether what ends at a token is db.collection(..), or a variable that once was.
function isOfCollection(source, end) {
  if (source.text(end) === ')') {
    const open = [...source.ends].find(([, close]) => close === end)?.[0] ?? 0;
    return source.text(open - 1) === 'collection';
  }
  const name = source.text(end);
  for (let at = 0; at < source.tokens.length; at++) {
    if (source.text(at) !== name || source.text(at + 1) !== '=') continue;
    for (let next = at + 2; next < at + 8; next++) if (source.callAt(next, 'collection') > 0) return true;
  }
  return false;
}

export const RULES = [
  {
    name: 'loop-of-writes',
    level: 'note',
    *find(source) {
      for (const { from, to } of loops(source)) {
        for (const { at, name } of source.calls(WRITING, from, to)) {
          yield { at, message: `${name} in a loop: one updateMany with a pipeline, or sweep(), does it in fewer round trips` };
        }
      }
    },
  },
  {
    name: 'missing-down',
    level: 'note',
    *find(source, { hasDown }) {
      if (hasDown) return;
      yield { at: 0, message: 'there is no down(): godwit reverts it from recorded data, while that is kept' };
    },
  },
  {
    name: 'unbounded-to-array',
    level: 'warning',
    *find(source) {
      for (const { at, open, end } of source.calls(FINDING)) {
        if (!['', '{}'].includes(source.inside(open, end))) continue;
        let next = end;
        let isBounded = false;
        while (source.text(next + 1) === '.' && source.text(next + 3) === '(') {
          if (source.text(next + 2) === 'limit') isBounded = true;
          if (source.text(next + 2) === 'toArray' && !isBounded) {
            yield { at, message: 'find() of a whole collection, all of it in memory: use for await, or a filter' };
          }
          next = source.ends.get(next + 3) ?? source.tokens.length;
        }
      }
    },
  },
  {
    name: 'destructive',
    level: 'warning',
    *find(source) {
      for (const { at, name } of source.calls(LOSING)) yield { at, message: `${name} loses what is there` };
      for (const { at, name, open, end } of source.calls(REMOVING)) {
        if (['', '{}'].includes(source.inside(open, end))) yield { at, message: `${name} of everything in the collection` };
      }
    },
  },
  {
    name: 'not-in-a-transaction',
    level: 'warning',
    *find(source) {
      for (const { open, end } of source.calls(TRANSACTION)) {
        for (const { at, name } of source.calls(NOT_IN_TRANSACTION, open, end)) {
          yield { at, message: `${name} inside withTransaction: the server refuses it there, or runs it outside` };
        }
      }
    },
  },
  {
    name: 'session-not-passed',
    level: 'warning',
    *find(source) {
      for (const transaction of source.calls(TRANSACTION)) {
        for (const { at, name, open, end } of source.calls(IN_TRANSACTION, transaction.open, transaction.end)) {
          if (source.has('session', open, end)) continue;
          yield { at, message: `${name} inside withTransaction without { session }: it is not a part of the transaction` };
        }
      }
    },
  },
  {
    name: 'down-not-inverse',
    level: 'warning',
    find: findLeft,
  },
  {
    name: 'index-exists',
    level: 'note',
    *find(source, { indexes }) {
      const up = bodyOf(source, 'up');
      for (const { at, collection, keys } of up ? indexesMade(source, up) : []) {
        const before = keys && indexes.find((index) => index.collection === collection && index.keys === keys);
        if (before) yield { at, message: `the index ${keys} of '${collection}' was made by ${before.file} already` };
      }
    },
    *ask(source) {
      const up = bodyOf(source, 'up');
      for (const made of up ? indexesMade(source, up) : []) if (made.collection && made.keys) yield made;
    },
  },
  {
    name: 'exists-false',
    level: 'warning',
    ask: missingFields,
  },
  {
    name: 'old-driver',
    level: 'note',
    *find(source) {
      for (const { at, name } of source.calls(new Set(Object.keys(OLD)))) {
        // hash.update() and set.remove() are no collection's.
        if (!isOfCollection(source, at - 2)) continue;
        yield { at, message: `${name} is not in driver 7 any more: use ${OLD[name]}` };
      }
      for (let at = 0; at < source.tokens.length; at++) {
        if (source.text(at) === 'ObjectID') yield { at, message: 'ObjectID is not in driver 7 any more: use ObjectId' };
      }
    },
  },
];

// SPDX-License-Identifier: Apache-2.0
// What godwit offers beside the driver.
'use strict';

const { inspect } = require('util');
const { here } = require('mongodb/errors');
const native = require('mongodb/native');

const DELETE = Symbol('sweep.delete');

// As much of a document as an error shows of it.
const SHOWN = 500;

function nameOf(document) {
  const json = native.show(document);
  const shown = json.length > SHOWN ? `${json.slice(0, SHOWN)} ...` : json;
  return `the document { _id: ${inspect(document?._id)} }, which is ${shown}`;
}

// The same error, so that its place stays, with the document that it is about.
function blame(thrown, document) {
  const error = thrown instanceof Error ? thrown : new Error(`sweep: the function threw ${inspect(thrown)}`);
  error.message = `${error.message} (sweep, at ${nameOf(document)})`;
  return error;
}

function refuse(document, why) {
  return new TypeError(`sweep: the function ${why} for ${nameOf(document)}: it may answer an update such as `
    + '{ $set: { .. } }, a pipeline, a whole document, null to leave it, or sweep.delete');
}

// null, {d: true} or {u: update}
function changeOf(answer, document, mayLose) {
  if (answer === null || answer === undefined) return null;
  if (answer === DELETE) {
    if (!mayLose) throw refuse(document, 'answered sweep.delete, which has to stand in its own text,');
    return { d: true };
  }
  if (typeof answer !== 'object' || answer instanceof Date || answer._bsontype !== undefined) {
    throw refuse(document, `answered ${inspect(answer)}`);
  }
  if (typeof answer.then === 'function') throw refuse(document, 'answered a promise');
  return { u: answer };
}

// What changes it, or, where bad ones are left as they are, {b: why}: the document is written beside that.
function decideOne(transform, mayLose, document) {
  const skips = native.skipsBad();
  let answer;
  try {
    answer = transform(document);
  } catch (error) {
    if (skips) return { b: String(error instanceof Error ? error.message : error) };
    throw blame(error, document);
  }
  if (!skips || answer === DELETE) return changeOf(answer, document, mayLose);
  try {
    return changeOf(answer, document, mayLose);
  } catch {
    return { b: `the function answered ${typeof answer?.then === 'function' ? 'a promise' : inspect(answer)}` };
  }
}

function decider(transform, mayLose) {
  return (documents) => documents.map((document) => decideOne(transform, mayLose, document));
}

// Where nothing is journaled, as in a dry run: one after the other, as a script would.
async function oneByOne(collection, filter, decide) {
  const counts = { matchedCount: 0, modifiedCount: 0, deletedCount: 0 };
  for await (const document of collection.find(filter)) {
    const [change] = decide([document]);
    if (change === null || change.b !== undefined) continue;
    counts.matchedCount++;
    const query = { _id: document._id };
    if (change.d) counts.deletedCount += (await collection.deleteOne(query)).deletedCount;
    else if (Array.isArray(change.u) || Object.keys(change.u)[0]?.startsWith('$')) {
      counts.modifiedCount += (await collection.updateOne(query, change.u)).modifiedCount;
    } else counts.modifiedCount += (await collection.replaceOne(query, change.u)).modifiedCount;
  }
  return { acknowledged: true, ...counts };
}

// Change each document that matches by what the function answers for it. The function sees the
// document as the transaction does that writes the answer.
async function sweep(collection, filter, transform) {
  const at = here();
  if (typeof collection?.collectionName !== 'string') {
    throw new TypeError('sweep: the first argument has to be a collection, such as db.collection("users")');
  }
  if (filter === null || typeof filter !== 'object') throw new TypeError('sweep: the filter has to be an object; {} is all');
  if (typeof transform !== 'function') throw new TypeError('sweep: the last argument has to be a function of a document');
  const text = Function.prototype.toString.call(transform);
  const mayLose = /delete|\$unset|\$rename/.test(text);
  const decide = decider(transform, mayLose);
  if (!native.canSweep()) return oneByOne(collection, filter, decide);
  // The text is what tells this sweep from others when a run goes on where an earlier one was.
  const command = { sweep: collection.collectionName, filter, mayLose, text };
  const reply = await native.sweep(collection.dbName, command, undefined, { at }, decide);
  return {
    acknowledged: true, matchedCount: reply.n ?? 0, modifiedCount: reply.nModified ?? 0, deletedCount: reply.nDeleted ?? 0,
  };
}

sweep.delete = DELETE;

module.exports = { sweep };

// SPDX-License-Identifier: Apache-2.0
// In the project's own Node: the messages to godwit and back.
'use strict';

const fs = require('fs');
const net = require('net');
const { pack, unpack } = require('internal/messages');

const FD = 3;
const AGAIN = new Set(['EAGAIN', 'EINTR']);

let socket;
let arrived = []; // in pieces, until a message is whole
let size = 0;
let wanted = 4;
let isHeld = false;
const waiting = new Map();
let lastId = 0;

// Node ends when nothing is left to wait for, and asks first: then a promise that nothing will settle is
// found. So the socket counts only while godwit is to say something.
function count() {
  if (isHeld || waiting.size > 0) socket.ref();
  else socket.unref();
}

function take(bytes, hear) {
  arrived.push(bytes);
  size += bytes.length;
  while (size >= wanted) {
    const all = arrived.length === 1 ? arrived[0] : Buffer.concat(arrived);
    const end = 4 + all.readUInt32LE(0);
    arrived = [all];
    wanted = end;
    if (size < end) return;
    arrived = [all.subarray(end)];
    size -= end;
    wanted = 4;
    hear(unpack(all.subarray(4, end)));
  }
}

function answer({ head, parts }) {
  const { resolve, reject } = waiting.get(head.id);
  waiting.delete(head.id);
  count();
  if (head.error) reject({ facts: head.error, parts });
  else resolve(parts);
}

// `hear` is called with what is no answer, `end` when godwit has gone.
function open(hear, end) {
  socket = new net.Socket({ fd: FD, readable: true, writable: true });
  socket.on('data', (bytes) => {
    take(bytes, (told) => (told.head.id === undefined ? hear(told.head) : answer(told)));
  });
  socket.on('end', end);
  socket.on('error', end);
}

function frame(head, parts) {
  const message = pack(head, parts);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(message.length);
  return Buffer.concat([length, message]);
}

function tell(head, parts) {
  socket.write(frame(head, parts));
}

// At once, for who is about to end.
function tellNow(head) {
  const bytes = frame(head);
  for (let at = 0; at < bytes.length;) {
    try {
      at += fs.writeSync(FD, bytes, at);
    } catch (error) {
      if (!AGAIN.has(error.code)) return;
    }
  }
}

// A promise of the parts of the answer.
function ask(head, parts) {
  return new Promise((resolve, reject) => {
    const id = ++lastId;
    waiting.set(id, { resolve, reject });
    count();
    tell({ ...head, id }, parts);
  });
}

// Whether godwit is to speak next.
function hold(value) {
  isHeld = value;
  count();
}

module.exports = { ask, hold, open, pending: () => waiting.size, tell, tellNow };

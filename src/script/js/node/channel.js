// SPDX-License-Identifier: Apache-2.0
// In the project's own Node: the messages to godwit and back.
'use strict';

const fs = require('fs');
const net = require('net');
const { pack, unpack } = require('internal/messages');

const FD = 3;
const AGAIN = new Set(['EAGAIN', 'EINTR']);

let socket;
let arrived = Buffer.alloc(0);
let isHeld = false;
const waiting = new Map();
let lastId = 0;

// Node ends when nothing is left to wait for, and asks first: then a promise that nothing will settle is
// found. So the socket counts only while godwit is to say something.
function count() {
  if (isHeld || waiting.size > 0) socket.ref();
  else socket.unref();
}

function take(hear) {
  for (;;) {
    if (arrived.length < 4) return;
    const size = arrived.readUInt32LE(0);
    if (arrived.length < 4 + size) return;
    const message = arrived.subarray(4, 4 + size);
    arrived = arrived.subarray(4 + size);
    hear(unpack(message));
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
    arrived = arrived.length > 0 ? Buffer.concat([arrived, bytes]) : bytes;
    take((told) => (told.head.id === undefined ? hear(told.head) : answer(told)));
  });
  socket.on('end', end);
  socket.on('error', end);
}

function frame(head, parts) {
  const message = pack(head, parts);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(message.length);
  return Buffer.concat([size, message]);
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

// SPDX-License-Identifier: Apache-2.0
// What godwit and the project's own Node send each other: the length of the head, the head as JSON,
// and the parts that it counts, which are BSON. Node runs this as well (node/child.js).
'use strict';

function pack(head, parts = []) {
  const text = new TextEncoder().encode(JSON.stringify({ ...head, sizes: parts.map((part) => part.length) }));
  const message = new Uint8Array(4 + text.length + parts.reduce((sum, part) => sum + part.length, 0));
  new DataView(message.buffer).setUint32(0, text.length, true);
  message.set(text, 4);
  let at = 4 + text.length;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}

// {head, parts}
function unpack(message) {
  const size = new DataView(message.buffer, message.byteOffset, message.length).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(message.subarray(4, 4 + size)));
  let at = 4 + size;
  const parts = head.sizes.map((length) => message.subarray(at, (at += length)));
  return { head, parts };
}

module.exports = { pack, unpack };

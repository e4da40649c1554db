// SPDX-License-Identifier: Apache-2.0
// require('bson'): npm's package, with godwit's ObjectId in the place of its own.
'use strict';

const native = require('mongodb/native');
const ObjectId = require('mongodb/objectid');

// As the package has it: undefined is left out unless the options say otherwise.
function serialize(document, options) {
  const bytes = native.serialize(document, { ignoreUndefined: true, ...options });
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function deserialize(bytes, options) {
  return native.deserialize(bytes, { ...options, hasBsonOptions: true });
}

function calculateObjectSize(document, options) {
  return native.size(document, { ignoreUndefined: true, ...options });
}

module.exports = {
  ...require('mongodb/native').loadClasses(), ObjectId, ObjectID: ObjectId, calculateObjectSize, deserialize, serialize,
};

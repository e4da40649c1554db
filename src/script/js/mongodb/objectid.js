// SPDX-License-Identifier: Apache-2.0
// ObjectId is a class in C (objectid.c); here is what documents don't need by the thousand.
'use strict';

const { ObjectId } = require('mongodb/native');
const npm = () => require('mongodb/native').loadClasses();

const define = (target, name, value) =>
  Object.defineProperty(target, name, { value, configurable: true, enumerable: false, writable: true });
const defineGetter = (target, name, get) =>
  Object.defineProperty(target, name, { get, configurable: true, enumerable: false });

const proto = ObjectId.prototype;

defineGetter(proto, '_bsontype', () => 'ObjectId');
defineGetter(proto, Symbol.for('@@mdb.bson.type'), () => 'ObjectId');
defineGetter(proto, Symbol.for('@@mdb.bson.version'), () => 7);

define(proto, 'toString', function toString(encoding) {
  return encoding === 'base64' ? this.id.toString('base64') : this.toHexString();
});
define(proto, 'toExtendedJSON', function toExtendedJSON() {
  return { $oid: this.toHexString() };
});
define(proto, 'serializeInto', function serializeInto(bytes, index) {
  bytes.set(this.id, index);
  return 12;
});
define(proto, 'isCached', () => false);
define(proto, 'inspect', function inspect(depth, options, format) {
  const hex = this.toHexString();
  return `new ObjectId(${format ? format(hex, options) : JSON.stringify(hex)})`;
});
define(proto, Symbol.for('nodejs.util.inspect.custom'), function (depth, options, format) {
  return this.inspect(depth, options, format);
});

function bytesOfSeconds(seconds, rest) {
  const bytes = new Uint8Array(12);
  bytes.set(rest);
  new DataView(bytes.buffer).setUint32(0, seconds);
  return bytes;
}

define(ObjectId, 'createFromHexString', function createFromHexString(hex) {
  if (hex?.length !== 24) throw new (npm().BSONError)('hex string must be 24 characters');
  return new ObjectId(hex);
});
define(ObjectId, 'createFromBase64', function createFromBase64(text) {
  if (text?.length !== 16) throw new (npm().BSONError)('base64 string must be 16 characters');
  return new ObjectId(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
});
define(ObjectId, 'createFromTime', function createFromTime(seconds) {
  return new ObjectId(bytesOfSeconds(seconds, []));
});
define(ObjectId, 'generate', function generate(seconds) {
  const fresh = new ObjectId().id;
  return typeof seconds === 'number' ? Buffer.from(bytesOfSeconds(seconds, fresh)) : fresh;
});
define(ObjectId, 'createPk', () => new ObjectId());
define(ObjectId, 'fromExtendedJSON', (document) => new ObjectId(document.$oid));
define(ObjectId, 'is', (value) => value != null && typeof value === 'object' && value._bsontype === 'ObjectId');
define(ObjectId, 'validateHexString', (text) => typeof text === 'string' && /^[0-9a-f]{24}$/i.test(text));
define(ObjectId, 'isValid', function isValid(id) {
  if (id == null) return false;
  if (typeof id === 'string') return ObjectId.validateHexString(id);
  try {
    new ObjectId(id);
    return true;
  } catch {
    return false;
  }
});
// Those that EJSON.parse and other copies of bson make are ObjectIds too.
define(ObjectId, Symbol.hasInstance, function (value) {
  if (this !== ObjectId) return Function.prototype[Symbol.hasInstance].call(this, value);
  return value != null && typeof value === 'object' && (value._bsontype === 'ObjectId' || value._bsontype === 'ObjectID');
});

module.exports = ObjectId;

// SPDX-License-Identifier: Apache-2.0
'use strict';

const { classOf } = binding('util');

const types = {};

function add(name, test) {
  types[name] = Object.defineProperty(test, 'name', { value: name });
}

const BY_CLASS = {
  isArgumentsObject: ['Arguments'], isArrayBuffer: ['ArrayBuffer'], isSharedArrayBuffer: ['SharedArrayBuffer'],
  isAnyArrayBuffer: ['ArrayBuffer', 'SharedArrayBuffer'], isAsyncFunction: ['AsyncFunction', 'AsyncGeneratorFunction'],
  isGeneratorFunction: ['GeneratorFunction', 'AsyncGeneratorFunction'], isGeneratorObject: ['Generator', 'AsyncGenerator'],
  isBigIntObject: ['BigInt'], isBooleanObject: ['Boolean'], isNumberObject: ['Number'], isStringObject: ['String'],
  isSymbolObject: ['Symbol'], isBoxedPrimitive: ['BigInt', 'Boolean', 'Number', 'String', 'Symbol'],
  isDataView: ['DataView'], isDate: ['Date'], isMap: ['Map'], isMapIterator: ['Map Iterator'], isNativeError: ['Error'],
  isPromise: ['Promise'], isProxy: ['Proxy'], isRegExp: ['RegExp'], isSet: ['Set'], isSetIterator: ['Set Iterator'],
  isWeakMap: ['WeakMap'], isWeakSet: ['WeakSet'],
};
for (const [name, classes] of Object.entries(BY_CLASS)) add(name, (value) => classes.includes(classOf(value)));

const TYPED = ['Uint8Array', 'Uint8ClampedArray', 'Uint16Array', 'Uint32Array', 'Int8Array', 'Int16Array', 'Int32Array',
  'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'];
for (const name of TYPED) add(`is${name}`, (value) => classOf(value) === name);

add('isTypedArray', (value) => ArrayBuffer.isView(value) && classOf(value) !== 'DataView');
add('isArrayBufferView', (value) => ArrayBuffer.isView(value));
add('isModuleNamespaceObject', (value) => typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null &&
  value[Symbol.toStringTag] === 'Module' && !Object.isExtensible(value));
for (const name of ['isExternal', 'isKeyObject', 'isCryptoKey', 'isEventTarget']) add(name, () => false);

module.exports = types;

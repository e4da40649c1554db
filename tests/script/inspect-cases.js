// SPDX-License-Identifier: Apache-2.0
'use strict';

const util = require('util');
const { inspect, format } = util;

class Point { constructor(x, y) { this.x = x; this.y = y; } }
class Named extends Point { get [Symbol.toStringTag]() { return 'Tagged'; } }
class MyError extends Error {}
class List extends Array {}
class Dict extends Map {}
class Empty {}
class Custom { [inspect.custom](depth, options) { return `<custom ${depth} ${options.compact}>`; } }
class CustomObject { [inspect.custom]() { return { inner: [1, { a: { b: {} } }], long: 'x'.repeat(70) }; } }
class CustomInspect { constructor() { this.v = { k: 1 }; } [inspect.custom](depth, options, show) { return `CI ${show(this.v, options)}`; } }
class ThisCustom { constructor() { this.a = 1; } [inspect.custom]() { return this; } }
const named = (error, fields) => Object.assign(error, fields);
const circular = () => { const o = { name: 'o', list: [] }; o.self = o; o.list.push(o, { deep: o }); return o; };
const doc = {
  _id: 'abc', name: 'A product of some length', price: 12.5, tags: ['a', 'b', 'c'],
  sizes: { small: 1, medium: 2, large: { eu: 44, us: 12, uk: { m: 1 } } }, created: new Date(0), nothing: null, undef: undefined,
};

const cases = [
  // Primitives.
  () => inspect(1), () => inspect(-0), () => inspect(0), () => inspect(1.5e300), () => inspect(NaN), () => inspect(-Infinity),
  () => inspect(12n), () => inspect(true), () => inspect(null), () => inspect(undefined), () => inspect(Symbol('a b')), () => inspect(Symbol()),
  () => inspect(Symbol('a\nb')), () => inspect('plain'), () => inspect(''), () => inspect("it's"), () => inspect('it\'s "so"'), () => inspect('it\'s "so" `too`'),
  () => inspect("${x} ' \""), () => inspect('line\nbreak'), () => inspect('tab\tnul\0bell\x07del\x7f\x9f'), () => inspect('back\\slash'), () => inspect('é日本😀'),
  () => inspect('\ud83d'), () => inspect('\ude00x'), () => inspect('a'.repeat(200)), () => inspect('line one\nline two\n'.repeat(8)), () => inspect(['line one\nline two\n'.repeat(8)]),
  () => inspect('x'.repeat(10010)).length, () => inspect('x'.repeat(20), { maxStringLength: 5 }), () => inspect('xy', { maxStringLength: 1 }), () => inspect(123456.789, { numericSeparator: true }),
  () => inspect(-1234567n, { numericSeparator: true }), () => inspect([1234.5678, 1000000], { numericSeparator: true }),
  // Arrays.
  () => inspect([]), () => inspect([1, 2, 3]), () => inspect(['a', 'b']), () => inspect([[]]), () => inspect([[[[]]]]), () => inspect([[[[1]]]]),
  () => inspect([undefined, null]), () => inspect(new Array(3)), () => inspect([1, , 3]), () => inspect([, 1]), () => inspect([1, , , ,]), () => inspect(Object.assign([1, 2], { k: 'v' })),
  () => inspect(Object.assign([], { k: 'v' })), () => inspect(Object.assign([1], { '-1': 1, '01': 2 })), () => inspect(Array.from({ length: 7 }, (_, i) => i)), () => inspect(Array.from({ length: 101 }, (_, i) => i)),
  () => inspect(Array.from({ length: 120 }, (_, i) => i * 37)), () => inspect(Array.from({ length: 27 }, (_, i) => 'item' + i)), () => inspect(Array.from({ length: 30 }, (_, i) => 'x'.repeat(i % 7))),
  () => inspect(Array.from({ length: 10 }, (_, i) => 'a rather long entry of a list ' + i)), () => inspect(Array.from({ length: 8 }, (_, i) => ({ i }))), () => inspect(Array.from({ length: 8 }, (_, i) => [i, i + 1])),
  () => inspect(Array.from({ length: 12 }, (_, i) => (i % 2 ? i : 'v' + i))), () => inspect(Array.from({ length: 9 }, (_, i) => i / 3)), () => inspect(Array.from({ length: 20 }, (_, i) => BigInt(i) ** 5n)),
  () => inspect([1, 2, 3, 4], { maxArrayLength: 2 }), () => inspect([1, 2, 3], { maxArrayLength: 0 }), () => inspect([1, , , 4, 5], { maxArrayLength: 2 }), () => inspect(new Array(200)), () => inspect([1, 2], { maxArrayLength: null }),
  () => inspect(List.from([1, 2])), () => inspect(new List()), () => inspect(Array.from({ length: 7 }, (_, i) => ({ name: 'name' + i, value: { deep: [i] } }))),
  () => inspect([['a', 1], ['b', 2], ['c', 3]]), () => inspect(['a\nb', 'c']), () => inspect([-0, 0, -1.5]), () => inspect(Array.from({ length: 7 }, () => 'ünïcödé')),
  // Plain objects and layout.
  () => inspect({}), () => inspect({ a: 1 }), () => inspect({ a: { b: { c: {} } } }), () => inspect({ a: { b: { c: { d: 1 } } } }), () => inspect({ a: { b: { c: { d: { e: 1 } } } } }, { depth: 0 }),
  () => inspect({ a: { b: { c: { d: { e: { f: 1 } } } } } }, { depth: null }), () => inspect({ a: { b: { c: { d: 1 } } } }, { depth: Infinity }), () => inspect({ a: [[[1]]] }, { depth: 1 }), () => inspect({ 'a-b': 1, 2: 2, $x: 3, _y: 4, 'ü': 5, '': 6 }),
  () => inspect({ "it's": 1, 'a"b': 2, 'a\nb': 3 }), () => inspect({ [Symbol('s')]: 1, [Symbol.iterator]: 2 }), () => inspect(Object.defineProperty({ a: 1 }, 'hidden', { value: 2 })), () => inspect({ get a() { return 1; } }),
  () => inspect({ set a(v) {} }), () => inspect({ get a() { return 1; }, set a(v) {} }), () => inspect({ get a() { return { b: 1 }; } }, { getters: true }), () => inspect({ get a() { return 1; } }, { getters: 'get' }), () => inspect({ get a() { throw new Error('no'); } }, { getters: true }),
  () => inspect({ get a() { return 1; }, set a(v) {} }, { getters: 'get' }), () => inspect({ f() {} }), () => inspect({ undefined: undefined, null: null }), () => inspect(doc), () => inspect(doc, { depth: 0 }), () => inspect(doc, { depth: 5 }), () => inspect([doc, doc]), () => inspect({ doc, other: [doc] }),
  () => inspect(doc, { compact: false }), () => inspect(doc, { compact: true }), () => inspect(doc, { compact: 1 }), () => inspect(doc, { breakLength: 40 }), () => inspect(doc, { breakLength: Infinity }), () => inspect(doc, { breakLength: Infinity, compact: true }), () => inspect(doc, { sorted: true }),
  () => inspect({ b: 1, a: 2, c: [3, 1] }, { sorted: (x, y) => (x < y ? 1 : -1) }), () => inspect({ a: 'x'.repeat(60), b: 1 }), () => inspect({ a: 'x'.repeat(61), b: 12 }), () => inspect({ a: 'x'.repeat(62), b: 123 }), () => inspect({ aaaa: 'b'.repeat(57), c: [1, 2, 3] }),
  () => inspect({ a: { b: 'x'.repeat(50) }, c: { d: 'y'.repeat(20) } }), () => inspect({ a: { b: { c: 'x' } }, d: { e: { f: 'y' } } }), () => inspect({ a: { b: { c: { d: {} } } } }, { depth: 4 }), () => inspect({ a: 1, b: { c: 2, d: { e: 3, f: { g: 4 } } } }, { depth: 3, breakLength: 20 }),
  () => inspect({ text: 'a long text with many words in it that does not fit on one line at all, really not\nsecond' }), () => inspect({ a: { text: 'x'.repeat(90) + '\n' + 'y'.repeat(9) } }), () => inspect(Object.fromEntries(Array.from({ length: 40 }, (_, i) => ['key' + i, i]))), () => inspect({ a: [{ b: [{ c: 1 }] }] }),
  () => inspect(Object.create(null)), () => inspect(Object.assign(Object.create(null), { a: 1 })), () => inspect(Object.create({ inherited: 1 })), () => inspect(Object.create(Object.create(null))), () => inspect({ ['__proto__']: 1 }), () => inspect({ constructor: 'text' }), () => inspect({ constructor: { name: 'Fake' } }),
  () => inspect({ toString() { return 'x'; } }), () => inspect({ [Symbol.toStringTag]: 'Mine', a: 1 }), () => inspect(Object.create({ [Symbol.toStringTag]: 'Mine' })), () => inspect({ a: 1n, b: Symbol('x') }), () => inspect({ length: 3, 0: 'a' }),
  // Classes and instances.
  () => inspect(new Point(1, 2)), () => inspect(new Empty()), () => inspect(new Named(1, 2)), () => inspect({ p: { q: { r: new Point(1, 2) } } }), () => inspect({ p: { q: { r: new Named(1, 2) } } }), () => inspect(Point), () => inspect(Named), () => inspect(class {}), () => inspect(class extends Point {}), () => inspect(class extends null {}),
  () => inspect(Object.assign(class A {}, { s: 1 })), () => inspect(class A { static s = 1; }), () => inspect(Point.prototype), () => inspect(Named.prototype), () => inspect(Object.create(Point.prototype)), () => inspect(Object.setPrototypeOf([1], null)), () => inspect(Object.setPrototypeOf(new Map([[1, 2]]), null)),
  () => inspect(Object.setPrototypeOf(new Date(0), null)), () => inspect(Object.setPrototypeOf(/x/g, null)), () => inspect(Object.setPrototypeOf(() => {}, null)), () => inspect(Object.setPrototypeOf(new Set([1]), null)), () => inspect(new (class extends Point { constructor() { super(1, 2); this.z = new Point(3, 4); } })()), () => inspect(new (function Old() { this.a = 1; })()),
  // Functions.
  () => inspect(() => {}), () => inspect(function () {}), () => inspect(function named() {}), () => inspect(async () => {}), () => inspect(async function af() {}), () => inspect(function* gen() {}), () => inspect(async function* agen() {}), () => inspect(Object.assign(() => {}, { a: 1 })), () => inspect(Object.assign(function f() {}, { nested: { x: 1 } })), () => inspect([() => {}]),
  () => inspect(Math.max), () => inspect(Array), () => inspect(Object.defineProperty(() => {}, 'name', { value: 'renamed' })), () => inspect({ method() {}, arrow: () => {}, async am() {}, *g() {} }), () => inspect((function () {}).bind(null)), () => inspect({ a: { b: { c: () => {} } } }), () => inspect(Math), () => inspect(JSON), () => inspect(globalThis) !== '',
  // Collections.
  () => inspect(new Map()), () => inspect(new Map([['a', 1], [{ k: 1 }, [2]]])), () => inspect(new Map([[new Map([[1, 2]]), new Set([3])]])), () => inspect(new Set()), () => inspect(new Set([1, 'a', { b: 2 }])), () => inspect(new Set(Array.from({ length: 120 }, (_, i) => i))), () => inspect(new Map(Array.from({ length: 30 }, (_, i) => [i, 'v' + i]))),
  () => inspect({ m: { n: { o: new Map([[1, 2]]) } } }), () => inspect({ m: { n: { o: new Set([1]) } } }), () => inspect(new Dict([['x', 1]])), () => inspect(Object.assign(new Set([1]), { extra: true })), () => inspect(new Map([['key', doc]])), () => inspect(new Set([[1, 2], [3, 4]])), () => inspect(new WeakSet()), () => inspect(new WeakMap()), () => inspect(new Map([[1, 1], [2, 2]]), { maxArrayLength: 1 }),
  // Dates, regular expressions, errors.
  () => inspect(new Date(0)), () => inspect(new Date(NaN)), () => inspect(Object.assign(new Date(0), { x: 1 })), () => inspect([new Date(1e12)]), () => inspect(new (class D2 extends Date {})(0)), () => inspect(/a[b]c/gi), () => inspect(Object.assign(/x/, { y: 1 })), () => inspect(new (class R extends RegExp {})('a')), () => inspect({ a: { b: { c: /x/ } } }), () => inspect({ a: { b: { c: new Date(0) } } }),
  () => inspect(new Error('boom')), () => inspect(new Error('')), () => inspect(new TypeError('bad')), () => inspect(new MyError('mine')), () => inspect(named(new Error('n'), { name: 'ValidationError' })), () => inspect(named(new Error('n'), { name: 'Odd' })), () => inspect(named(new MyError('n'), { name: 'Other' })), () => inspect(named(new Error('c'), { code: 11000, keyValue: { a: 1 } })), () => inspect(new Error('outer', { cause: new Error('inner') })), () => inspect(new Error('outer', { cause: 'text' })),
  () => inspect({ e: new Error('in object') }), () => inspect([new MyError('in list')]), () => inspect(named(new Error('x'), { stack: 'custom stack' })), () => inspect(named(new Error('multi\nline'), { code: 1 })), () => inspect(new AggregateError([new Error('one')], 'all')), () => inspect(named(new Error('x'), { message: 'changed' })).includes('changed'), () => inspect(Object.create(Error.prototype)),
  () => inspect({ a: { b: { c: new Error('deep') } } }), () => inspect(new DOMException('m', 'AbortError')).slice(0, 30),
  // Boxed, binary, promises, proxies, iterators.
  () => inspect(new Number(3)), () => inspect(new Number(-0)), () => inspect(new String('abc')), () => inspect(new Boolean(false)), () => inspect(Object(1n)), () => inspect(Object(Symbol('x'))), () => inspect(Object.assign(new String('ab'), { k: 1 })), () => inspect(new (class S extends String {})('x')),
  () => inspect(new Uint8Array([1, 2, 3])), () => inspect(new Uint8Array()), () => inspect(new Float64Array([1.5, -0])), () => inspect(new BigInt64Array([1n])), () => inspect(new Uint8Array(150)), () => inspect(new ArrayBuffer(4)), () => inspect(new Uint8Array([222, 173]).buffer), () => inspect(new ArrayBuffer(120)), () => inspect(new DataView(new ArrayBuffer(2))), () => inspect({ a: { b: { c: new Uint8Array(2) } } }),
  () => inspect(Buffer.from('hi')), () => inspect(Buffer.alloc(0)), () => inspect(Buffer.alloc(60)), () => inspect({ b: Buffer.from([1, 255]) }), () => inspect(Object.assign(Buffer.from('x'), { p: 1 })),
  () => inspect(Promise.resolve(1)), () => inspect(new Promise(() => {})), () => { const p = Promise.reject(new Error('r')); p.catch(() => {}); return inspect(p); }, () => inspect(Promise.resolve({ a: { b: {} } })), () => inspect(new Proxy({ a: 1 }, {})), () => inspect(new Proxy([1], {})), () => inspect(new Proxy(() => {}, {})), () => inspect(new Proxy({ a: 1 }, { get() { return 5; } }), { showProxy: true }),
  () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return inspect(proxy); }, () => inspect((function () { return arguments; })(1, 'a')), () => inspect((function () { return arguments; })()), () => inspect((function* () {})()), () => inspect(Object(Symbol.iterator)), () => inspect(new (class P extends Promise {})(() => {})),
  // Circles.
  () => inspect(circular()), () => inspect([circular(), 1]), () => { const a = []; a.push(a); return inspect(a); }, () => { const m = new Map(); m.set('m', m); return inspect(m); }, () => { const a = {}, b = { a }; a.b = b; a.c = { a, b }; return inspect(a); }, () => { const e = new Error('self'); e.cause = e; return inspect(e); }, () => inspect(circular(), { compact: true }),
  // Custom.
  () => inspect(new Custom()), () => inspect({ c: new Custom() }), () => inspect({ a: { b: { c: new Custom() } } }), () => inspect(new CustomObject()), () => inspect({ x: { y: new CustomObject() } }), () => inspect(new CustomInspect()), () => inspect([new CustomInspect()]), () => inspect(new ThisCustom()), () => inspect(new Custom(), { customInspect: false }), () => inspect({ [inspect.custom]: 'no function' }), () => inspect({ [inspect.custom]: () => null }), () => inspect({ a: { b: { [inspect.custom]: () => 'two\nlines' } } }), () => inspect([new CustomObject(), new CustomObject()]), () => inspect({ [inspect.custom]: () => 5 }), () => inspect(Custom.prototype),
  () => inspect({ [inspect.custom]: (d, o) => Object.keys(o).sort().join() }), () => inspect({ [inspect.custom]: (d, o) => o.mine }, { mine: 'passed on' }), () => inspect({ [inspect.custom]: (d, o) => o.stylize('text', 'string') }),
  // showHidden, old arguments.
  () => inspect([1], { showHidden: true }), () => inspect(Object.defineProperty({}, 'h', { value: 1 }), { showHidden: true }), () => inspect({ a: { b: { c: {} } } }, false, 0), () => inspect({ a: { b: { c: { d: 1 } } } }, false, null), () => inspect({ a: 1 }, true), () => inspect({ a: 1 }, null), () => inspect({ a: { b: 1 } }, undefined, 0), () => inspect(new Map([[1, 2]]), { showHidden: true }),
  // format.
  () => format(), () => format('a'), () => format('%%'), () => format('%% %s', 1), () => format('%s', 'x'), () => format('%s %s', 'x'), () => format('%s', 'x', 'y', 3), () => format('%s', null), () => format('%s', undefined), () => format('%s', -0), () => format('%s', 12n), () => format('%s', Symbol('q')), () => format('%s', { a: { b: { c: 1 } } }), () => format('%s', [1, [2, [3]]]),
  () => format('%s', () => 1), () => format('%s', class Foo {}), () => format('%s', new Date(0)), () => format('%s', new Error('e')), () => format('%s', { toString() { return 'own'; } }), () => format('%s', new Point(1, 2)), () => format('%s', new (class X extends Point { toString() { return 'X!'; } })()), () => format('%s', Object.create(null)), () => format('%d', 42.5), () => format('%d', '0x10'), () => format('%d', 'abc'), () => format('%d', 7n), () => format('%d', {}), () => format('%d', Symbol('a')), () => format('%d', -0), () => format('%d', null), () => format('%d', ''),
  () => format('%i', 42.9), () => format('%i', '12px'), () => format('%i', 7n), () => format('%i', -0.5), () => format('%i', {}), () => format('%f', '1.50'), () => format('%f', 'x'), () => format('%f', Symbol('a')), () => format('%j', { a: [1] }), () => format('%j', undefined), () => format('%j', circular()), () => format('%j', 'q'), () => format('%j', { toJSON() { throw new Error('tj'); } }), () => format('%o', { a: 1 }), () => format('%o', [1, 2]), () => format('%O', { a: { b: { c: { d: 1 } } } }), () => format('%O', 'str'), () => format('%c styled', 'color: red'), () => format('%x', 1), () => format('%', 1), () => format('100%', 1), () => format('%s%', 1), () => format('%s%%%s', 1, 2),
  () => format(1, 2, '3'), () => format('a', 'b', { c: 1 }), () => format({ a: 1 }, 'b'), () => format('a\n', ['b']), () => format(null, undefined), () => format('x', Symbol('y')), () => format('%s', 'a\nb', ['c\nd']), () => util.formatWithOptions({ compact: true }, '%O', { a: 1 }), () => util.formatWithOptions({ depth: 0 }, 'x', { a: { b: 1 } }), () => format('%a %s', 'b'), () => format('%s', Object.assign(() => {}, { x: 1 })),
];

require('./run-cases.js')(module, cases);

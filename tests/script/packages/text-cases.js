// SPDX-License-Identifier: Apache-2.0
'use strict';

const iconv = require('iconv-lite');
const R = require('ramda');
const slugify = require('slugify');

require('./run-cases')(module, [
  () => slugify('Some String, with & and ünïcödé!'),
  () => slugify('Grüße aus Zürich', { lower: true, strict: true, locale: 'de', replacement: '_' }),
  () => slugify('i ♥ unicode ☢ 100%'),
  () => slugify('foo *+~.() bar', { remove: /[*+~.()'"!:@]/g }),
  () => { slugify.extend({ '☢': 'radioactive' }); return slugify('unicode ♥ is ☢'); },
  () => slugify(5),
  () => iconv.encode('Grüße €', 'win1252').toString('hex'),
  () => iconv.decode(Buffer.from('4772fcdf6520 80'.replace(' ', ''), 'hex'), 'win1252'),
  () => iconv.decode(iconv.encode('日本語', 'Shift_JIS'), 'Shift_JIS') + iconv.encode('日本語', 'Shift_JIS').toString('hex'),
  () => iconv.encode('x😀', 'utf16').toString('hex') + iconv.encodingExists('latin9') + iconv.decode(Buffer.from([0xef, 0xbb, 0xbf, 0x41]), 'utf8'),
  () => iconv.encode('x', 'no such'),
  () => R.pipe(R.map(R.multiply(2)), R.filter(R.gt(5)), R.sum)([1, 2, 3]),
  () => R.groupBy(R.prop('k'), [{ k: 'a', n: 1 }, { k: 'b', n: 2 }, { k: 'a', n: 3 }]),
  () => R.assocPath(['a', 0, 'b'], 1, {}),
  () => R.evolve({ n: R.inc, list: R.map(R.toUpper) }, { n: 1, list: ['x'], other: 2 }),
  () => R.mergeDeepRight({ a: { b: 1, c: 2 } }, { a: { b: 3 } }),
  () => R.sortWith([R.descend(R.prop('a')), R.ascend(R.prop('b'))], [{ a: 1, b: 2 }, { a: 2, b: 1 }, { a: 2, b: 0 }]),
  () => R.equals({ a: [1, new Date(5)] }, { a: [1, new Date(5)] }) && R.pathOr('none', ['x', 'y'], {}),
  () => R.zipObj(['a', 'b'], [1, 2]),
  () => R.curry((a, b, c) => [a, b, c])(1)(R.__, 3)(2),
  () => R.cond([[R.equals(0), R.always('zero')], [R.T, R.toString]])(5),
  () => R.toString({ a: [1, 'x', new Date(0)], f: undefined }),
]);

// SPDX-License-Identifier: Apache-2.0
'use strict';

const _ = require('lodash');
const fp = require('lodash/fp');

const users = [
  { name: 'Ann', age: 36, tags: ['a', 'b'], address: { city: 'Bern' } },
  { name: 'Bob', age: 40, tags: ['b'], address: { city: 'Basel' } },
  { name: 'Cyd', age: 36, tags: [], address: null },
];

require('./run-cases')(module, [
  () => _.chunk([1, 2, 3, 4, 5], 2),
  () => _.groupBy(users, 'age'),
  () => _.keyBy(users, (user) => user.name.toLowerCase()),
  () => _.sortBy(users, ['age', (user) => -user.name.charCodeAt(0)]).map((user) => user.name),
  () => _.orderBy(users, ['age', 'name'], ['desc', 'asc']).map((user) => user.name),
  () => _.get(users, '[0].address.city') + _.get(users[2], 'address.city', 'none'),
  () => _.set({}, 'a.b[1].c', 5),
  () => _.unset(_.cloneDeep(users[0]), 'address.city'),
  () => _.merge({ a: [1, { b: 2 }] }, { a: [0, { c: 3 }], d: 4 }),
  () => _.isEqual({ a: [new Date(5), /x/g, new Map([[1, { b: 2 }]])] }, { a: [new Date(5), /x/g, new Map([[1, { b: 2 }]])] }),
  () => _.pick(users[0], ['name', 'address.city']),
  () => _.omit(users[0], ['tags', 'address.city']),
  () => _.uniq(_.flatMap(users, 'tags')),
  () => _.uniqWith([{ x: 1 }, { x: 1 }, { x: 2 }], _.isEqual),
  () => _.camelCase('Foo Bar--baz') + _.kebabCase('fooBarBaz') + _.snakeCase('Foo Bar') + _.startCase('foo_bar'),
  () => _.deburr('déjà vu, Ærø, ß') + _.capitalize('FRED') + _.upperFirst('fred'),
  () => _.template('Hi <%= name %>! <% _.forEach(list, (x) => { %><%- x %>;<% }) %>')({ name: 'Ann', list: ['<', 2] }),
  () => _.words('fred, barney, & pebbles ünï'),
  () => _.truncate('a long line of text here', { length: 12, separator: ' ' }),
  () => _.padStart('7', 3, '0') + _.repeat('ab', 2) + _.trim('  x '),
  () => _.range(0, -5, -2),
  () => _.sumBy(users, 'age') + _.meanBy(users, 'age') + _.maxBy(users, 'age').age,
  () => _.partition(users, (user) => user.age > 36).map((list) => list.length),
  () => _(users).filter({ age: 36 }).map('name').join('|'),
  () => _.zipObjectDeep(['a.b', 'a.c'], [1, 2]),
  () => _.debounce(() => 1).name + typeof _.throttle(() => 1),
  () => _.memoize((x) => x * 2)(4),
  () => _.curry((a, b, c) => a + b + c)(1)(2)(3),
  () => _.isPlainObject(Object.create(null)) && !_.isPlainObject(new Date()),
  () => [_.isEmpty({}), _.isNil(null), _.isNaN(NaN), _.isInteger(5.0), _.isBuffer(Buffer.alloc(1))],
  () => _.differenceBy([2.1, 1.2], [2.3, 3.4], Math.floor),
  () => _.intersection([1, 2], [2, 3]).concat(_.xor([1, 2], [2, 3])),
  () => _.mapValues({ a: 1, b: 2 }, (n) => n * 2),
  () => _.invert({ a: 'x', b: 'y' }),
  () => _.clone(new Map([[1, 2]])).get(1),
  () => fp.flow(fp.map('age'), fp.sum)(users),
  () => require('lodash/get')({ a: { b: 1 } }, 'a.b'),
  async () => (await import('lodash-es')).chunk([1, 2, 3], 2),
  async () => (await import('lodash-es/camelCase.js')).default('foo bar'),
]);

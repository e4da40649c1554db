// SPDX-License-Identifier: Apache-2.0
'use strict';

// godwit's own, against the package that does the same in JavaScript.
const bcrypt = require(process.versions.godwit ? 'bcrypt' : 'bcryptjs');

const SALT = '$2b$04$EGdrhbKUv8Oc9vGiXX0HQO';
const called = (start) => new Promise((resolve, reject) => {
  start((error, value) => (error ? reject(error) : resolve(value)));
});

require('./run-cases')(module, [
  () => bcrypt.hashSync('secret', SALT),
  () => bcrypt.hashSync('grüße 🔐', '$2a$05$zVHmKQtGGQob.b/Nc7l9NO'),
  () => bcrypt.hashSync('', SALT),
  () => bcrypt.hashSync('x'.repeat(100), SALT) === bcrypt.hashSync('x'.repeat(72), SALT),
  () => bcrypt.compareSync('secret', bcrypt.hashSync('secret', 4)),
  () => bcrypt.compareSync('secret', bcrypt.hashSync('other', 4)),
  () => bcrypt.compareSync('secret', 'no hash'),
  async () => bcrypt.compare('secret', await bcrypt.hash('secret', await bcrypt.genSalt(4))),
  () => called((done) => bcrypt.hash('x', 4, done)).then((hash) => hash.length),
  () => called((done) => bcrypt.compare('secret', bcrypt.hashSync('secret', SALT), done)),
  () => called((done) => bcrypt.genSalt(5, done)).then((salt) => salt.slice(0, 7)),
  () => bcrypt.genSaltSync(6).replace(/[./A-Za-z0-9]{22}$/, ''),
  () => bcrypt.getRounds(bcrypt.hashSync('x', 5)),
  () => new Set([1, 2, 3].map(() => bcrypt.hashSync('x', 4))).size,
  () => bcrypt.hash('x', 'no salt').catch(() => 'refused'),
  () => bcrypt.hash(undefined, 4).catch(() => 'refused'),
]);

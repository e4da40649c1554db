// SPDX-License-Identifier: Apache-2.0
'use strict';

const bcrypt = require('bcryptjs');

const HASH = '$2b$04$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie';

require('./run-cases')(module, [
  () => bcrypt.hashSync('secret', '$2b$04$EGdrhbKUv8Oc9vGiXX0HQO'),
  () => bcrypt.hashSync('grüße 🔐', '$2a$05$zVHmKQtGGQob.b/Nc7l9NO'),
  () => bcrypt.hashSync('', '$2b$04$EGdrhbKUv8Oc9vGiXX0HQO'),
  () => bcrypt.compareSync('secret', bcrypt.hashSync('secret', 4)),
  () => bcrypt.compare('wrong', HASH),
  async () => (await bcrypt.hash('x', 4)).length,
  () => new Promise((done) => bcrypt.hash('x', 4, (error, hash) => done(bcrypt.getRounds(hash)))),
  () => bcrypt.genSaltSync(6).slice(0, 7) + bcrypt.getSalt(HASH),
  () => bcrypt.hashSync('x', 'no salt'),
  () => bcrypt.truncates('x'.repeat(73)),
]);

// SPDX-License-Identifier: Apache-2.0
'use strict';

require('./run-cases')(module, [
  async () => (await import('nanoid')).nanoid().length,
  async () => (await import('nanoid')).customAlphabet('ab', 10)().replace(/[ab]/g, ''),
  async () => require('nanoid').nanoid(5).length,
]);

// SPDX-License-Identifier: Apache-2.0
'use strict';

const { NIL, parse, stringify, v1, v3, v4, v5, validate, version } = require('uuid');

require('./run-cases')(module, [
  () => validate(v4()) && version(v4()),
  () => version(v1()),
  () => v4({ random: Buffer.from('109156bec4fbc1ea71b4efe1671c5836', 'hex') }),
  () => v3('hello.example.com', v3.DNS),
  () => v5('hello.example.com', v5.DNS),
  () => v5('grüße', v5.URL),
  () => stringify(parse('6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b')),
  () => [...parse(NIL)].join(),
  () => validate('not one'),
  () => parse('not one'),
  () => new Set(Array.from({ length: 1000 }, () => v4())).size,
  async () => (await import('uuid')).v5('x', v5.DNS),
]);

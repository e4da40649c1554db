// SPDX-License-Identifier: Apache-2.0
'use strict';

const dotenv = require('dotenv');
const fs = require('fs');

fs.writeFileSync('.env', 'PLAIN=one\nQUOTED="two words # kept"\nSINGLE=\'raw\\n\'\nLINES="a\nb"\n# comment\nexport EXP=x # gone\nEMPTY=\nSPACES =  y  \nHOME=/nowhere\n');

require('./run-cases')(module, [
  () => dotenv.config({ quiet: true }).parsed,
  () => process.env.PLAIN + process.env.QUOTED + process.env.LINES,
  () => process.env.HOME === '/nowhere',
  () => dotenv.config({ path: 'nope.env', quiet: true }).error?.code,
  () => dotenv.config({ override: true, quiet: true }) && process.env.HOME,
  () => dotenv.parse(Buffer.from('A=1\nB: 2')),
  () => require('dotenv/config') && 'loaded',
]);

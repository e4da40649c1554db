// SPDX-License-Identifier: Apache-2.0
// In the project's own Node: what the driver's classes ask of the binding 'source'.
'use strict';

const fs = require('fs');

const FILE = 1;

module.exports = {
  root: process.cwd(),
  read: (path) => fs.readFileSync(path, 'utf8'),
  stat: (path) => (fs.statSync(path, { throwIfNoEntry: false })?.isFile() ? FILE : 0),
};

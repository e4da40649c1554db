// SPDX-License-Identifier: Apache-2.0
'use strict';

const npm = require('npm:path-browserify');
const { fillIn, notHere } = require('internal/not-here');

const path = {
  ...npm,
  toNamespacedPath: (name) => name,
  _makeLong: (name) => name,
  win32: { sep: '\\', delimiter: ';' },
};
path.posix = path;
for (const name of Object.keys(path)) {
  if (typeof path[name] === 'function') path.win32[name] = notHere(`path.win32.${name}`);
}
path.win32.posix = path;
path.win32.win32 = path.win32;

module.exports = fillIn(path, 'path', 'matchesGlob');

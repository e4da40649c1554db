// SPDX-License-Identifier: Apache-2.0
// Paths as text; nothing is asked of the disk.
'use strict';

function isInside(path, folder) {
  return folder === '/' || path === folder || path.startsWith(folder + '/');
}

function dirname(path) {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

function extname(path) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot);
}

function join(folder, name) {
  const parts = [];
  for (const part of (name.startsWith('/') ? name : folder + '/' + name).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return '/' + parts.join('/');
}

function isTypeScript(path) {
  return /\.[mc]?ts$/.test(path);
}

module.exports = { dirname, extname, isInside, isTypeScript, join };

// SPDX-License-Identifier: Apache-2.0
// run-node.cjs FILE: loads a file on Node as migrate-mongo does, and calls its up().
'use strict';

const { createRequire } = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const file = path.resolve(process.argv[2]);

async function load() {
  try {
    return createRequire(path.join(process.cwd(), 'package.json'))(file);
  } catch (error) {
    if (!['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE'].includes(error.code)) throw error;
    return import(pathToFileURL(file).href);
  }
}

async function main() {
  const loaded = await load();
  const migration = loaded.default ?? loaded;
  await migration.up();
}

main().catch((error) => {
  console.error(error?.stack ?? error);
  process.exitCode = 1;
});

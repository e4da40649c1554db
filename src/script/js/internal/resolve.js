// SPDX-License-Identifier: Apache-2.0
// From the name in an import or require() to a file, by Node's rules. Reads package.json files and
// asks what is on disk; runs nothing.
'use strict';

const { dirname, extname, isInside, isTypeScript, join } = require('internal/paths');
const { stat, realpath, read, stripTypes, publicModules, root, mayLeaveRoot } = binding('source');

const FILE = 1;
const FOLDER = 2;
const EXTENSIONS = ['.js', '.json', '.cjs', '.mjs', '.ts', '.cts', '.mts'];
// For a TypeScript file, as its compiler has it: the source goes before what was made of it.
const TYPED_EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.json', '.cjs', '.mjs'];

// Node's own modules. Those that are not built in here have a message of their own.
const NODE_MODULES = new Set(('assert assert/strict async_hooks buffer child_process cluster console ' +
  'constants crypto dgram diagnostics_channel dns dns/promises domain events fs fs/promises http ' +
  'http2 https inspector inspector/promises module net os path path/posix path/win32 perf_hooks ' +
  'process punycode querystring readline readline/promises repl sea sqlite stream ' +
  'stream/consumers stream/promises stream/web string_decoder sys test test/reporters timers ' +
  'timers/promises tls trace_events tty url util util/types v8 vm wasi worker_threads zlib').split(' '));

const built = new Set(publicModules);

// Built in, but a copy in node_modules goes first: a project may want its own version.
const YIELDING = new Set(['bson']);

const realRoot = realpath(root);

// Folders that modules may be read from: the project, and packages that were found by name.
const allowed = [realRoot];

function allowFolder(folder) {
  if (!allowed.includes(folder)) allowed.push(folder);
}

function fail(message, code, request, trail, hint) {
  const stack = trail.length > 0 ? '\nRequire stack:\n- ' + trail.join('\n- ') : '';
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100; // behind the loader's own frames comes the one to show
  const error = new Error(message + stack);
  Error.stackTraceLimit = limit;
  error.code = code;
  if (code === 'MODULE_NOT_FOUND') error.requireStack = trail;
  if (hint) error.godwitHint = hint;
  throw error;
}

// Packages whose whole purpose is to find a package's native code.
const NATIVE_FINDERS = new Set([
  '@mapbox/node-pre-gyp', 'bindings', 'nan', 'node-addon-api', 'node-gyp-build', 'node-gyp-build-optional-packages',
  'node-pre-gyp', 'pkg-prebuilds', 'prebuild-install',
]);

const LET_NODE = "let the project's own Node run the migration: // godwit-engine: node";

function failNative(path, parent) {
  const owner = packageOf(parent);
  const name = owner?.data.name;
  const error = new Error(name ? `the package '${name}' has native code, which godwit cannot run`
    : `'${path}' is native code, which godwit cannot run`);
  throw Object.assign(error, {
    code: 'ERR_DLOPEN_FAILED',
    godwitHint: `Use a package that is JavaScript alone, or what is built in (crypto, bcrypt), or ${LET_NODE}.`,
  });
}

// As Node says it: who required whom, or who imports it.
function failMissing(name, { request, parent, conditions, trail }) {
  if (!conditions.has('import')) return fail(`Cannot find module '${name}'`, 'MODULE_NOT_FOUND', request, trail);
  const kind = /^[./]|^file:/.test(request) ? 'module' : 'package';
  return fail(`Cannot find ${kind} '${name}' imported from ${parent}`, 'ERR_MODULE_NOT_FOUND', request, []);
}

const packages = new Map();

// The package.json of this very folder, or null.
function readPackage(folder) {
  if (packages.has(folder)) return packages.get(folder);
  const path = folder + '/package.json';
  let found = null;
  if (stat(path) === FILE) {
    try {
      found = JSON.parse(read(path));
    } catch (error) {
      throw Object.assign(new SyntaxError(`Error parsing '${path}': ${error.message}`),
        { code: 'ERR_INVALID_PACKAGE_CONFIG', fileName: path });
    }
    if (found === null || typeof found !== 'object') found = {};
    found = { data: found, folder, path };
  }
  packages.set(folder, found);
  return found;
}

// The package that a file belongs to, or null.
function packageOf(path) {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (folder.endsWith('/node_modules')) return null;
    const found = readPackage(folder);
    if (found || folder === '/') return found;
  }
}

// TypeScript names the file that will be made: './x.js' is x.ts.
function sourceBehind(path) {
  const source = path.replace(/\.([mc]?)js$/, '.$1ts');
  return source !== path && stat(source) === FILE ? source : null;
}

function asFile(path, isTyped) {
  if (stat(path) === FILE) return path;
  for (const extension of isTyped ? TYPED_EXTENSIONS : EXTENSIONS) {
    if (stat(path + extension) === FILE) return path + extension;
  }
  return isTyped ? sourceBehind(path) : null;
}

function asIndex(folder, isTyped) {
  for (const extension of isTyped ? TYPED_EXTENSIONS : EXTENSIONS) {
    if (stat(folder + '/index' + extension) === FILE) return folder + '/index' + extension;
  }
  return null;
}

function asFolder(folder, isTyped) {
  if (stat(folder) !== FOLDER) return null;
  const main = readPackage(folder)?.data.main;
  if (typeof main === 'string' && main !== '') {
    const path = join(folder, main);
    const found = asFile(path, false) ?? (stat(path) === FOLDER ? asIndex(path, false) : null);
    if (found) return found;
  }
  return asIndex(folder, isTyped);
}

function asPath(path, isTyped = false) {
  return (path.endsWith('/') ? null : asFile(path, isTyped)) ?? asFolder(path.replace(/\/+$/, ''), isTyped);
}

// A package's files are never mapped: it was compiled for whoever installs it.
function isMapped(parent) {
  return isTypeScript(parent) && !parent.includes('/node_modules/');
}

function fromPaths(name, parent) {
  for (const place of require('internal/tsconfig').mappedPlaces(name, parent, realRoot)) {
    const found = asPath(place, true);
    if (found) return found;
  }
  return null;
}

function fromBaseUrl(name, parent) {
  const place = require('internal/tsconfig').basePlace(name, parent, realRoot);
  return place ? asPath(place, true) : null;
}

// One value of "exports" or "imports": a string, conditions, or alternatives. Answers undefined where
// nothing in it applies.
function pickTarget(owner, target, star, conditions, context) {
  if (typeof target === 'string') {
    const name = star === null ? target : target.replaceAll('*', star);
    if (name.startsWith('./')) return join(owner.folder, name);
    return context.isImports ? resolveName(name, context) : undefined;
  }
  if (Array.isArray(target)) {
    for (const entry of target) {
      const found = pickTarget(owner, entry, star, conditions, context);
      if (found) return found;
    }
    return target.length === 0 ? null : undefined;
  }
  if (target === null || typeof target !== 'object') return target === null ? null : undefined;
  for (const condition of Object.keys(target)) {
    if (condition !== 'default' && !conditions.has(condition)) continue;
    const found = pickTarget(owner, target[condition], star, conditions, context);
    if (found !== undefined) return found;
  }
  return undefined;
}

// The entry for a subpath: itself, or the pattern with the longest text before its star.
function matchEntry(table, subpath) {
  if (Object.hasOwn(table, subpath) && !subpath.includes('*')) return [table[subpath], null];
  let best = null;
  for (const key of Object.keys(table)) {
    const at = key.indexOf('*');
    if (at < 0 || (best !== null && at <= best.indexOf('*'))) continue;
    const tail = key.slice(at + 1);
    if (subpath.startsWith(key.slice(0, at)) && subpath.endsWith(tail) && subpath.length >= key.length) {
      best = key;
    }
  }
  if (best === null) return null;
  const at = best.indexOf('*');
  return [table[best], subpath.slice(at, subpath.length - (best.length - at - 1))];
}

function fromExports(owner, subpath, context) {
  let table = owner.data.exports;
  const isTable = table !== null && typeof table === 'object' && !Array.isArray(table) &&
    Object.keys(table).some((key) => key.startsWith('.'));
  if (!isTable) table = { '.': table };
  const entry = matchEntry(table, subpath);
  const found = entry && pickTarget(owner, entry[0], entry[1], context.conditions, context);
  if (found) return found;
  const what = subpath === '.' ? 'No "exports" main defined' : `Package subpath '${subpath}' is not defined by "exports"`;
  return fail(`${what} in ${owner.path}`, 'ERR_PACKAGE_PATH_NOT_EXPORTED', context.request, context.trail);
}

function fromImports(context) {
  const owner = packageOf(context.parent);
  const table = owner?.data.imports;
  const entry = table && matchEntry(table, context.request);
  const found = entry && pickTarget(owner, entry[0], entry[1], context.conditions, { ...context, isImports: true });
  if (found) return found;
  return fail(`Package import specifier "${context.request}" is not defined` + (owner ? ` in ${owner.path}` : ''),
    'ERR_PACKAGE_IMPORT_NOT_DEFINED', context.request, context.trail);
}

function splitName(request) {
  const parts = request.split('/');
  const count = request.startsWith('@') ? 2 : 1;
  return [parts.slice(0, count).join('/'), ['.', ...parts.slice(count)].join('/')];
}

function nodeModulesFolders(folder) {
  const folders = [];
  for (let at = folder; ; at = dirname(at)) {
    if (!at.endsWith('/node_modules')) folders.push(at === '/' ? '/node_modules' : at + '/node_modules');
    if (at === '/') return folders;
  }
}

function fromNodeModules(context) {
  const [name, subpath] = splitName(context.request);
  const self = packageOf(context.parent);
  if (self?.data.name === name && self.data.exports != null) return fromExports(self, subpath, context);
  for (const folder of nodeModulesFolders(dirname(context.parent))) {
    if (stat(folder) !== FOLDER) continue;
    const home = folder + '/' + name;
    const owner = stat(home) === FOLDER ? readPackage(home) : null;
    const found = owner?.data.exports != null ? fromExports(owner, subpath, context)
      : asPath(folder + '/' + context.request);
    if (!found) continue;
    allowFolder(realpath(owner ? home : dirname(found)));
    return found;
  }
  return null;
}

function notAvailable(name, context) {
  const hint = `Do without it, or ${LET_NODE}.`;
  return fail(`the module '${name}' is not available in godwit`, 'ERR_UNKNOWN_BUILTIN_MODULE',
    context.request, context.trail, hint);
}

function resolveName(name, context) {
  if (name.startsWith('node:')) {
    const plain = name.slice(5);
    return built.has(plain) ? 'godwit:' + plain : notAvailable(plain, context);
  }
  const mapped = isMapped(context.parent) ? fromPaths(name, context.parent) : null;
  if (mapped) return mapped;
  if (built.has(name) && !YIELDING.has(name)) return 'godwit:' + name;
  if (NATIVE_FINDERS.has(name) && context.parent.includes('/node_modules/')) failNative(name, context.parent);
  const based = isMapped(context.parent) ? fromBaseUrl(name, context.parent) : null;
  if (based) return based;
  const found = fromNodeModules({ ...context, request: name });
  if (found) return found;
  if (built.has(name)) return 'godwit:' + name;
  return NODE_MODULES.has(name) ? notAvailable(name, context) : null;
}

function pathOfUrl(url) {
  const { 1: path } = /^file:\/\/(?:localhost)?(\/[^?#]*)/.exec(url) ?? [];
  if (path === undefined) throw new TypeError(`'${url}' is no file URL`);
  return decodeURIComponent(path);
}

function urlOfPath(path) {
  return 'file://' + path.split('/').map(encodeURIComponent).join('/');
}

function checkAllowed(path, context) {
  if (mayLeaveRoot || allowed.some((folder) => isInside(path, folder))) return path;
  return fail(`Cannot load '${path}': it lies outside the project '${root}'`, 'ERR_ACCESS_DENIED',
    context.request, context.trail);
}

// `request` as `parent` (a file) means it. Answers an absolute path without symbolic links, or
// 'godwit:NAME' of a built-in module. `trail` is who required whom, the nearest first.
function resolve(request, parent, conditions, trail) {
  const context = { request, parent, conditions, trail, isImports: false };
  let found;
  if (request.startsWith('#')) found = fromImports(context);
  else if (request.startsWith('file:')) found = asFile(pathOfUrl(request), false);
  else if (/^(\.\.?(\/|$)|\/)/.test(request)) {
    const path = join(dirname(parent), request);
    found = asPath(/(\/|(^|\/)\.\.?)$/.test(request) ? path + '/' : path, isTypeScript(parent));
  } else found = resolveName(request, context);
  if (found?.startsWith('godwit:')) return found;
  if (!found || stat(found) !== FILE) return failMissing(found ?? request, context);
  return checkAllowed(realpath(found), context);
}

// 'module', 'commonjs', 'json', or 'detect' where only the text can tell.
function formatOf(path) {
  const extension = extname(path);
  if (extension === '.mjs') return 'module';
  if (extension === '.cjs') return 'commonjs';
  if (extension === '.json') return 'json';
  if (extension === '.mts') return 'module';
  if (extension === '.cts') return 'commonjs';
  if (extension === '.tsx' || extension === '.jsx') {
    throw new Error(`Cannot load '${path}': JSX is not available in godwit`);
  }
  if (extension === '.node' || extension === '.wasm') failNative(path, path);
  const { type } = packageOf(path)?.data ?? {};
  return type === 'module' || type === 'commonjs' ? type : 'detect';
}

// The text of a file as JavaScript. TypeScript becomes what a compiler would make of it for Node:
// CommonJS, unless the file is an ES module by its name or its package.
function sourceOf(path, isCommonJs) {
  return isTypeScript(path) ? stripTypes(path, read(path), isCommonJs) : read(path);
}

module.exports = {
  allowFolder, built, dirname, extname, formatOf, isTypeScript, join, nodeModulesFolders, pathOfUrl, read,
  realpath, resolve, root: realRoot, sourceOf, urlOfPath,
};

// SPDX-License-Identifier: Apache-2.0
// CommonJS, and what the engine asks when it loads ES modules. Which file a name means is said in
// internal/resolve.
'use strict';

const native = binding('modules');
const { compile } = binding('source');
const {
  allowFolder, built, dirname, extname, formatOf, isTypeScript, join, nodeModulesFolders, pathOfUrl, read,
  realpath, resolve, root, sourceOf, urlOfPath,
} = require('internal/resolve');

// Built in, but not Node's.
const STAND_INS = new Set(['bcrypt', 'bson', 'godwit', 'mongodb', 'mongoose']);

const REQUIRE = new Set(['node', 'require', 'module-sync']);
const IMPORT = new Set(['node', 'import', 'module-sync']);

function Module(id = '', parent = undefined) {
  this.id = id;
  this.path = dirname(id);
  this.exports = {};
  this.filename = null;
  this.loaded = false;
  this.children = [];
  this.parent = parent;
  this.paths = [];
  if (parent && !parent.children.includes(this)) parent.children.push(this);
}

Module.Module = Module;
Module._cache = Object.create(null);
Module._extensions = Object.create(null);
Module.builtinModules = [...built].filter((name) => !STAND_INS.has(name));

// No script of a project is ever the program itself: `require.main === module` is false.
const main = new Module('.');
main.filename = join(root, 'godwit');
main.path = root;
main.paths = nodeModulesFolders(root);
main.loaded = true;

// Who imported an ES module, the first one first: the trail in "Cannot find module".
const importers = new Map();

function addImporter(name, from) {
  const known = importers.get(name);
  if (!known) importers.set(name, [from]);
  else if (!known.includes(from)) known.push(from);
}

// The engine knows no place for what goes wrong before a module runs: look for the words.
function placeAt(error, path, pattern) {
  if (error.fileName !== undefined) return error;
  const lines = read(path).split('\n');
  const at = lines.findIndex((line) => pattern.test(line));
  return Object.assign(error, { fileName: path, lineNumber: at + 1, columnNumber: at < 0 ? 0 : lines[at].search(pattern) + 1 });
}

function quoted(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

// A name of 63 bytes may be the beginning of a longer one: the engine's messages cut there.
function wordPattern(name) {
  return new RegExp(`(?<![\\w$])${quoted(name)}${name.length > 55 ? '' : '(?![\\w$])'}`);
}

// How a file's `import { name } from` or `export { name } from` calls the module at `path`, if it is that one.
function specifierOf(importer, name, path) {
  const statement = /\b(?:import|export)\b([^;'"]*)\bfrom\s*(['"])(.*?)\2/g;
  const wanted = name === 'default' ? /^\s*[\w$]|\bdefault\b/ : wordPattern(name);
  return [...read(importer).matchAll(statement)].find(([, names, , specifier]) => {
    if (!wanted.test(names)) return false;
    try {
      return resolveFrom(specifier, importer, IMPORT) === path;
    } catch {
      return false; // another statement's, which is not what went wrong
    }
  })?.[3];
}

// Which module is meant, by as much of its path as the message has, and which one wants of it what it has not.
function whoWants(name, cut) {
  const modules = importers.has(cut) ? [cut] : [...importers.keys()].filter((path) => path.startsWith(cut));
  for (const path of modules) {
    for (const from of importers.get(path)) {
      const specifier = specifierOf(from, name, path);
      if (specifier !== undefined) return { path, from, specifier };
    }
  }
  return { path: modules.length === 1 ? modules[0] : cut };
}

// "Could not find export 'nope' in module '/x.js'": say who wants it.
function explainLink(error) {
  const [, name, cut] = /^Could not find export '(.*)' in module '(.*)'$/s.exec(error?.message) ?? [];
  if (cut === undefined || !(error instanceof SyntaxError)) return error;
  const { path, from, specifier } = whoWants(name, cut);
  const whose = from ? `, which '${from}' imports` : '';
  error.message = `'${path.replace(/^godwit:/, '')}' has no export '${name}'${whose}`;
  return from ? placeAt(error, from, name === 'default' ? patternOf(specifier) : wordPattern(name)) : error;
}

function trailOf(path) {
  const trail = [];
  for (let at = path; at && !trail.includes(at); ) {
    trail.push(at);
    at = importers.get(at)?.[0] ?? Module._cache[at]?.parent?.filename;
    if (at === main.filename) break;
  }
  return trail;
}

function resolveFrom(request, filename, conditions) {
  if (typeof request !== 'string') {
    throw Object.assign(new TypeError('The "id" argument must be of type string. Received ' + String(request)),
      { code: 'ERR_INVALID_ARG_TYPE' });
  }
  if (request === '') {
    throw Object.assign(new TypeError("The argument 'id' must be a non-empty string. Received ''"),
      { code: 'ERR_INVALID_ARG_VALUE' });
  }
  return resolve(request, filename, conditions, filename === main.filename ? [] : trailOf(filename));
}

Module._resolveFilename = function (request, parent) {
  const found = resolveFrom(request, parent?.filename ?? main.filename, REQUIRE);
  return found.startsWith('godwit:') ? found.slice('godwit:'.length) : found;
};

Module._nodeModulePaths = nodeModulesFolders;
Module.isBuiltin = (name) => built.has(String(name).replace(/^node:/, ''));

function patternOf(specifier) {
  return new RegExp(`(?<=['"\`])${quoted(specifier)}(?=['"\`])`);
}

// The call of require() that an import has become stands nowhere in the file.
function resolveRequired(request, from) {
  try {
    return resolveFrom(request, from, REQUIRE);
  } catch (error) {
    throw isTypeScript(from) ? placeAt(error, from, patternOf(request)) : error;
  }
}

Module._load = function (request, parent) {
  const found = resolveRequired(request, parent?.filename ?? main.filename);
  if (found.startsWith('godwit:')) return require(found.slice('godwit:'.length));
  return loadFile(found, parent).exports;
};

function loadFile(path, parent) {
  const cached = Module._cache[path];
  if (cached) {
    if (parent && !parent.children.includes(cached)) parent.children.push(cached);
    return cached;
  }
  const module = new Module(path, parent);
  module.filename = path;
  module.paths = nodeModulesFolders(dirname(path));
  Module._cache[path] = module;
  let isLoaded = false;
  try {
    runFile(module);
    isLoaded = true;
  } finally {
    if (!isLoaded) delete Module._cache[path];
  }
  module.loaded = true;
  return module;
}

Module.prototype.load = function (filename) {
  this.filename = filename;
  this.paths = nodeModulesFolders(dirname(filename));
  runFile(this);
  this.loaded = true;
};

function runFile(module) {
  const path = module.filename;
  const extension = extname(path);
  const custom = Module._extensions[extension];
  if (custom && custom !== builtInExtension) return custom(module, path);
  const format = formatOf(path);
  if (format === 'json') module.exports = parseJson(read(path), path);
  else if (format === 'module') module.exports = requireModule(path);
  else module._compile(sourceOf(path, true), path);
}

function builtInExtension(module, filename) {
  module.load(filename);
}
for (const extension of ['.js', '.json', '.cjs', '.ts', '.cts']) Module._extensions[extension] = builtInExtension;

function parseJson(text, path) {
  try {
    return JSON.parse(text);
  } catch (error) {
    const place = /:(\d+):(\d+)/.exec(error.stack ?? '');
    throw Object.assign(new SyntaxError(`${path}: ${error.message}`), {
      fileName: path, lineNumber: Number(place?.[1] ?? 1), columnNumber: Number(place?.[2] ?? 1),
    });
  }
}

// Text that is no CommonJS may be an ES module (Node's rule for .js without a "type"): then the error
// to show is that of the module where the text looks like one.
function compileOrNull(source, path) {
  try {
    return compile(source, path);
  } catch (error) {
    if (!(error instanceof SyntaxError) || formatOf(path) !== 'detect') throw error;
    error.looksLikeModule = isTypeScript(path) || /^\s*(import|export)\b/m.test(source);
    return error;
  }
}

Module.prototype._compile = function (source, filename) {
  const compiled = compileOrNull(source, filename);
  if (typeof compiled !== 'function') {
    this.exports = requireDetected(filename, compiled);
    return undefined;
  }
  const require = makeRequire(this);
  return Reflect.apply(compiled, this.exports, [this.exports, require, this, filename, dirname(filename)]);
};

function isSyntaxErrorOf(error, path) {
  return error instanceof SyntaxError && String(error.stack).trimStart().startsWith(`at ${path}:`);
}

// Files without a "type" whose text is no CommonJS.
const modules = new Set();

function requireDetected(path, scriptError) {
  modules.add(path);
  try {
    return requireModule(path);
  } catch (error) {
    throw isSyntaxErrorOf(error, path) && !scriptError.looksLikeModule ? scriptError : error;
  }
}

function requireModule(path) {
  let namespace;
  try {
    namespace = native.requireModule(path);
  } catch (error) {
    throw explainLink(error);
  }
  if ('module.exports' in namespace) return namespace['module.exports'];
  if (!('default' in namespace) || '__esModule' in namespace) return namespace;
  // As Node does it: compiled code asks `__esModule` whether there is a default export.
  const view = Object.create(null, { [Symbol.toStringTag]: { value: 'Module' } });
  for (const name of ['__esModule', ...Object.keys(namespace)].sort()) {
    Object.defineProperty(view, name, { enumerable: true, get: () => name === '__esModule' || namespace[name] });
  }
  return view;
}

Module.prototype.require = function (request) {
  return Module._load(request, this);
};

function makeRequire(module) {
  function require(request) {
    return module.require(request);
  }
  require.resolve = (request, options) => {
    if (!options?.paths) return Module._resolveFilename(request, module);
    for (const folder of options.paths) {
      try {
        const found = resolveFrom(request, join(root, folder) + '/noop.js', REQUIRE);
        return found.startsWith('godwit:') ? found.slice('godwit:'.length) : found;
      } catch (error) {
        if (error.code !== 'MODULE_NOT_FOUND') throw error;
      }
    }
    return Module._resolveFilename(request, module);
  };
  require.resolve.paths = (request) =>
    built.has(request) ? null : request.startsWith('.') ? [module.path] : module.paths;
  require.main = main;
  require.cache = Module._cache;
  require.extensions = Module._extensions;
  return require;
}

Module.createRequire = function (from) {
  const text = typeof from === 'string' ? from : String(from?.href);
  const path = text.startsWith('file:') ? pathOfUrl(text) : text;
  if (!path.startsWith('/')) {
    throw Object.assign(new TypeError(`The argument 'filename' must be a file URL or an absolute path. Received '${text}'`),
      { code: 'ERR_INVALID_ARG_VALUE' });
  }
  const module = new Module(path);
  module.filename = path;
  module.paths = nodeModulesFolders(dirname(path));
  return makeRequire(module);
};

let isListing = false;

// What an `import` sees of values: each own property by name, and the whole as default.
function exportsOf(value, wantsNames) {
  const names = Object.create(null);
  isListing = true;
  if (wantsNames && value !== null && (typeof value === 'object' || typeof value === 'function')) {
    for (const name of Object.keys(value)) {
      try {
        names[name] = value[name];
      } catch {
        names[name] = undefined; // a getter that throws costs its importer that one name
      }
    }
    names['module.exports'] = value;
  }
  isListing = false;
  names.default = value;
  return names;
}

// A query tells two copies of one module apart: import('./x.js?2').
function withoutQuery(name) {
  const at = name.search(/[?#]/);
  return at < 0 ? name : name.slice(0, at);
}

function loadCommonJs(path) {
  const { exports } = loadFile(path);
  const names = exportsOf(exports, true);
  // TypeScript's `export default` is meant as such, although it was compiled to CommonJS.
  if (isTypeScript(path) && exports?.__esModule && 'default' in exports) names.default = exports.default;
  return names;
}

function loadDetected(path) {
  if (modules.has(path)) return sourceOf(path, false);
  if (Module._cache[path]) return loadCommonJs(path);
  const compiled = compileOrNull(sourceOf(path, true), path);
  if (typeof compiled === 'function') return loadCommonJs(path);
  return sourceOf(path, false);
}

// An import reads all that the driver exports, whatever it wants of it.
function noteOldName(importer) {
  if (/\bObjectID\b/.test(read(importer))) require('mongodb/legacy-results').note('ObjectID', 'use ObjectId');
}

const hooks = {
  resolveImport(specifier, base) {
    const from = base === '/' ? main.filename : withoutQuery(base);
    const query = /^(\.|\/|file:)/.test(specifier) ? specifier.slice(withoutQuery(specifier).length) : '';
    const bare = query ? withoutQuery(specifier) : specifier;
    let found;
    try {
      found = resolveFrom(bare, from, IMPORT);
    } catch (error) {
      throw base === '/' ? error : placeAt(error, from, patternOf(specifier));
    }
    if (base !== '/') addImporter(found, from);
    if (found === 'godwit:mongodb' && base !== '/') noteOldName(from);
    return found.startsWith('godwit:') ? found : found + query;
  },
  loadImport(name, type) {
    if (name.startsWith('godwit:')) return exportsOf(require(name.slice('godwit:'.length)), true);
    const path = withoutQuery(name);
    const format = formatOf(path);
    if (type === 'json' || format === 'json') return exportsOf(loadFile(path).exports, false);
    if (format === 'module') return sourceOf(path, false);
    return format === 'commonjs' ? loadCommonJs(path) : loadDetected(path);
  },
  fillMeta(meta, name) {
    const path = withoutQuery(name);
    meta.url = urlOfPath(path) + name.slice(path.length);
    meta.filename = path;
    meta.dirname = dirname(path);
    meta.main = false;
    meta.resolve = (specifier) => {
      // Of a path the URL, whether or not there is anything.
      if (/^(\.\.?|)\//.test(specifier)) return urlOfPath(join(dirname(path), specifier));
      if (specifier.startsWith('file:')) return specifier;
      const found = resolveFrom(specifier, path, IMPORT);
      return found.startsWith('godwit:') ? 'node:' + found.slice('godwit:'.length) : urlOfPath(found);
    };
  },
};
native.attach(hooks);

async function importModule(path) {
  try {
    return await native.importModule(path);
  } catch (error) {
    throw explainLink(error);
  }
}

// A migration or a configuration file, as import() or require() of it gives: a promise. CommonJS
// exports come as they are.
async function loadTop(given) {
  const path = realpath(given);
  allowFolder(dirname(path));
  const format = formatOf(path);
  if (format === 'module') return importModule(path);
  if (format !== 'detect') return loadFile(path, main).exports;
  const compiled = compileOrNull(sourceOf(path, true), path);
  if (typeof compiled === 'function') return loadFile(path, main).exports;
  try {
    return await importModule(path);
  } catch (error) {
    throw isSyntaxErrorOf(error, path) && !compiled.looksLikeModule ? compiled : error;
  }
}

module.exports = { Module, isListing: () => isListing, loadTop };

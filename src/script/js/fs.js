// SPDX-License-Identifier: Apache-2.0
// Files, as far as migrations read and write them. A script stays in its project unless the
// configuration says otherwise. Everything works at once; what Node does in the background is done
// when it is called, and answered later.
'use strict';

const native = binding('fs');
const { errorName } = binding('os');
const { checkFunction, coded, invalidType, invalidValue } = require('internal/errors');
const { fillIn } = require('internal/not-here');

const { Buffer } = require('buffer');
const KIND = 0o170000;
const [FILE, FOLDER, LINK, FIFO, SOCKET, CHARACTER, BLOCK] =
  [0o100000, 0o040000, 0o120000, 0o010000, 0o140000, 0o020000, 0o060000];
const OUTSIDE = -1;
const ENOENT = 2;
const EEXIST = 17;

const constants = { F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4, COPYFILE_EXCL: 1 };

const DESCRIPTIONS = {
  EACCES: 'permission denied', EEXIST: 'file already exists', EISDIR: 'illegal operation on a directory',
  ENOENT: 'no such file or directory', ENOTDIR: 'not a directory', ENOTEMPTY: 'directory not empty',
  EPERM: 'operation not permitted',
};

function pathOf(path, name = 'path') {
  if (typeof path === 'string') {
    if (path.includes('\0')) throw invalidValue(name, path, 'must be a string, Uint8Array, or URL without null bytes');
    return path;
  }
  if (path instanceof Uint8Array) return Buffer.from(path).toString();
  if (typeof path?.href === 'string') return require('url').fileURLToPath(path);
  throw invalidType(name, 'of type string or an instance of Buffer or URL', path);
}

function errorOf([number, text], syscall, path, to) {
  if (number === OUTSIDE) {
    return Object.assign(coded(Error, 'ERR_ACCESS_DENIED', `${syscall} '${path}': ${text}`), { syscall, path });
  }
  const code = errorName(-number);
  const where = to === undefined ? `'${path}'` : `'${path}' -> '${to}'`;
  const message = `${code}: ${DESCRIPTIONS[code] ?? text.toLowerCase()}, ${syscall} ${where}`;
  return Object.assign(new Error(message), { errno: -number, code, syscall, path, ...(to === undefined ? {} : { dest: to }) });
}

// Calls into C; what that throws becomes an error of Node's making, with the script's own stack.
function call(name, syscall, path, ...rest) {
  try {
    return native[name](path, ...rest);
  } catch (facts) {
    if (!Array.isArray(facts)) throw facts;
    const error = errorOf(facts, syscall, path, name === 'rename' ? rest[0] : undefined);
    Error.captureStackTrace?.(error, call);
    throw error;
  }
}

function encodingOf(options) {
  return typeof options === 'string' ? options : options?.encoding ?? null;
}

// A folder can be opened; that it can't be read is found out later, where Node has forgotten its name.
function readBytes(path) {
  try {
    return call('read', 'open', path);
  } catch (error) {
    if (error.code !== 'EISDIR') throw error;
    throw Object.assign(new Error('EISDIR: illegal operation on a directory, read'),
      { errno: error.errno, code: 'EISDIR', syscall: 'read' });
  }
}

function readFileSync(path, options) {
  const bytes = readBytes(pathOf(path));
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const encoding = encodingOf(options);
  return encoding === null || encoding === 'buffer' ? buffer : buffer.toString(encoding);
}

function bytesOf(data, options) {
  if (typeof data === 'string') return Buffer.from(data, encodingOf(options) ?? 'utf8');
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw invalidType('data', 'of type string or an instance of Buffer, TypedArray, or DataView', data);
}

function writeWith(flag, path, data, options) {
  const chosen = typeof options === 'object' && options !== null ? options : {};
  call('write', 'open', pathOf(path), bytesOf(data, options), chosen.flag ?? flag, chosen.mode ?? 0o666);
}

const writeFileSync = (path, data, options) => writeWith('w', path, data, options);
const appendFileSync = (path, data, options) => writeWith('a', path, data, options);

class Stats {
  constructor([mode, size, dev, ino, nlink, uid, gid, atimeMs, mtimeMs, ctimeMs]) {
    Object.assign(this, { dev, mode, nlink, uid, gid, rdev: 0, blksize: 4096, ino, size, blocks: Math.ceil(size / 512),
      atimeMs, mtimeMs, ctimeMs, birthtimeMs: ctimeMs });
    for (const name of ['atime', 'mtime', 'ctime', 'birthtime']) this[name] = new Date(this[`${name}Ms`]);
  }

  isFile() { return (this.mode & KIND) === FILE; }
  isDirectory() { return (this.mode & KIND) === FOLDER; }
  isSymbolicLink() { return (this.mode & KIND) === LINK; }
  isFIFO() { return (this.mode & KIND) === FIFO; }
  isSocket() { return (this.mode & KIND) === SOCKET; }
  isCharacterDevice() { return (this.mode & KIND) === CHARACTER; }
  isBlockDevice() { return (this.mode & KIND) === BLOCK; }
}

function statWith(follow, syscall, path, options) {
  try {
    return new Stats(call('stat', syscall, pathOf(path), follow));
  } catch (error) {
    if (options?.throwIfNoEntry === false && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const statSync = (path, options) => statWith(true, 'stat', path, options);
const lstatSync = (path, options) => statWith(false, 'lstat', path, options);

class Dirent {
  #stats;

  constructor(name, parentPath, stats) {
    this.name = name;
    this.parentPath = parentPath;
    this.path = parentPath;
    this.#stats = stats;
  }

  isFile() { return this.#stats.isFile(); }
  isDirectory() { return this.#stats.isDirectory(); }
  isSymbolicLink() { return this.#stats.isSymbolicLink(); }
}

function namesUnder(folder, prefix) {
  return call('list', 'scandir', folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    return [`${prefix}${name}`, ...(lstatSync(path).isDirectory() ? namesUnder(path, `${prefix}${name}/`) : [])];
  });
}

function readdirSync(path, options) {
  const folder = pathOf(path);
  const names = options?.recursive ? namesUnder(folder, '') : call('list', 'scandir', folder);
  if (!options?.withFileTypes) return names;
  const { basename, dirname, join } = require('path');
  return names.map((name) => new Dirent(basename(name), dirname(join(folder, name)), lstatSync(`${folder}/${name}`)));
}

function existsSync(path) {
  try {
    native.access(pathOf(path), constants.F_OK);
    return true;
  } catch {
    return false;
  }
}

const accessSync = (path, mode = constants.F_OK) => call('access', 'access', pathOf(path), mode);

function mkdirSync(path, options) {
  const mode = typeof options === 'object' ? options?.mode ?? 0o777 : options ?? 0o777;
  const folder = pathOf(path);
  if (!options?.recursive) return call('mkdir', 'mkdir', folder, mode);
  if (existsSync(folder)) {
    if (statSync(folder).isDirectory()) return undefined;
    throw errorOf([EEXIST, ''], 'mkdir', folder);
  }
  const { dirname } = require('path');
  const first = mkdirSync(dirname(folder), options);
  call('mkdir', 'mkdir', folder, mode);
  return first ?? folder;
}

function rmSync(path, options = {}) {
  const target = pathOf(path);
  const stats = lstatSync(target, { throwIfNoEntry: false });
  if (stats === undefined) {
    if (options.force) return;
    throw errorOf([ENOENT, ''], 'rm', target);
  }
  if (stats.isDirectory()) {
    if (!options.recursive) {
      throw coded(Error, 'ERR_FS_EISDIR', `Path is a directory: rm returned EISDIR (is a directory) ${target}`);
    }
    for (const name of call('list', 'scandir', target)) rmSync(`${target}/${name}`, options);
  }
  call('remove', 'rm', target);
}

const unlinkSync = (path) => call('remove', 'unlink', pathOf(path));
const rmdirSync = (path) => call('remove', 'rmdir', pathOf(path));
const renameSync = (from, to) => call('rename', 'rename', pathOf(from, 'oldPath'), pathOf(to, 'newPath'));
const realpathSync = (path) => call('realpath', 'realpath', pathOf(path));
realpathSync.native = realpathSync;

function copyFileSync(from, to, mode = 0) {
  const flag = mode & constants.COPYFILE_EXCL ? 'wx' : 'w';
  writeWith(flag, to, readFileSync(from));
}

const SYNC = { access: accessSync, appendFile: appendFileSync, copyFile: copyFileSync, lstat: lstatSync, mkdir: mkdirSync,
  readFile: readFileSync, readdir: readdirSync, realpath: realpathSync, rename: renameSync, rm: rmSync, rmdir: rmdirSync,
  stat: statSync, unlink: unlinkSync, writeFile: writeFileSync };

// fs.promises.readFile(...): a promise of what readFileSync answers.
const promises = { constants };
for (const [name, sync] of Object.entries(SYNC)) {
  promises[name] = { async [name](...args) { return sync(...args); } }[name];
}

// fs.readFile(..., callback)
const later = {};
for (const name of Object.keys(SYNC)) {
  later[name] = { [name](...args) {
    const callback = args.pop();
    checkFunction(callback, 'cb');
    promises[name](...args).then((value) => setImmediate(callback, null, value), (error) => setImmediate(callback, error));
  } }[name];
}

// What a `for await` and readline need of a stream: the file in parts.
class ReadStream extends require('events') {
  constructor(path, options) {
    super();
    this.path = pathOf(path);
    this.encoding = encodingOf(options);
  }

  setEncoding(encoding) {
    this.encoding = encoding;
    return this;
  }

  async *[Symbol.asyncIterator]() {
    yield readFileSync(this.path, this.encoding);
  }

  on(name, listener) {
    if (name === 'data') setImmediate(() => this.#flow());
    return super.on(name, listener);
  }

  #flow() {
    try {
      this.emit('data', readFileSync(this.path, this.encoding));
      this.emit('end');
      this.emit('close');
    } catch (error) {
      this.emit('error', error);
    }
  }
}

module.exports = fillIn({
  ...later, Dirent, ReadStream, Stats, accessSync, appendFileSync, constants, copyFileSync, existsSync, lstatSync, mkdirSync,
  promises: fillIn(promises, 'fs.promises', 'chmod chown cp link lutimes mkdtemp open opendir readlink statfs symlink ' +
    'truncate utimes watch'),
  readFileSync, readdirSync, realpathSync, renameSync, rmSync, rmdirSync, statSync, unlinkSync, writeFileSync,
  createReadStream: (path, options) => new ReadStream(path, options),
  exists: (path, callback) => setImmediate(callback, existsSync(path)),
  F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1,
}, 'fs', 'chmod chmodSync chown chownSync close closeSync cp cpSync createWriteStream fstat fstatSync fsync fsyncSync ' +
  'ftruncate ftruncateSync futimes link linkSync mkdtemp mkdtempSync open openSync opendir opendirSync read readSync ' +
  'readlink readlinkSync symlink symlinkSync truncate truncateSync utimes utimesSync unwatchFile watch watchFile write ' +
  'writeSync writev WriteStream');

// SPDX-License-Identifier: Apache-2.0
// What a script finds as `process`. It is the script's alone: what it changes here ends with it.
'use strict';

const native = binding('process');
const { write } = binding('console');
const { root } = binding('source');
const EventEmitter = require('events');
const { env } = require('internal/environment');
const { checkFunction, coded, invalidType } = require('internal/errors');
const { fillIn, notHere } = require('internal/not-here');

// Packages look at it to know what they may use: what godwit has is what this Node has.
const NODE_VERSION = '20.19.0';
const ARCHITECTURES = { x86_64: 'x64', aarch64: 'arm64', arm64: 'arm64' };
const started = native.now();

function streamTo(isError, fd) {
  return Object.assign(new EventEmitter(), {
    fd,
    isTTY: false,
    writable: true,
    write(chunk, encoding, callback) {
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
        throw invalidType('chunk', 'of type string or an instance of Buffer, TypedArray, or DataView', chunk);
      }
      write(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString(), isError);
      if (typeof done === 'function') process.nextTick(done);
      return true;
    },
    end(chunk) {
      if (chunk !== undefined && chunk !== null) this.write(chunk);
      return this;
    },
    cork() {},
    uncork() {},
    getColorDepth: () => 1,
    hasColors: () => false,
  });
}

function hrtime(previous) {
  const now = native.now();
  let seconds = Number(now / 1000000000n);
  let nanoseconds = Number(now % 1000000000n);
  if (previous !== undefined) {
    seconds -= previous[0];
    nanoseconds -= previous[1];
    if (nanoseconds < 0) [seconds, nanoseconds] = [seconds - 1, nanoseconds + 1000000000];
  }
  return [seconds, nanoseconds];
}
hrtime.bigint = () => native.now();

function memoryUsage() {
  const rss = native.usage()[2];
  return { rss, heapTotal: rss, heapUsed: rss, external: 0, arrayBuffers: 0 };
}
memoryUsage.rss = () => native.usage()[2];

function cpuUsage(previous) {
  const [user, system] = native.usage();
  return { user: user - (previous?.user ?? 0), system: system - (previous?.system ?? 0) };
}

function nextTick(callback, ...args) {
  checkFunction(callback);
  queueMicrotask(() => callback(...args));
}

function emitWarning(warning, options, code) {
  const { type = 'Warning', code: named = code } = typeof options === 'object' && options !== null
    ? options : { type: options };
  const name = warning instanceof Error ? warning.name : type;
  const message = warning instanceof Error ? warning.message : String(warning);
  write(`(godwit:${native.pid}) ${named ? `[${named}] ` : ''}${name}: ${message}\n`, true);
}

function exit(status = process.exitCode) {
  native.exit(Number(status ?? 0) | 0);
}

const process = Object.assign(new EventEmitter(), {
  arch: ARCHITECTURES[native.machine] ?? native.machine,
  argv: ['godwit', binding('source').root + '/godwit'],
  argv0: 'godwit',
  chdir: () => {
    throw coded(Error, 'ERR_NOT_AVAILABLE', 'process.chdir is not available in godwit: a script works in its project');
  },
  config: { target_defaults: {}, variables: {} },
  cpuUsage,
  cwd: () => root,
  emitWarning,
  env,
  execArgv: [],
  execPath: 'godwit',
  exit,
  exitCode: undefined,
  features: {},
  getegid: () => native.gid,
  geteuid: () => native.uid,
  getgid: () => native.gid,
  getuid: () => native.uid,
  hrtime,
  memoryUsage,
  nextTick,
  pid: native.pid,
  platform: native.system.toLowerCase(),
  ppid: native.ppid,
  release: { name: 'node' },
  reallyExit: exit,
  stderr: streamTo(true, 2),
  stdout: streamTo(false, 1),
  title: 'godwit',
  umask: () => 0o22,
  uptime: () => Number(native.now() - started) / 1e9,
  version: `v${NODE_VERSION}`,
  versions: { node: NODE_VERSION, godwit: native.version },
});
Object.defineProperty(process, Symbol.toStringTag, { value: 'process', configurable: true });
Object.defineProperty(process, 'stdin', {
  configurable: true,
  enumerable: true,
  get: () => notHere('process.stdin')(),
});

module.exports = fillIn(process, 'process', 'abort binding dlopen initgroups kill resourceUsage setegid seteuid ' +
  'setgid setgroups setuid setUncaughtExceptionCaptureCallback loadEnvFile getBuiltinModule');

// SPDX-License-Identifier: Apache-2.0
'use strict';

const native = binding('os');
const machine = binding('process');
const { fillIn } = require('internal/not-here');

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGUSR1: 10, SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15 };

function tmpdir() {
  const { env } = require('process');
  const path = env.TMPDIR || env.TMP || env.TEMP || '/tmp';
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function userInfo() {
  const [username, homedir, shell] = native.user();
  return { uid: machine.uid, gid: machine.gid, username, homedir, shell };
}

module.exports = fillIn({
  EOL: '\n',
  arch: () => require('process').arch,
  availableParallelism: () => native.processors,
  constants: { signals: SIGNALS },
  cpus: () => Array.from({ length: native.processors }, () => (
    { model: 'unknown', speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } })),
  devNull: '/dev/null',
  endianness: () => 'LE',
  freemem: () => native.memory()[1],
  homedir: () => require('process').env.HOME || native.user()[1],
  hostname: native.hostname,
  machine: () => machine.machine,
  platform: () => machine.system.toLowerCase(),
  release: () => machine.release,
  tmpdir,
  totalmem: () => native.memory()[0],
  type: () => machine.system,
  uptime: () => require('process').uptime(),
  userInfo,
}, 'os', 'getPriority loadavg networkInterfaces setPriority version');

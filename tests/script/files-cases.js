// SPDX-License-Identifier: Apache-2.0
'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');
const readline = require('readline');

const later = (start) => new Promise((resolve, reject) => {
  start((error, value) => (error ? reject(error) : resolve(value === undefined ? 'nothing' : value)));
});

async function linesOf(name) {
  const lines = [];
  for await (const line of readline.createInterface({ input: fs.createReadStream(name), crlfDelay: Infinity })) lines.push(line);
  return lines;
}

require('./run-cases')(module, [
  () => fs.writeFileSync('a.txt', 'one\ntwo\r\ngrüß'),
  () => fs.readFileSync('a.txt', 'utf8'),
  () => fs.readFileSync('a.txt').length,
  () => fs.readFileSync(path.resolve('a.txt'), { encoding: 'hex' }),
  () => fs.readFileSync(Buffer.from('a.txt'), 'latin1').length,
  () => fs.readFileSync('nope.txt'),
  () => fs.readFileSync('.'),
  () => fs.readFileSync({}),
  () => fs.readFileSync('a\0b'),
  () => fs.appendFileSync('a.txt', Buffer.from('!')),
  () => fs.readFileSync('a.txt', 'utf8').endsWith('!'),
  () => fs.writeFileSync('a.txt', 'x', { flag: 'wx' }),
  () => fs.writeFileSync('nope/a.txt', 'x'),
  () => fs.writeFileSync('b.txt', { toString: () => 'x' }),
  () => linesOf('a.txt'),
  () => fs.existsSync('a.txt'),
  () => fs.existsSync('nope'),
  () => fs.existsSync(),
  () => fs.mkdirSync('d'),
  () => fs.mkdirSync('d'),
  () => path.relative(process.cwd(), fs.mkdirSync('d/e/f', { recursive: true })),
  () => fs.mkdirSync('d/e/f', { recursive: true }),
  () => fs.mkdirSync('x/y'),
  () => fs.writeFileSync('d/e/f/g.txt', '12345'),
  () => fs.statSync('d/e/f/g.txt').size,
  () => [fs.statSync('d').isDirectory(), fs.statSync('a.txt').isFile(), fs.lstatSync('a.txt').isSymbolicLink()].join(),
  () => fs.statSync('a.txt').mtime instanceof Date,
  () => fs.statSync('nope'),
  () => fs.statSync('nope', { throwIfNoEntry: false }),
  () => fs.readdirSync('d'),
  () => fs.readdirSync('d', { withFileTypes: true }).map((entry) => `${entry.name} ${entry.isDirectory()}`),
  () => fs.readdirSync('d', { recursive: true }).sort(),
  () => fs.readdirSync('nope'),
  () => fs.readdirSync('a.txt'),
  () => fs.accessSync('a.txt', fs.constants.R_OK),
  () => fs.accessSync('nope'),
  () => fs.copyFileSync('a.txt', 'c.txt'),
  () => fs.renameSync('c.txt', 'd/c.txt'),
  () => fs.renameSync('nope', 'other'),
  () => fs.rmdirSync('d'),
  () => fs.unlinkSync('d/c.txt'),
  () => fs.unlinkSync('nope'),
  () => fs.rmSync('d', { recursive: true }),
  () => fs.rmSync('d', { force: true }),
  () => fs.promises.readFile('a.txt', 'utf8').then((text) => text.length),
  () => fs.promises.readFile('nope', 'utf8'),
  () => require('fs/promises').writeFile('p.txt', 'p').then(() => fs.readFileSync('p.txt', 'utf8')),
  () => require('node:fs/promises').stat('p.txt').then((stats) => stats.size),
  () => later((done) => fs.readFile('p.txt', 'utf8', done)),
  () => later((done) => fs.readFile('nope', done)),
  () => later((done) => fs.writeFile('p.txt', 'q', done)),
  () => later((done) => fs.mkdir('m', done)),
  () => new Promise((resolve) => {
    let text = '';
    fs.createReadStream('a.txt', 'utf8').on('data', (part) => { text += part; }).on('end', () => resolve(text.length));
  }),
  () => os.EOL,
  () => [typeof os.hostname(), os.platform(), os.type(), os.endianness(), os.devNull].join(),
  () => os.cpus().length > 0 && os.totalmem() > os.freemem() && os.tmpdir().startsWith('/'),
  () => typeof os.userInfo().username,
]);

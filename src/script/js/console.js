// SPDX-License-Identifier: Apache-2.0
// console.*: formatted by util, indented by groups, and handed to whoever runs the script.
'use strict';

const { write } = binding('console');

// Required late: a script that prints nothing does not pay for it.
const util = () => require('util');

class Console {
  #indent = '';
  #counts = new Map();
  #starts = new Map();

  constructor() {
    // Methods are often taken off the object: `promise.catch(console.error)`.
    for (const name of Object.getOwnPropertyNames(Console.prototype)) {
      if (name !== 'constructor') Object.defineProperty(this, name, {
        value: this[name].bind(this), configurable: true, enumerable: true, writable: true,
      });
    }
  }

  #print(isError, text) {
    write(this.#indent === '' ? text + '\n' : text.replace(/^/gm, this.#indent) + '\n', isError);
  }

  log(...args) {
    this.#print(false, util().format(...args));
  }

  info(...args) {
    this.#print(false, util().format(...args));
  }

  debug(...args) {
    this.#print(false, util().format(...args));
  }

  warn(...args) {
    this.#print(true, util().format(...args));
  }

  error(...args) {
    this.#print(true, util().format(...args));
  }

  trace(...args) {
    const at = {};
    Error.captureStackTrace(at, this.trace);
    const text = util().format(...args);
    this.#print(true, `Trace${text && ': ' + text}\n${at.stack.trimEnd()}`);
  }

  dir(value, options) {
    this.#print(false, util().inspect(value, { customInspect: false, ...options }));
  }

  dirxml(...args) {
    this.log(...args);
  }

  assert(condition, ...args) {
    if (condition) return;
    if (typeof args[0] === 'string') args[0] = `Assertion failed: ${args[0]}`;
    else args.unshift('Assertion failed');
    this.#print(true, util().format(...args));
  }

  clear() {}

  count(label = 'default') {
    const count = (this.#counts.get(`${label}`) ?? 0) + 1;
    this.#counts.set(`${label}`, count);
    this.#print(false, `${label}: ${count}`);
  }

  countReset(label = 'default') {
    this.#counts.delete(`${label}`);
  }

  group(...args) {
    if (args.length > 0) this.log(...args);
    this.#indent += '  ';
  }

  groupCollapsed(...args) {
    this.group(...args);
  }

  groupEnd() {
    this.#indent = this.#indent.slice(2);
  }

  time(label = 'default') {
    this.#starts.set(`${label}`, performance.now());
  }

  timeLog(label = 'default', ...args) {
    const start = this.#starts.get(`${label}`);
    if (start === undefined) return;
    const ms = performance.now() - start;
    const shown = ms >= 1000 ? `${(ms / 1000).toFixed(3)}s` : `${ms.toFixed(3)}ms`;
    this.#print(false, util().format('%s: %s', label, shown, ...args));
  }

  timeEnd(label = 'default') {
    this.timeLog(label);
    this.#starts.delete(`${label}`);
  }

  table(data, columns) {
    if (data === null || typeof data !== 'object') {
      this.log(data);
      return;
    }
    this.#print(false, drawTable(data, columns));
  }
}

// Rows by key; a column for each property of the rows, and 'Values' for rows that are no objects.
function drawTable(data, columns) {
  const show = (value) => util().inspect(value, { depth: 0, maxArrayLength: 3, breakLength: Infinity });
  const isMap = data instanceof Map;
  const index = isMap || data instanceof Set ? '(iteration index)' : '(index)';
  const source = isMap || data instanceof Set ? [...data.entries()].map((entry, at) => [at, ...entry]) : Object.entries(data);
  const heads = columns ? columns.map(String) : [];
  const rows = [];
  let hasValues = false;
  for (const entry of source) {
    const value = entry.at(-1);
    const row = new Map([[index, String(entry[0])]]);
    if (isMap) row.set('Key', show(entry[1]));
    if (value !== null && typeof value === 'object' && !isMap) {
      for (const key of Object.keys(value)) {
        if (!columns && !heads.includes(key)) heads.push(key);
        if (heads.includes(key)) row.set(key, show(value[key]));
      }
    } else {
      hasValues = true;
      row.set('Values', show(value));
    }
    rows.push(row);
  }
  return drawBox([index, ...(isMap ? ['Key'] : []), ...heads, ...(hasValues ? ['Values'] : [])], rows);
}

function drawBox(heads, rows) {
  const widths = heads.map((head) => Math.max(head.length, ...rows.map((row) => (row.get(head) ?? '').length)) + 2);
  const line = (left, middle, right) => left + widths.map((width) => '─'.repeat(width)).join(middle) + right;
  const cells = (texts) => '│' + texts.map((text, at) => ` ${text}`.padEnd(widths[at])).join('│') + '│';
  return [
    line('┌', '┬', '┐'), cells(heads), line('├', '┼', '┤'),
    ...rows.map((row) => cells(heads.map((head) => row.get(head) ?? ''))), line('└', '┴', '┘'),
  ].join('\n');
}

module.exports = new Console();
module.exports.Console = Console;

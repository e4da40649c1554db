// SPDX-License-Identifier: Apache-2.0
// Whether the parts of an inspected object go on one line, on one line each, or in columns.
'use strict';

// A character is about two and a half times as high as it is wide: columns are chosen so that a block
// of short entries comes out roughly square.
const HEIGHT = 2.5;
const GAP = 2;
const MAX_COLUMNS = 15;

function countColumns(options, widths, widest, total, entries) {
  const cell = widest + GAP;
  const biased = Math.max(cell - 3 - Math.sqrt(cell - total / entries), 1);
  return Math.min(
    Math.round(Math.sqrt(HEIGHT * biased * widths.length) / biased),
    Math.floor((options.breakLength - options.indent) / cell),
    options.compact * 4,
    MAX_COLUMNS,
  );
}

function drawRow(row, columns, isRight) {
  const last = row.length - 1;
  return row.map((text, at) => {
    if (at === last) return isRight ? text.padStart(columns[at] - GAP) : text;
    return isRight ? `${text}, `.padStart(columns[at]) : `${text}, `.padEnd(columns[at]);
  }).join('');
}

// Entries of an array with more than six, side by side where they are short and much alike.
function inColumns(options, entries, value) {
  const hasRest = options.maxArrayLength < entries.length;
  const shown = hasRest ? entries.slice(0, -1) : entries;
  const widths = shown.map((text) => text.length);
  const widest = Math.max(0, ...widths);
  const total = widths.reduce((sum, width) => sum + width + GAP, 0);
  const cell = widest + GAP;
  if (cell * 3 + options.indent >= options.breakLength) return entries;
  if (total / cell <= 5 && widest > 6) return entries;
  const count = countColumns(options, widths, widest, total, entries.length);
  if (count <= 1) return entries;
  const columns = [];
  for (let column = 0; column < count; column++) {
    let width = 0;
    for (let at = column; at < shown.length; at += count) width = Math.max(width, widths[at]);
    columns.push(width + GAP);
  }
  const isRight = value !== undefined && entries.every((_, at) => typeof value[at] === 'number' || typeof value[at] === 'bigint');
  const rows = [];
  for (let at = 0; at < shown.length; at += count) rows.push(drawRow(shown.slice(at, at + count), columns, isRight));
  if (hasRest) rows.push(entries.at(-1));
  return rows;
}

function fitsOnLine(options, entries, start, base) {
  let total = entries.length + start;
  if (total + entries.length > options.breakLength) return false;
  for (const text of entries) {
    total += text.length;
    if (total > options.breakLength) return false;
  }
  return base === '' || !base.includes('\n');
}

// `shape` is { base, braces, isList }; `level` the depth of what is drawn. Three levels at most go on
// one line (the option compact).
function joinEntries(options, entries, shape, level, value) {
  const [open, close] = shape.braces;
  const head = shape.base ? `${shape.base} ` : '';
  const newline = `\n${' '.repeat(options.indent)}`;
  if (options.compact === true) {
    if (fitsOnLine(options, entries, 0, shape.base)) {
      return `${open}${shape.base ? ` ${shape.base}` : ''} ${entries.join(', ')} ${close}`;
    }
    const start = shape.base === '' && open.length === 1 ? ' ' : `${shape.base ? ` ${shape.base}` : ''}${newline}  `;
    return `${open}${start}${entries.join(`,${newline}  `)} ${close}`;
  }
  let rows = entries;
  if (typeof options.compact === 'number' && options.compact >= 1) {
    if (shape.isList && entries.length > 6) rows = inColumns(options, entries, value);
    if (options.deepest - level < options.compact && rows === entries) {
      const start = rows.length + options.indent + open.length + shape.base.length + 10;
      const line = rows.join(', ');
      if (fitsOnLine(options, rows, start, shape.base) && !line.includes('\n')) return `${head}${open} ${line} ${close}`;
    }
  }
  return `${head}${open}${newline}  ${rows.join(`,${newline}  `)}${newline}${close}`;
}

module.exports = { joinEntries };

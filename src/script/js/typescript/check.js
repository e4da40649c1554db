// SPDX-License-Identifier: Apache-2.0
// What a file calls and imports, and what is to be said of its style, from its tokens: nothing is run.
import { parse } from 'sucrase/parser/index';
import { TokenType as tt } from 'sucrase/parser/tokenizer/types';

import { bodyOf, collectionOf, indexesMade } from 'typescript/operations';
import { RULES } from 'typescript/rules';

const OPENING = new Set([tt.braceL, tt.bracketL, tt.dollarBraceL, tt.parenL]);
const CLOSING = new Set([tt.braceR, tt.bracketR, tt.parenR]);

// Methods of the driver that change or read data.
const DRIVER = new Set(('aggregate bulkWrite collMod command count countDocuments createCollection createIndex createIndexes ' +
  'deleteMany deleteOne distinct drop dropCollection dropDatabase dropIndex dropIndexes ensureIndex estimatedDocumentCount ' +
  'find findAndModify findOne findOneAndDelete findOneAndReplace findOneAndUpdate insert insertMany insertOne listCollections ' +
  'listIndexes remove rename renameCollection replaceOne save startSession update updateMany updateOne ' +
  'withTransaction').split(' '));

const DROPPING = new Set(['drop', 'dropCollection', 'dropDatabase', 'dropIndex', 'dropIndexes', 'rename', 'renameCollection']);

// The tokens with what the rules ask of them.
class Source {
  constructor(code, tokens) {
    this.code = code;
    this.tokens = tokens.filter((token) => !token.isType);
    this.ends = this.#matchBrackets();
    this.opens = new Map(Array.from(this.ends, ([open, end]) => [end, open]));
  }

  #matchBrackets() {
    const ends = new Map();
    const open = [];
    this.tokens.forEach((token, at) => {
      if (OPENING.has(token.type)) open.push(at);
      else if (CLOSING.has(token.type) && open.length > 0) ends.set(open.pop(), at);
    });
    return ends;
  }

  text(at) {
    const token = this.tokens[at];
    return token ? this.code.slice(token.start, token.end) : '';
  }

  // `.name(`: answers where its bracket opens, or 0.
  callAt(at, name) {
    const before = this.tokens[at - 1]?.type;
    if (before !== tt.dot && before !== tt.questionDot) return 0;
    if (this.tokens[at + 1]?.type !== tt.parenL) return 0;
    return name === undefined || this.text(at) === name ? at + 1 : 0;
  }

  // All calls of methods by these names: [{at, name, open, end}].
  *calls(names, from = 0, to = this.tokens.length) {
    for (let at = from; at < to; at++) {
      const open = names.has(this.text(at)) ? this.callAt(at) : 0;
      if (open > 0) yield { at, name: this.text(at), open, end: this.ends.get(open) ?? open };
    }
  }

  // What stands between two tokens, without blanks.
  inside(open, end) {
    return this.tokens.slice(open + 1, end).map((token) => this.code.slice(token.start, token.end)).join('');
  }

  has(text, open, end) {
    for (let at = open + 1; at < end; at++) if (this.text(at) === text) return true;
    return false;
  }

  place(at) {
    const before = this.code.slice(0, this.tokens[at]?.start ?? 0);
    return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
  }
}

function modulesOf(source) {
  const found = new Set();
  source.tokens.forEach((token, at) => {
    if (token.type !== tt.string) return;
    const before = source.text(at - 1);
    const isCall = before === '(' && ['require', 'import'].includes(source.text(at - 2));
    if (isCall || before === 'from' || before === 'import') found.add(source.text(at).slice(1, -1));
  });
  return [...found];
}

function callsOf(source) {
  const counts = {};
  for (const { name } of source.calls(DRIVER)) counts[name] = (counts[name] ?? 0) + 1;
  return Object.entries(counts).map(([name, count]) => ({ name, count }));
}

// `godwit-check off: rule, rule` in a comment of the file.
function switchedOff(code) {
  const off = new Set();
  for (const [, names] of code.matchAll(/godwit-check\s+off:\s*([\w-]+(?:\s*,\s*[\w-]+)*)/g)) {
    for (const name of names.split(',')) off.add(name.trim());
  }
  return off;
}

// The indexes that are there after this file, as far as files say it: those of the earlier ones, without
// those of collections that it drops something of, and its own.
function indexesAfter(source, earlier, file) {
  const up = bodyOf(source, 'up');
  if (!up) return earlier;
  const dropped = new Set(Array.from(source.calls(DROPPING, up.from, up.to), ({ at, open, end }) => (
    collectionOf(source, at - 2) ?? source.inside(open, end).replace(/['"`]/g, ''))));
  const made = [...indexesMade(source, up)].filter(({ collection, keys }) => collection && keys);
  return [
    ...earlier.filter(({ collection }) => !dropped.has(collection) && !dropped.has('')),
    ...made.map(({ collection, keys }) => ({ collection, keys, file })),
  ];
}

// As JSON: {modules, calls, findings: [{rule, level, message, line, column}], questions, indexes}. A question is
// what only a database can answer: {rule, level, collection, field or keys, line, column}. `context` is {file,
// indexes}, as the file before it left them; `hasDown` is whether the file exports one, where it was loaded.
export function check(code, hasDown, context) {
  const { file, indexes } = JSON.parse(context);
  const source = new Source(code, parse(code, false, true, false).tokens);
  const off = switchedOff(code);
  const findings = [];
  const questions = [];
  for (const { name: rule, level, find, ask } of RULES) {
    if (off.has(rule)) continue;
    for (const { at, message } of find?.(source, { hasDown, indexes }) ?? []) {
      findings.push({ rule, level, message, ...source.place(at) });
    }
    for (const { at, ...question } of ask?.(source) ?? []) questions.push({ rule, level, ...question, ...source.place(at) });
  }
  findings.sort((a, b) => a.line - b.line || a.column - b.column);
  return JSON.stringify({
    modules: modulesOf(source), calls: callsOf(source), findings, questions, indexes: indexesAfter(source, indexes, file),
  });
}

// SPDX-License-Identifier: Apache-2.0
// What a file calls and imports, and what is to be said of its style, from its tokens: nothing is run.
import { parse } from 'sucrase/parser/index';
import { TokenType as tt } from 'sucrase/parser/tokenizer/types';

import { RULES } from 'typescript/rules';

const OPENING = new Set([tt.braceL, tt.bracketL, tt.dollarBraceL, tt.parenL]);
const CLOSING = new Set([tt.braceR, tt.bracketR, tt.parenR]);

// Methods of the driver that change or read data.
const DRIVER = new Set(('aggregate bulkWrite collMod command count countDocuments createCollection createIndex createIndexes ' +
  'deleteMany deleteOne distinct drop dropCollection dropDatabase dropIndex dropIndexes ensureIndex estimatedDocumentCount ' +
  'find findAndModify findOne findOneAndDelete findOneAndReplace findOneAndUpdate insert insertMany insertOne listCollections ' +
  'listIndexes remove rename renameCollection replaceOne save startSession update updateMany updateOne ' +
  'withTransaction').split(' '));

// The tokens with what the rules ask of them.
class Source {
  constructor(code, tokens) {
    this.code = code;
    this.tokens = tokens.filter((token) => !token.isType);
    this.ends = this.#matchBrackets();
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

// As JSON: {modules, calls, findings: [{rule, level, message, line, column}]}. `hasDown` and `hasUp` are
// what the file exports, where it could be loaded.
export function check(code, hasDown) {
  const source = new Source(code, parse(code, false, true, false).tokens);
  const off = switchedOff(code);
  const findings = [];
  for (const rule of RULES) {
    if (off.has(rule.name)) continue;
    for (const { at, message } of rule.find(source, { hasDown })) {
      findings.push({ rule: rule.name, level: rule.level, message, ...source.place(at) });
    }
  }
  findings.sort((a, b) => a.line - b.line || a.column - b.column);
  return JSON.stringify({ modules: modulesOf(source), calls: callsOf(source), findings });
}

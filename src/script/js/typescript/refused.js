// SPDX-License-Identifier: Apache-2.0
// What cannot be had by dropping types: decorators, and namespaces that hold more than types. Sucrase
// leaves the one in and drops the other without a word.
import { ContextualKeyword as word } from 'sucrase/parser/tokenizer/keywords';
import { TokenType as tt } from 'sucrase/parser/tokenizer/types';

const DECLARATIONS = new Set([tt._const, tt._let, tt._var, tt._function, tt._class, tt._enum]);
const OPENING = new Set([tt.braceL, tt.parenL, tt.bracketL, tt.dollarBraceL]);
const CLOSING = new Set([tt.braceR, tt.parenR, tt.bracketR]);
const STATEMENT_ENDS = new Set([tt.braceL, tt.braceR, tt.semi]);
const GOES_ON = new Set([tt.parenL, tt.dot, tt.eq, tt.backQuote]);

function isWord(token, wanted) {
  return token?.contextualKeyword === wanted;
}

function isDeclared(tokens, at) {
  const before = tokens[at - 1];
  return isWord(before, word._declare) || before?.type === tt._declare;
}

// `namespace A.B {`: answers where the brace is, or 0.
function bodyOfNamespace(tokens, at) {
  const token = tokens[at];
  if (!token.isType || token.type !== tt.name) return 0;
  if (!isWord(token, word._namespace) && !isWord(token, word._module)) return 0;
  if (tokens[at + 1]?.type !== tt.name) return 0;
  let end = at + 2;
  while (tokens[end]?.type === tt.dot) end += 2;
  return tokens[end]?.type === tt.braceL ? end : 0;
}

function isValue(tokens, at) {
  if (isDeclared(tokens, at)) return false;
  if (DECLARATIONS.has(tokens[at].type)) return true;
  return tokens[at].type === tt.name && STATEMENT_ENDS.has(tokens[at - 1].type) && GOES_ON.has(tokens[at + 1]?.type);
}

// The first token of a value in the block that opens at `open`, or null; and where the block ends.
function searchBlock(tokens, open) {
  let depth = 1;
  let value = null;
  let at = open + 1;
  for (; at < tokens.length && depth > 0; at++) {
    if (OPENING.has(tokens[at].type)) depth++;
    else if (CLOSING.has(tokens[at].type)) depth--;
    else if (depth === 1 && value === null && isValue(tokens, at)) value = tokens[at];
  }
  return { value, end: at };
}

// `declare global {`, `declare module 'x' {`, `declare namespace A {`: answers where the block ends, or 0.
function endOfDeclared(tokens, at) {
  const opens = tokens[at + 1];
  if (!opens || !isDeclared(tokens, at + 1) || opens.type !== tt.name) return 0;
  if (![word._global, word._module, word._namespace].includes(opens.contextualKeyword)) return 0;
  const brace = tokens.findIndex((token, row) => row > at && token.type === tt.braceL);
  return brace < 0 ? 0 : searchBlock(tokens, brace).end;
}

// {token, message} of the first thing that is refused, or null.
export function findRefused(code, tokens) {
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token.type === tt.at && !token.isType) {
      return { token, message: 'decorators are not available in godwit: call the function yourself' };
    }
    const declared = endOfDeclared(tokens, at);
    if (declared > 0) {
      at = declared - 1;
      continue;
    }
    const body = bodyOfNamespace(tokens, at);
    if (body === 0 || searchBlock(tokens, body).value === null) continue;
    const name = code.slice(tokens[at + 1].start, tokens[body - 1].end);
    return { token, message: `the namespace '${name}' holds more than types, which cannot be stripped: use a module` };
  }
  return null;
}

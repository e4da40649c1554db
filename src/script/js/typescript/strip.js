// SPDX-License-Identifier: Apache-2.0
// TypeScript to JavaScript, by sucrase. Runs in a runtime of its own (script/typescript.c), which has
// neither godwit's globals nor its require().
//
// What is dropped leaves blanks behind, so that nearly everything stays on its line and in its column;
// for the rest there is a list of shifts.
import CJSImportProcessor from 'sucrase/CJSImportProcessor';
import { HelperManager } from 'sucrase/HelperManager';
import NameManager from 'sucrase/NameManager';
import TokenProcessor from 'sucrase/TokenProcessor';
import identifyShadowedGlobals from 'sucrase/identifyShadowedGlobals';
import { parse } from 'sucrase/parser/index';
import { ContextualKeyword as word } from 'sucrase/parser/tokenizer/keywords';
import { TokenType as tt } from 'sucrase/parser/tokenizer/types';
import { locationForIndex } from 'sucrase/parser/traverser/base';
import RootTransformer from 'sucrase/transformers/RootTransformer';
import getTSImportedNames from 'sucrase/util/getTSImportedNames';

export { check } from 'typescript/check';
import { findRefused } from 'typescript/refused';
import { shiftsOf } from 'typescript/shifts';

function blank(text) {
  return text.includes('\n') || text.includes('\r') ? text.replace(/[^\r\n]/g, ' ') : ' '.repeat(text.length);
}

// `type A = 1` between two lines without semicolons kept them apart: so must what is left of it.
const DECLARATION_WORDS = new Set([
  word._abstract, word._declare, word._global, word._interface, word._module, word._namespace, word._type,
]);
const DECLARATION_TYPES = new Set([tt._abstract, tt._declare, tt._export, tt._function]);

const OPENING = new Set([tt.braceL, tt.bracketL, tt.lessThan, tt.parenL]);
const CLOSING = new Set([tt.braceR, tt.bracketR, tt.greaterThan, tt.parenR]);
const NAMES = new Set([tt.braceL, tt.name, tt.star, tt.string]);

function startsDeclaration(token) {
  return token.isType && (DECLARATION_WORDS.has(token.contextualKeyword) || DECLARATION_TYPES.has(token.type));
}

// How sucrase calls what was imported: its error would speak of 'call', not of the name.
const CALL = '.call(void 0, ';

class BlankingProcessor extends TokenProcessor {
  depth = 0; // of brackets in what is being dropped

  replaceToken(newCode) {
    super.replaceToken(newCode.endsWith(CALL) ? `(0, ${newCode.slice(0, -CALL.length)})(` : newCode);
  }

  removeInitialToken() {
    this.resultCode += this.previousWhitespaceAndComments();
    this.depth = 0;
    this.blankToken(startsDeclaration(this.currentToken()) ? ';' : '');
  }

  removeToken() {
    const before = this.previousWhitespaceAndComments();
    this.resultCode += blank(before);
    this.blankToken(this.depth === 0 && before.includes('\n') && this.startsAnother() ? ';' : '');
  }

  // A declaration right behind a type (`as const`, a new line, `type A = 1`) is dropped in one go with it.
  startsAnother() {
    const next = this.tokens[this.tokenIndex + 1];
    return startsDeclaration(this.currentToken()) && NAMES.has(next?.type);
  }

  blankToken(first = '') {
    const token = this.currentToken();
    this.appendTokenPrefix();
    this.resultCode += first + blank(this.code.slice(token.start + first.length, token.end));
    this.appendTokenSuffix();
    if (OPENING.has(token.type)) this.depth++;
    else if (CLOSING.has(token.type)) this.depth--;
    this.tokenIndex++;
  }

  // What is longer than the token that it replaces takes the blanks before it.
  replaceTokenTrimmingLeftWhitespace(newCode) {
    const token = this.currentToken();
    this.resultCode += blank(this.previousWhitespaceAndComments());
    for (let more = newCode.length - (token.end - token.start); more > 0 && this.resultCode.endsWith('  '); more--) {
      this.resultCode = this.resultCode.slice(0, -1);
    }
    this.appendTokenPrefix();
    this.resultMappings[this.tokenIndex] = this.resultCode.length;
    this.resultCode += newCode;
    this.appendTokenSuffix();
    this.tokenIndex++;
  }
}

function contextOf(code, tokens, scopes, isCommonJs, options) {
  const nameManager = new NameManager(code, tokens);
  const helperManager = new HelperManager(nameManager);
  const tokenProcessor = new BlankingProcessor(code, tokens, false, true, helperManager);
  let importProcessor = null;
  if (isCommonJs) {
    importProcessor = new CJSImportProcessor(nameManager, tokenProcessor, false, options, true, false, helperManager);
    importProcessor.preprocessTokens();
    identifyShadowedGlobals(tokenProcessor, scopes, importProcessor.getGlobalNames());
    importProcessor.pruneTypeOnlyImports();
  } else {
    identifyShadowedGlobals(tokenProcessor, scopes, getTSImportedNames(tokenProcessor));
  }
  return { tokenProcessor, scopes, nameManager, importProcessor, helperManager };
}

// What the parser itself says of text that it can't read: "Unexpected token (3:5)".
function placed(error) {
  const message = `syntax error: ${String(error.message).replace(/ \(\d+:\d+\)$/, '')}`;
  return { message, line: error.loc?.line ?? 0, column: error.loc?.column ?? 0 };
}

// As `import * as moment from 'moment'` has always been used: a function stays one, and has a default.
const NAMESPACE = '(obj && obj.__esModule) { return obj; }';
const CALLABLE = " else if (typeof obj === 'function') { return new Proxy(obj, " +
  "{ get: (f, key) => (key === 'default' && !(key in f) ? f : f[key]) }); }";

function keepFunctions(code) {
  const at = code.indexOf('function _interopRequireWildcard(obj)');
  const end = at < 0 ? -1 : code.indexOf(NAMESPACE, at) + NAMESPACE.length;
  return end < NAMESPACE.length ? code : code.slice(0, end) + CALLABLE + code.slice(end);
}

// Answers {code, shifts}, or {message, line, column} of what is wrong.
export function strip(code, isCommonJs) {
  const transforms = isCommonJs ? ['typescript', 'imports'] : ['typescript'];
  const options = {
    transforms, disableESTransforms: true, preserveDynamicImport: true, injectCreateRequireForImportRequire: true,
  };
  try {
    const { tokens, scopes } = parse(code, false, true, false);
    const refused = findRefused(code, tokens);
    if (refused) return { message: refused.message, ...locationForIndex(refused.token.start) };
    const context = contextOf(code, tokens, scopes, isCommonJs, options);
    const result = new RootTransformer(context, transforms, false, options).transform();
    const text = isCommonJs ? keepFunctions(result.code) : result.code;
    const moved = text.length - result.code.length;
    return { code: text, shifts: shiftsOf(code, tokens, text, result.mappings, moved) };
  } catch (error) {
    return placed(error);
  }
}

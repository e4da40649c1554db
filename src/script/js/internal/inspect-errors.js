// SPDX-License-Identifier: Apache-2.0
// Errors in util.inspect. This engine's `stack` holds the places only, so the head is made here, of
// name and message as they are now.
'use strict';

function headOf(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

function stackOf(error) {
  const { stack } = error;
  if (stack === undefined || stack === null || stack === '') return headOf(error);
  const text = String(stack).trimEnd();
  return /^\s+at /.test(text) ? `${headOf(error)}\n${text}` : text;
}

// The class as well, where the name does not tell: "MyError: ..." for a class that kept 'Error'.
function withClass(text, error, constructor) {
  const name = error.name == null ? 'Error' : String(error.name);
  if (constructor === null) return withoutPrototype(text);
  const isHead = name.endsWith('Error') && text.startsWith(name) && /^(:|\n|$)/.test(text.slice(name.length));
  if (!isHead || name === constructor) return text;
  const rest = text.slice(name.length);
  return constructor.includes(name) ? constructor + rest : `${constructor} [${name}]${rest}`;
}

function withoutPrototype(text) {
  const found = /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n\s+at)/.exec(text) ?? /^([a-z_A-Z0-9-]*Error)$/.exec(text);
  const name = found?.[1] ?? '';
  return `[${name || 'Error'}: null prototype]${name ? '' : ': '}${text.slice(name.length)}`;
}

// Own properties that the text shows already are left out of `keys`; cause and errors are put in.
function settleKeys(error, keys, text, showHidden) {
  if (!showHidden) {
    for (const name of ['name', 'message', 'stack']) {
      const at = keys.indexOf(name);
      if (at >= 0 && (typeof error[name] !== 'string' || text.includes(error[name]))) keys.splice(at, 1);
    }
  }
  if ('cause' in error && !keys.includes('cause')) keys.push('cause');
  if (Array.isArray(Object.getOwnPropertyDescriptor(error, 'errors')?.value) && !keys.includes('errors')) keys.push('errors');
}

function showError({ options, value, constructor }, keys) {
  const stack = stackOf(value);
  settleKeys(value, keys, stack, options.showHidden);
  const text = withClass(stack, value, constructor);
  const message = typeof value.message === 'string' ? value.message : '';
  const at = message === '' ? 0 : Math.max(0, text.indexOf(message)) + message.length;
  const shown = text.includes('\n    at', at) ? text : `[${text}]`;
  return options.indent === 0 ? shown : shown.replaceAll('\n', `\n${' '.repeat(options.indent)}`);
}

module.exports = { showError };

// SPDX-License-Identifier: Apache-2.0
// Prints what each case gives, one JSON line each, so that two engines can be compared
// (builtins.t).
'use strict';

function nameOf(run) {
  return String(run).replace(/^(async )?\(\) => /, '').replace(/\s+/g, ' ').slice(0, 120);
}

// Places differ between engines; that there is a stack does not.
function withoutPlaces(text) {
  return text.replace(/(\n\s+at [^\n]*?(?= \{\n)|\n\s+at [^\n]*)+/g, '\n<stack>');
}

async function resultOf(run) {
  try {
    const result = await run();
    return typeof result === 'string' ? withoutPlaces(result) : result === undefined ? 'undefined' : result;
  } catch (error) {
    return `throws ${error.name} ${error.code ?? ''} ${error.message}`;
  }
}

async function runCases(cases) {
  for (const run of cases) console.log('%s', JSON.stringify([nameOf(run), await resultOf(run)]));
}

// Node runs the file itself; godwit calls up().
module.exports = (file, cases) => {
  file.exports.up = () => runCases(cases);
  if (require.main === file) file.exports.up();
};

// SPDX-License-Identifier: Apache-2.0
// Where the stripped text and the original differ in lines and columns.

function lineStarts(text) {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

// For each token whose place differs otherwise than that of the token before it in the same line:
// line and column in the stripped text, how many lines and columns further back the original is, and 1
// where all of what stands there now was that one token. As text: "3,17,0,4,0 5,2,0,-1,1".
export function shiftsOf(code, tokens, text, mappings, moved) {
  const before = lineStarts(code);
  const after = lineStarts(text);
  const shifts = [];
  let [from, to, lines, columns, isOther, last] = [0, 0, 0, 0, false, -1];
  for (let row = 0; row < tokens.length; row++) {
    if (mappings[row] === undefined) continue;
    const place = mappings[row] + moved;
    while (from + 1 < before.length && before[from + 1] <= tokens[row].start) from++;
    while (to + 1 < after.length && after[to + 1] <= place) to++;
    if (to !== last) [last, lines, columns, isOther] = [to, 0, 0, false];
    const column = place - after[to];
    const [byLines, byColumns] = [to - from, column - (tokens[row].start - before[from])];
    const isReplaced = !text.startsWith(code.slice(tokens[row].start, tokens[row].end), place);
    if (byLines === lines && byColumns === columns && isReplaced === isOther) continue;
    [lines, columns, isOther] = [byLines, byColumns, isReplaced];
    shifts.push(`${to + 1},${column + 1},${lines},${columns},${isReplaced ? 1 : 0}`);
  }
  return shifts.join(' ');
}

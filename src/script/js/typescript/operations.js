// SPDX-License-Identifier: Apache-2.0
// What the functions of a migration do, as far as the text of the file says it.

// Where the function ends that begins with the bracket of its parameters: [from, to] of its body.
function bodyBehind(source, open) {
  const arrow = (source.ends.get(open) ?? open) + 1;
  const body = source.text(arrow) === '=>' ? arrow + 1 : arrow;
  if (source.text(body) === '{') return { from: body, to: source.ends.get(body) ?? body };
  if (body === arrow) return null;
  let to = body;
  while (to < source.tokens.length && ![';', ',', '}', ')'].includes(source.text(to))) to = (source.ends.get(to) ?? to) + 1;
  return { from: body, to };
}

// The body of `async up(db) {`, `up: async (db) => ..`, `exports.up = function (db) {`; or null.
export function bodyOf(source, name) {
  for (let at = 0; at < source.tokens.length; at++) {
    if (source.text(at) !== name) continue;
    if (source.text(at + 1) === '(' && source.text(at - 1) !== '.') {
      const body = bodyBehind(source, at + 1);
      if (body) return body;
    }
    if (!['=', ':'].includes(source.text(at + 1))) continue;
    for (let next = at + 2; next < at + 6; next++) {
      if (source.text(next) === '(') return bodyBehind(source, next);
    }
  }
  return null;
}

const bare = (text) => text.replace(/^['"`]|['"`]$/g, '');

// 'users' of db.collection('users'), also of a variable that was one; undefined where nothing says it.
export function collectionOf(source, end) {
  let open = source.text(end) === ')' ? source.opens.get(end) : undefined;
  if (open === undefined) {
    const name = source.text(end);
    for (let at = 0; at < source.tokens.length && open === undefined; at++) {
      if (source.text(at) !== name || source.text(at + 1) !== '=') continue;
      for (let next = at + 2; next < at + 8; next++) open ||= source.callAt(next, 'collection') || undefined;
    }
  }
  if (open === undefined || source.text(open - 1) !== 'collection') return undefined;
  const name = source.inside(open, source.ends.get(open) ?? open);
  return /^(['"`])[^'"`$]*\1$/.test(name) ? bare(name) : undefined;
}

// The arguments of a call: [from, to) each.
export function argumentsOf(source, { open, end }) {
  const found = [];
  for (let from = open + 1, at = from; at <= end; at++) {
    if (at === end || source.text(at) === ',') {
      if (at > from) found.push({ from, to: at });
      from = at + 1;
    } else at = source.ends.get(at) ?? at;
  }
  return found;
}

// {key: [from, to)} of an object literal; null where it is none.
export function fieldsOf(source, at) {
  if (source.text(at) !== '{') return null;
  const fields = new Map();
  for (const { from, to } of argumentsOf(source, { open: at, end: source.ends.get(at) ?? at })) {
    if (source.text(from + 1) === ':') fields.set(bare(source.text(from)), { at: from, from: from + 2, to });
  }
  return fields;
}

// An index's keys as text, {a:1,b:-1}; undefined where they are no literal.
export function keysAt(source, at) {
  const fields = fieldsOf(source, at);
  if (!fields || fields.size === 0) return undefined;
  const parts = [...fields].map(([key, { from, to }]) => `${key}:${bare(source.inside(from - 1, to))}`);
  return `{${parts.join(',')}}`;
}

// The indexes that a part of the file makes: {at, collection, keys}.
export function* indexesMade(source, { from, to }) {
  for (const call of source.calls(new Set(['createIndex', 'ensureIndex', 'createIndexes']), from, to)) {
    const collection = collectionOf(source, call.at - 2);
    const [first] = argumentsOf(source, call);
    if (!first) continue;
    if (call.name !== 'createIndexes') {
      yield { at: call.at, collection, keys: keysAt(source, first.from) };
      continue;
    }
    for (let at = first.from; at < first.to; at++) {
      if (source.text(at) !== 'key' || source.text(at + 1) !== ':') continue;
      yield { at: call.at, collection, keys: keysAt(source, at + 2) };
    }
  }
}

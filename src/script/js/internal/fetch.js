// SPDX-License-Identifier: Apache-2.0
// fetch, where the configuration names hosts that it may reach. What only reads may be done in a dry run;
// everything else is, to godwit, a connection that it can't see into: it cannot be undone.
'use strict';

const http = binding('http');
const { Headers, Response, bytesOf } = require('internal/http-body');
const { here, placeAt } = require('mongodb/errors');
const native = require('mongodb/native');

const REDIRECTS_MAX = 20;
const REDIRECTING = new Set([301, 302, 303, 307, 308]);
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
const SECRET = ['authorization', 'cookie', 'proxy-authorization'];
const hosts = http.hosts.split(/[\s,]+/).filter(Boolean);

function isAllowed({ hostname, host }) {
  return hosts.some((allowed) => allowed === '*' || allowed === hostname || allowed === host
    || (allowed.startsWith('*.') && hostname.endsWith(allowed.slice(1))));
}

function failed(cause, at) {
  return placeAt(new TypeError('fetch failed', { cause }), at);
}

function check(url) {
  if (!/^https?:$/.test(url.protocol)) throw failed(new Error(`unknown scheme '${url.protocol}'`));
  if (isAllowed(url)) return;
  throw Object.assign(new Error(`fetch is not available in godwit for '${url.host}': the configuration does not allow it`), {
    godwitHint: `Allow it where it is meant: "network": "${url.host}" in the configuration; "*" allows all hosts.`,
  });
}

// What is sent somewhere can't be taken back, whatever it does there.
async function announce(request) {
  if (READING.has(request.method) || !native.isConnected) return;
  await native.command(native.database, { godwitBeyond: request.url.host }, undefined, {});
}

// libcurl's way to say them: "name;" has no value, and without "Expect:" it would ask servers first
// whether they take a body, which some never answer.
function linesOf(headers) {
  return [...Array.from(headers, ([name, value]) => (value === '' ? `${name};` : `${name}: ${value}`)), 'Expect:'];
}

async function send({ method, url, headers, body, signal, at }) {
  signal?.throwIfAborted();
  const [answer, number] = http.send(method, url.href, linesOf(headers), body);
  const aborted = new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => {
      http.cancel(number);
      reject(signal.reason);
    }, { once: true });
  });
  const failure = (reason) => { throw failed(new Error(`${url.host}: ${reason}`), at); };
  return Promise.race([answer.catch(failure), aborted]);
}

// Where a redirect leads, as the standard has it: a POST becomes a GET, and who one is, only the same
// origin is told again.
function redirected(request, status, location) {
  const url = new URL(location, request.url);
  const headers = new Headers(request.headers);
  if (url.origin !== request.url.origin) for (const name of SECRET) headers.delete(name);
  const isPost = request.method === 'POST' && (status === 301 || status === 302);
  if (!isPost && (status !== 303 || READING.has(request.method))) return { ...request, url, headers };
  for (const name of ['content-length', 'content-type']) headers.delete(name);
  return { ...request, url, headers, method: 'GET', body: undefined };
}

function requestOf(input, options, at) {
  const headers = new Headers(options.headers);
  const { bytes, type } = bytesOf(options.body);
  if (type && !headers.has('content-type')) headers.set('content-type', type);
  if (!headers.has('user-agent')) headers.set('user-agent', 'godwit');
  if (!headers.has('accept')) headers.set('accept', '*/*');
  const method = String(options.method ?? 'GET').toUpperCase();
  if (bytes && (method === 'GET' || method === 'HEAD')) throw new TypeError('Request with GET/HEAD method cannot have body.');
  return { method, url: new URL(String(input?.href ?? input)), headers, body: bytes, signal: options.signal, at };
}

async function fetch(input, options = {}) {
  const at = here();
  let request = requestOf(input, options, at);
  for (let count = 0; ; count++) {
    check(request.url);
    await announce(request);
    const [status, statusText, lines, body] = await send(request);
    const headers = new Headers(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
    const location = REDIRECTING.has(status) ? headers.get('location') : null;
    if (location === null || options.redirect === 'manual') {
      return new Response(body, { status, statusText, headers, url: request.url.href, redirected: count > 0 });
    }
    if (options.redirect === 'error') throw failed(new Error('unexpected redirect'), at);
    if (count === REDIRECTS_MAX) throw failed(new Error('redirect count exceeded'), at);
    request = redirected(request, status, location);
  }
}

module.exports = { fetch, Headers, Response };

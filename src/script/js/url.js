// SPDX-License-Identifier: Apache-2.0
// URL and URLSearchParams are the npm package's, which follows the standard; Node's own additions
// are here. The old url.parse is built on them.
'use strict';

const { coded, invalidType } = require('internal/errors');
const { fillIn } = require('internal/not-here');

// What the package's own index does, without its names being looked up twice.
const made = { Array, Object, Promise, String, TypeError };
require('npm:./URL').install(made, ['Window']);
require('npm:./URLSearchParams').install(made, ['Window']);
const { URLSearchParams } = made;

class URL extends made.URL {
  constructor(input, base) {
    try {
      super(input, base);
    } catch (error) {
      throw Object.assign(coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL'), { input: `${input}` });
    }
  }
}

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const FIELDS = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search',
  'searchParams', 'hash'];

function define(prototype, value) {
  Object.defineProperty(prototype, CUSTOM, { configurable: true, writable: true, value });
}

define(URL.prototype, function (depth, options, inspect) {
  const shown = Object.fromEntries(FIELDS.map((name) => [name, this[name]]));
  return `URL ${inspect(shown, options)}`;
});
define(URLSearchParams.prototype, function (depth, options, inspect) {
  const pairs = [...this].map(([key, value]) => `${inspect(key)} => ${inspect(value)}`);
  return pairs.length > 0 ? `URLSearchParams { ${pairs.join(', ')} }` : 'URLSearchParams {}';
});

function fileURLToPath(path) {
  const url = typeof path === 'string' ? new URL(path) : path;
  if (typeof url?.href !== 'string') throw invalidType('path', 'of type string or an instance of URL', path);
  if (url.protocol !== 'file:') throw coded(TypeError, 'ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file');
  if (url.hostname !== '') {
    throw coded(TypeError, 'ERR_INVALID_FILE_URL_HOST', 'File URL host must be "localhost" or empty on linux');
  }
  if (/%2f/i.test(url.pathname)) {
    throw coded(TypeError, 'ERR_INVALID_FILE_URL_PATH', 'File URL path must not include encoded / characters');
  }
  return decodeURIComponent(url.pathname);
}

function pathToFileURL(path) {
  const { resolve } = require('path');
  const absolute = resolve(path) + (path.endsWith('/') && path !== '/' ? '/' : '');
  const escapes = { '%': '%25', '\\': '%5C', '\n': '%0A', '\r': '%0D', '\t': '%09', '?': '%3F', '#': '%23' };
  return new URL(`file://${absolute.replace(/[%\\\n\r\t?#]/g, (character) => escapes[character])}`);
}

const LEGACY = /^([a-z][a-z0-9+.-]*:)?(\/\/)?(?:([^/?#@]*)@)?([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/i;

class Url {
  constructor(fields) {
    Object.assign(this, { protocol: null, slashes: null, auth: null, host: null, port: null, hostname: null, hash: null,
      search: null, query: null, pathname: null, path: null, href: '' }, fields);
  }
}

// The old way, for addresses that people write: what has no '//' has no host.
function parse(text, parseQuery = false, slashesDenoteHost = false) {
  if (typeof text !== 'string') throw invalidType('url', 'of type string', text);
  const [, protocol, slashes, auth, authority, pathname, search, hash] = LEGACY.exec(text.trim()) ?? [];
  const hasHost = slashes !== undefined && (protocol !== undefined || slashesDenoteHost);
  const [host, rest] = hasHost ? [authority, pathname] : ['', `${slashes ?? ''}${auth ? `${auth}@` : ''}${authority}${pathname}`];
  const [, hostname, port] = /^(.*?)(?::(\d*))?$/.exec(host);
  const path = rest || (hasHost && host ? '/' : '');
  const query = search?.slice(1) ?? null;
  const url = new Url({
    protocol: protocol?.toLowerCase() ?? null, slashes: hasHost || null, auth: hasHost && auth ? decodeURIComponent(auth) : null,
    host: hasHost ? host.toLowerCase() : null, port: port || null, hostname: hasHost ? hostname.toLowerCase() : null,
    hash: hash ?? null, search: search ?? (parseQuery ? '' : null),
    query: parseQuery ? require('querystring').parse(query ?? '') : query,
    pathname: path || null, path: `${path}${search ?? ''}` || null,
  });
  url.href = format(url);
  return url;
}

function format(url) {
  if (typeof url === 'string') return format(parse(url));
  if (typeof url?.searchParams === 'object') return url.href;
  const { protocol, auth, pathname = '', hash, hostname, port } = url;
  const host = url.host ?? (hostname ? `${hostname}${port ? `:${port}` : ''}` : null);
  const query = url.query !== null && typeof url.query === 'object' ? require('querystring').stringify(url.query) : url.query;
  const search = url.search || (query ? `?${query}` : '');
  const scheme = protocol ? (protocol.endsWith(':') ? protocol : `${protocol}:`) : '';
  const front = url.slashes || (host !== null && /^(https?|ftp|file|wss?):$/.test(scheme)) ? '//' : '';
  const user = auth ? `${encodeURIComponent(auth).replace(/%3A/i, ':')}@` : '';
  return `${scheme}${front}${user}${host ?? ''}${pathname ?? ''}${search}${hash ?? ''}`;
}

function resolve(from, to) {
  const base = new URL(from, 'resolve://');
  const url = new URL(to, base);
  return url.protocol === 'resolve:' ? `${url.pathname}${url.search}${url.hash}` : url.href;
}

function urlToHttpOptions(url) {
  const { protocol, hostname, hash, search, pathname, href, port, username, password } = url;
  return { protocol, hostname, hash, search, pathname, path: `${pathname}${search}`, href,
    ...(port === '' ? {} : { port: Number(port) }),
    ...(username || password ? { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` } : {}) };
}

module.exports = fillIn({
  URL, URLSearchParams, Url, fileURLToPath, format, parse, pathToFileURL, resolve, urlToHttpOptions,
  resolveObject: (from, to) => parse(resolve(from, to)),
}, 'url', 'domainToASCII domainToUnicode fileURLToPathBuffer');

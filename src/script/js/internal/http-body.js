// SPDX-License-Identifier: Apache-2.0
// Headers, Response, and what may be sent as a body.
'use strict';

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function nameOf(name) {
  if (!NAME.test(`${name}`)) throw new TypeError(`Headers: '${name}' is not a legal name`);
  return `${name}`.toLowerCase();
}

function valueOf(value) {
  const text = `${value}`.trim();
  if (/[\0\r\n]/.test(text)) throw new TypeError('Headers: a value may not have line breaks');
  return text;
}

class Headers {
  #values = new Map(); // name: all of its values

  constructor(init) {
    if (init == null) return;
    const entries = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init);
    for (const [name, value] of entries) this.append(name, value);
  }

  append(name, value) {
    const key = nameOf(name);
    this.#values.set(key, [...(this.#values.get(key) ?? []), valueOf(value)]);
  }

  set(name, value) {
    this.#values.set(nameOf(name), [valueOf(value)]);
  }

  delete(name) {
    this.#values.delete(nameOf(name));
  }

  get(name) {
    return this.#values.get(nameOf(name))?.join(', ') ?? null;
  }

  getSetCookie() {
    return [...(this.#values.get('set-cookie') ?? [])];
  }

  has(name) {
    return this.#values.has(nameOf(name));
  }

  forEach(callback, self) {
    for (const [name, value] of this) callback.call(self, value, name, this);
  }

  *entries() {
    for (const name of [...this.#values.keys()].sort()) yield [name, this.get(name)];
  }

  *keys() {
    for (const [name] of this) yield name;
  }

  *values() {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator]() {
    return this.entries();
  }
}

class Response {
  #bytes;
  #facts;

  constructor(body, { status = 200, statusText = '', headers, url = '', redirected = false } = {}) {
    this.#bytes = bytesOf(body).bytes ?? new Uint8Array(0);
    this.#facts = { status, statusText, headers: new Headers(headers), url, redirected, isUsed: false };
  }

  get status() { return this.#facts.status; }
  get statusText() { return this.#facts.statusText; }
  get ok() { return this.status >= 200 && this.status <= 299; }
  get headers() { return this.#facts.headers; }
  get url() { return this.#facts.url; }
  get redirected() { return this.#facts.redirected; }
  get type() { return 'basic'; }
  get bodyUsed() { return this.#facts.isUsed; }

  #take() {
    if (this.#facts.isUsed) throw new TypeError('Body is unusable: Body has already been read');
    this.#facts.isUsed = true;
    return this.#bytes;
  }

  async bytes() {
    return this.#take().slice();
  }

  async arrayBuffer() {
    return this.#take().slice().buffer;
  }

  async text() {
    return new TextDecoder().decode(this.#take());
  }

  async json() {
    return JSON.parse(await this.text());
  }

  clone() {
    if (this.#facts.isUsed) throw new TypeError('Response.clone: Body has already been consumed.');
    return new Response(this.#bytes, this.#facts);
  }
}

// {bytes, type}: what is sent, and what it is where nothing else is said.
function bytesOf(body) {
  if (body == null) return {};
  if (typeof body === 'string') return { bytes: new TextEncoder().encode(body), type: 'text/plain;charset=UTF-8' };
  if (body instanceof URLSearchParams) {
    return { bytes: new TextEncoder().encode(`${body}`), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  if (body instanceof ArrayBuffer) return { bytes: new Uint8Array(body) };
  if (ArrayBuffer.isView(body)) return { bytes: new Uint8Array(body.buffer, body.byteOffset, body.byteLength) };
  throw new TypeError('fetch: the body may be a string, URLSearchParams, an ArrayBuffer or a view of one in godwit');
}

module.exports = { Headers, Response, bytesOf };

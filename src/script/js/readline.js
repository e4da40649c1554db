// SPDX-License-Identifier: Apache-2.0
// Lines of a stream of text. There is nobody to ask: `question` is not here.
'use strict';

const EventEmitter = require('events');
const { fillIn, notHere } = require('internal/not-here');

class Interface extends EventEmitter {
  #input;
  #isClosed = false;

  constructor({ input }) {
    super();
    this.#input = input;
  }

  async *[Symbol.asyncIterator]() {
    let rest = '';
    for await (const part of this.#input) {
      const lines = (rest + part.toString()).split(/\r\n|\n|\r/);
      rest = lines.pop();
      for (const line of lines) {
        if (this.#isClosed) return;
        yield line;
      }
    }
    if (rest !== '') yield rest;
    this.close();
  }

  on(name, listener) {
    if (name === 'line' && this.listenerCount('line') === 0) setImmediate(() => this.#flow());
    return super.on(name, listener);
  }

  async #flow() {
    try {
      for await (const line of this) this.emit('line', line);
      this.close();
    } catch (error) {
      this.emit('error', error);
    }
  }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.emit('close');
  }
}
Interface.prototype.question = notHere('readline.Interface.question');

module.exports = fillIn({ Interface, createInterface: (options) => new Interface(options) }, 'readline',
  'clearLine clearScreenDown cursorTo emitKeypressEvents moveCursor');

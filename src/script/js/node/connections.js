// SPDX-License-Identifier: Apache-2.0
// In the project's own Node: godwit is told of each connection that somebody is about to open, and it is
// opened when godwit has answered. What is written through it can't be undone from data.
'use strict';

const net = require('net');
const channel = require('node/channel');

const asked = new Map();
let held = 0;

// Of the arguments of Socket.connect: options, (port, host) or (path); net.connect hands on an array.
function placeOf(args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (first !== null && typeof first === 'object') return first.path ?? `${first.host || 'localhost'}:${first.port}`;
  if (typeof first === 'string' && !/^\d+$/.test(first)) return first;
  return `${typeof second === 'string' ? second : 'localhost'}:${first}`;
}

// Once for each place.
function mayConnect(where) {
  if (!asked.has(where)) {
    held++;
    asked.set(where, channel.ask({ request: 'beyond', where }).finally(() => held--));
  }
  return asked.get(where);
}

// `refused` is called with what godwit said.
function watch(refused) {
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...args) {
    this.connecting = true; // who writes already is to wait
    mayConnect(placeOf(args)).then(() => connect.apply(this, args), ({ facts }) => {
      refused(facts);
      this.destroy(new Error(facts.message));
    });
    return this;
  };
}

module.exports = { heldCount: () => held, watch };

// SPDX-License-Identifier: Apache-2.0
'use strict';

const { Module } = require('internal/loader');

module.exports = Module;

// SPDX-License-Identifier: Apache-2.0
// In the project's own Node: the ObjectId of its package bson.
'use strict';

module.exports = require('mongodb/native').loadClasses().ObjectId;

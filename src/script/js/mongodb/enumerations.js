// SPDX-License-Identifier: Apache-2.0
// The driver's names for values of its options and events.
'use strict';

const same = (...names) => Object.fromEntries(names.map((name) => [name, name]));

const enumerations = {
  AuthMechanism: {
    MONGODB_AWS: 'MONGODB-AWS', MONGODB_DEFAULT: 'DEFAULT', MONGODB_GSSAPI: 'GSSAPI', MONGODB_PLAIN: 'PLAIN',
    MONGODB_SCRAM_SHA1: 'SCRAM-SHA-1', MONGODB_SCRAM_SHA256: 'SCRAM-SHA-256', MONGODB_X509: 'MONGODB-X509',
    MONGODB_OIDC: 'MONGODB-OIDC',
  },
  AutoEncryptionLoggerLevel: { FatalError: 0, Error: 1, Warning: 2, Info: 3, Trace: 4 },
  Compressor: { none: 0, snappy: 1, zlib: 2, zstd: 3 },
  CursorTimeoutMode: { ITERATION: 'iteration', LIFETIME: 'cursorLifetime' },
  ExplainVerbosity: same('queryPlanner', 'queryPlannerExtended', 'executionStats', 'allPlansExecution'),
  GSSAPICanonicalizationValue: {
    on: true, off: false, none: 'none', forward: 'forward', forwardAndReverse: 'forwardAndReverse',
  },
  MongoLoggableComponent: {
    COMMAND: 'command', TOPOLOGY: 'topology', SERVER_SELECTION: 'serverSelection', CONNECTION: 'connection', CLIENT: 'client',
  },
  ProfilingLevel: { off: 'off', slowOnly: 'slow_only', all: 'all' },
  ReturnDocument: { BEFORE: 'before', AFTER: 'after' },
  ServerApiVersion: { v1: '1' },
  ServerType: same('Standalone', 'Mongos', 'PossiblePrimary', 'RSPrimary', 'RSSecondary', 'RSArbiter', 'RSOther', 'RSGhost',
    'Unknown', 'LoadBalancer'),
  SeverityLevel: {
    EMERGENCY: 'emergency', ALERT: 'alert', CRITICAL: 'critical', ERROR: 'error', WARNING: 'warn', NOTICE: 'notice',
    INFORMATIONAL: 'info', DEBUG: 'debug', TRACE: 'trace', OFF: 'off',
  },
  TopologyType: same('Single', 'ReplicaSetNoPrimary', 'ReplicaSetWithPrimary', 'Sharded', 'Unknown', 'LoadBalanced'),
};

for (const [name, values] of Object.entries(enumerations)) exports[name] = Object.freeze(values);

// SPDX-License-Identifier: Apache-2.0
// ReadConcern, WriteConcern and ReadPreference as the driver exports them.
'use strict';

const { MongoInvalidArgumentError } = require('mongodb/errors');

const ReadConcernLevel = Object.freeze({
  local: 'local', majority: 'majority', linearizable: 'linearizable', available: 'available', snapshot: 'snapshot',
});

class ReadConcern {
  constructor(level) {
    this.level = ReadConcernLevel[level] ?? level;
  }

  static get MAJORITY() {
    return 'majority';
  }

  static get AVAILABLE() {
    return 'available';
  }

  static get LINEARIZABLE() {
    return 'linearizable';
  }

  static get SNAPSHOT() {
    return 'snapshot';
  }

  static fromOptions(options) {
    const given = options?.readConcern ?? options?.level;
    if (given == null) return undefined;
    if (given instanceof ReadConcern) return given;
    if (typeof given === 'string') return new ReadConcern(given);
    return given.level ? new ReadConcern(given.level) : undefined;
  }

  toJSON() {
    return { level: this.level };
  }
}

class WriteConcern {
  constructor(w, wtimeoutMS, journal, fsync) {
    if (w != null) this.w = Number.isNaN(Number(w)) ? w : Number(w);
    if (wtimeoutMS != null) this.wtimeoutMS = this.wtimeout = wtimeoutMS;
    if (journal != null) this.journal = this.j = journal;
    if (fsync != null) this.journal = this.j = !!fsync;
  }

  static fromOptions(options) {
    if (options == null) return undefined;
    const isBare = typeof options === 'string' || typeof options === 'number';
    const given = isBare ? { w: options } : options instanceof WriteConcern ? options : options.writeConcern;
    if (given == null) return undefined;
    const { w, wtimeout, wtimeoutMS, j, journal, fsync } = typeof given === 'object' ? given : { w: given };
    const values = [w, wtimeout ?? wtimeoutMS, j ?? journal, fsync];
    return values.some((value) => value != null) ? new WriteConcern(...values) : undefined;
  }

  static apply(command, concern) {
    const sent = {};
    if (concern.w != null) sent.w = concern.w;
    if (concern.wtimeoutMS != null) sent.wtimeout = concern.wtimeoutMS;
    if (concern.journal != null) sent.j = concern.j;
    command.writeConcern = sent;
    return command;
  }
}

const ReadPreferenceMode = Object.freeze({
  primary: 'primary', primaryPreferred: 'primaryPreferred', secondary: 'secondary',
  secondaryPreferred: 'secondaryPreferred', nearest: 'nearest',
});

class ReadPreference {
  constructor(mode, tags, options) {
    if (!ReadPreference.isValid(mode)) {
      throw new MongoInvalidArgumentError(`Invalid read preference mode ${JSON.stringify(mode)}`);
    }
    if (options == null && typeof tags === 'object' && !Array.isArray(tags)) [options, tags] = [tags, undefined];
    else if (tags && !Array.isArray(tags)) throw new MongoInvalidArgumentError('ReadPreference tags must be an array');
    this.mode = mode;
    this.tags = tags;
    this.hedge = options?.hedge;
    this.maxStalenessSeconds = options?.maxStalenessSeconds;
    if (this.maxStalenessSeconds <= 0) {
      throw new MongoInvalidArgumentError('maxStalenessSeconds must be a positive integer');
    }
    if (mode === 'primary' && tags?.length > 0) {
      throw new MongoInvalidArgumentError('Primary read preference cannot be combined with tags');
    }
  }

  get preference() {
    return this.mode;
  }

  static fromString(mode) {
    return new ReadPreference(mode);
  }

  static fromOptions(options) {
    const given = options?.readPreference;
    if (given == null || given instanceof ReadPreference) return given ?? undefined;
    if (typeof given === 'string') return new ReadPreference(given, options.readPreferenceTags, options);
    const mode = given.mode || given.preference;
    return mode ? new ReadPreference(mode, given.tags ?? options.readPreferenceTags, given) : undefined;
  }

  static isValid(mode) {
    return mode === null || mode in ReadPreferenceMode;
  }

  isValid(mode) {
    return ReadPreference.isValid(typeof mode === 'string' ? mode : this.mode);
  }

  secondaryOk() {
    return this.mode !== 'primary';
  }

  equals(other) {
    return other.mode === this.mode;
  }

  toJSON() {
    const json = { mode: this.mode };
    if (Array.isArray(this.tags)) json.tags = this.tags;
    if (this.maxStalenessSeconds) json.maxStalenessSeconds = this.maxStalenessSeconds;
    if (this.hedge) json.hedge = this.hedge;
    return json;
  }
}

for (const mode of Object.keys(ReadPreferenceMode)) {
  ReadPreference[mode] = new ReadPreference(mode);
  ReadPreference[mode.replace(/[A-Z]/g, '_$&').toUpperCase()] = mode;
}

module.exports = { ReadConcern, ReadConcernLevel, WriteConcern, ReadPreference, ReadPreferenceMode };

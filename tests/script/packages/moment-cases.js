// SPDX-License-Identifier: Apache-2.0
'use strict';

const moment = require('moment');

const at = () => moment.utc('2024-02-29T13:05:09.123Z');

require('./run-cases')(module, [
  () => at().format(),
  () => at().format('dddd, MMMM Do YYYY, h:mm:ss a [at] ZZ'),
  () => at().add(1, 'year').toISOString(),
  () => at().subtract({ months: 1, days: 3 }).format('YYYY-MM-DD'),
  () => at().startOf('isoWeek').format() + at().endOf('month').format('x'),
  () => moment.utc('29/02/2024 10:30', 'DD/MM/YYYY HH:mm', true).valueOf(),
  () => moment.utc('31/02/2024', 'DD/MM/YYYY', true).isValid(),
  () => moment.utc('2024-13-01').isValid(),
  () => at().diff(moment.utc('2023-01-01'), 'days', true),
  () => at().from(moment.utc('2024-03-05')),
  () => at().calendar(moment.utc('2024-03-01')),
  () => moment.duration(93784005).humanize() + moment.duration('P1Y2M3DT4H5M6S').asHours(),
  () => moment.utc([2024, 0, 31]).add(1, 'month').toDate(),
  () => at().isBetween('2024-01-01', '2025-01-01') && at().isSame('2024-02-01', 'month'),
  () => JSON.stringify({ d: at() }),
  () => moment.unix(1709212509).utc().format('LLLL'),
  () => at().week() + at().isoWeek() + at().quarter() + at().dayOfYear(),
  () => moment(new Date(5)).utcOffset('+05:30').format(),
  () => at().locale('de') && moment.locales().join(),
  () => moment.utc('2024-02-29 13:05').toString(),
]);

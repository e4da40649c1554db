// SPDX-License-Identifier: Apache-2.0
'use strict';

const dateFns = require('date-fns');
const dayjs = require('dayjs');

const date = new Date('2024-02-29T13:05:09.123Z');
for (const plugin of ['utc', 'customParseFormat', 'relativeTime', 'duration', 'isoWeek', 'advancedFormat', 'timezone']) {
  if (plugin !== 'timezone') dayjs.extend(require(`dayjs/plugin/${plugin}`));
}

require('./run-cases')(module, [
  () => dateFns.format(date, "yyyy-MM-dd'T'HH:mm:ss.SSSxxx"),
  () => dateFns.format(date, 'EEEE, do MMMM yyyy, h:mm b, QQQ, II'),
  () => dateFns.addMonths(new Date(2024, 0, 31), 1).toISOString(),
  () => dateFns.differenceInBusinessDays(new Date(2024, 6, 20), new Date(2024, 0, 10)),
  () => dateFns.parse('02/11/2014', 'MM/dd/yyyy', new Date(0)).toISOString(),
  () => dateFns.parseISO('2024-02-29').getTime(),
  () => dateFns.isValid(dateFns.parse('99', 'MM', new Date(0))),
  () => dateFns.formatDistance(date, new Date('2024-03-05T00:00:00Z'), { addSuffix: true }),
  () => dateFns.intervalToDuration({ start: new Date(1929, 0, 15), end: new Date(1968, 3, 4) }),
  () => dateFns.eachDayOfInterval({ start: date, end: dateFns.addDays(date, 2) }).length,
  () => dateFns.startOfWeek(date, { weekStartsOn: 1 }).toISOString() + dateFns.endOfQuarter(date).toISOString(),
  () => dateFns.formatISO(date) + dateFns.getUnixTime(date) + dateFns.lightFormat(date, 'yy-M-d'),
  () => dateFns.format(date, 'PPPPpppp', { locale: require('date-fns/locale').de }),
  () => dateFns.formatDuration({ years: 2, days: 3 }),
  () => dateFns.format(new Date(NaN), 'yyyy'),
  async () => (await import('date-fns')).addDays(date, 1).toISOString(),
  async () => (await import('date-fns/addDays')).addDays(date, 1).toISOString(),
  () => dayjs(date).format(),
  () => dayjs.utc(date).add(1, 'month').endOf('month').toISOString(),
  () => dayjs.utc('29-02-2024 01:02', 'DD-MM-YYYY HH:mm').format('dddd, MMMM D, YYYY h:mm A [x] Do Q k'),
  () => dayjs('31-02-2024', 'DD-MM-YYYY', true).isValid(),
  () => dayjs(date).diff('2023-01-01', 'month', true),
  () => dayjs(date).from(dayjs('2024-03-05')),
  () => dayjs.duration({ hours: 25 }).humanize() + dayjs.duration(5400000).toISOString(),
  () => dayjs(date).isoWeek() + dayjs(date).day() + dayjs(date).daysInMonth(),
  () => JSON.stringify([dayjs(date), dayjs(date).toDate(), dayjs(date).unix()]),
  () => dayjs(date).isBefore(dayjs()) && dayjs(undefined).isValid() && !dayjs(null).isValid(),
]);

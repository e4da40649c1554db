/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <time.h>

#define DATE_LIMIT_MS G_GINT64_CONSTANT(8640000000000000)

gint64
gw_clock_now_ms(void)
{
    return g_get_real_time() / 1000;
}

gint64
gw_clock_monotonic_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

/* Division that rounds down, also before 1970. */
static struct tm
split(gint64 ms, int *out_ms)
{
    const gint64 rest = (ms % 1000 + 1000) % 1000;
    const time_t seconds = (time_t)((ms - rest) / 1000);
    struct tm parts = {0};

    (void)gmtime_r(&seconds, &parts); /* cannot fail within a Date's limits */
    *out_ms = (int)rest;
    return parts;
}

char *
gw_clock_iso(gint64 ms)
{
    struct tm parts;
    int rest = 0;
    int year = 0;

    if (ms < -DATE_LIMIT_MS || ms > DATE_LIMIT_MS)
        return NULL;
    parts = split(ms, &rest);
    year = parts.tm_year + 1900;
    return g_strdup_printf(year >= 0 && year <= 9999 ? "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ"
                                                     : "%+07d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                           year, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                           parts.tm_sec, rest);
}

char *
gw_clock_date(gint64 ms)
{
    int rest = 0;
    struct tm parts = split(ms, &rest);

    return g_strdup_printf("%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

char *
gw_clock_stamp(gint64 ms)
{
    int rest = 0;
    struct tm parts = split(ms, &rest);

    return g_strdup_printf("%04d%02d%02d%02d%02d%02d", parts.tm_year + 1900, parts.tm_mon + 1,
                           parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

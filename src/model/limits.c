/* SPDX-License-Identifier: Apache-2.0 */
#include "model/limits.h"

#include <stdlib.h>
#include <string.h>

#define MINUTES_A_DAY (24 * 60)

/* Longer than any lag: what is beyond this is a slip of the pen. */
#define DURATION_MAX 1000000

static bool
unit_of(const char *text, gint64 *out_ms)
{
    static const struct {
        const char *name;
        gint64 ms;
    } units[] = {{"", 1000}, {"s", 1000}, {"ms", 1}, {"m", 60000}, {"min", 60000}, {"h", 3600000}};

    for (guint unit = 0; unit < G_N_ELEMENTS(units); unit++) {
        if (!g_str_equal(text, units[unit].name))
            continue;
        *out_ms = units[unit].ms;
        return true;
    }
    return false;
}

bool
gw_limits_parse_duration(const char *what, const char *text, gint64 *out_ms, GError **error)
{
    char *end = NULL;
    gint64 number = g_ascii_isdigit(text[0]) ? g_ascii_strtoll(text, &end, 10) : -1;
    gint64 unit_ms = 0;

    if (number >= 0 && number <= DURATION_MAX && unit_of(end, &unit_ms)) {
        *out_ms = number * unit_ms;
        return true;
    }
    gw_throw(error, GW_ERROR_CONFIG, "%s is '%s', which is no time", what, text);
    return gw_hint(error, "Write it like 5s, 500ms or 2m.");
}

/* "22:00" at the beginning of `text`; moves `text` behind it. */
static bool
read_time(const char **text, int *out_minutes)
{
    const char *at = *text;
    int hours = 0;
    int minutes = 0;

    if (strlen(at) < 5 || !g_ascii_isdigit(at[0]) || !g_ascii_isdigit(at[1]) || at[2] != ':' ||
        !g_ascii_isdigit(at[3]) || !g_ascii_isdigit(at[4]))
        return false;
    hours = (at[0] - '0') * 10 + at[1] - '0';
    minutes = (at[3] - '0') * 10 + at[4] - '0';
    *text = at + 5;
    *out_minutes = hours * 60 + minutes;
    return minutes < 60 && *out_minutes <= MINUTES_A_DAY;
}

bool
gw_limits_parse_window(GwLimits *limits, const char *text, GError **error)
{
    const char *at = text;
    int from = 0;
    int to = 0;

    if (read_time(&at, &from) && *at++ == '-' && read_time(&at, &to) && *at == '\0') {
        limits->window_from = from % MINUTES_A_DAY;
        limits->window_to = to % MINUTES_A_DAY;
        return true;
    }
    gw_throw(error, GW_ERROR_CONFIG, "the window is '%s', which are no two times of a day", text);
    return gw_hint(error, "Write it like 22:00-06:00, in the local time of this machine.");
}

gint64
gw_limits_wait_ms(const GwLimits *limits, GDateTime *now)
{
    const int minute = g_date_time_get_hour(now) * 60 + g_date_time_get_minute(now);
    const int from = limits->window_from;
    const int to = limits->window_to;
    const bool is_open =
        from == to || (from < to ? minute >= from && minute < to : minute >= from || minute < to);
    int left = from - minute;

    if (is_open)
        return 0;
    left += left < 0 ? MINUTES_A_DAY : 0;
    return (gint64)left * 60000 - g_date_time_get_second(now) * 1000;
}

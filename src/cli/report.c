/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report.h"

#include <string.h>

char *
gw_report_duration(gint64 ms)
{
    gint64 seconds = ms / 1000;

    if (ms < 1000)
        return g_strdup_printf("%" G_GINT64_FORMAT " ms", ms);
    if (seconds < 60)
        return g_strdup_printf("%" G_GINT64_FORMAT ".%d s", seconds, (int)(ms % 1000 / 100));
    if (seconds < 3600)
        return g_strdup_printf("%d min %d s", (int)(seconds / 60), (int)(seconds % 60));
    return g_strdup_printf("%" G_GINT64_FORMAT " h %d min", seconds / 3600,
                           (int)(seconds % 3600 / 60));
}

char *
gw_report_number(gint64 number)
{
    GString *text = g_string_new(NULL);
    gssize first = number < 0 ? 1 : 0;

    g_string_printf(text, "%" G_GINT64_FORMAT, number);
    for (gssize place = (gssize)text->len - 3; place > first; place -= 3)
        g_string_insert_c(text, place, ',');
    return g_string_free(text, FALSE);
}

char *
gw_report_count(gint64 count, const char *noun)
{
    g_autofree char *number = gw_report_number(count);

    return g_strdup_printf("%s %s%s", number, noun, count == 1 ? "" : "s");
}

char *
gw_report_time(gint64 ms)
{
    g_autoptr(GDateTime) time = NULL;

    if (ms != G_MININT64)
        time = g_date_time_new_from_unix_utc(ms / 1000);
    return time != NULL ? g_date_time_format(time, "%Y-%m-%d %H:%M:%S") : g_strdup("");
}

void
gw_report_warnings(const GwTerminal *terminal, const GPtrArray *warnings)
{
    for (guint i = 0; i < warnings->len; i++) {
        g_autofree char *text = gw_terminal_clean(g_ptr_array_index(warnings, i));

        gw_terminal_put(terminal, GW_STYLE_YELLOW, "warning:");
        (void)fprintf(terminal->file, " %s\n", text);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>

#include "model/limits.h"

#define MINUTE_MS 60000

typedef struct {
    const char *name;
    const char *window;
    int hour;
    int minute;
    int wait_minutes;
} Window;

static const Window windows[] = {
    {"by-day-before", "08:00-17:30", 7, 15, 45}, {"by-day-begins", "08:00-17:30", 8, 0, 0},
    {"by-day-inside", "08:00-17:30", 17, 29, 0}, {"by-day-ends", "08:00-17:30", 17, 30, 870},
    {"by-night-late", "22:00-06:00", 23, 59, 0}, {"by-night-early", "22:00-06:00", 0, 0, 0},
    {"by-night-over", "22:00-06:00", 6, 0, 960}, {"by-night-soon", "22:00-06:00", 21, 59, 1},
    {"to-midnight", "22:00-24:00", 23, 0, 0},    {"to-midnight-over", "22:00-24:00", 0, 0, 1320},
    {"always", "05:00-05:00", 12, 0, 0},
};

static const char *const no_windows[] = {
    "",           "22:00",        "22:00-",     "22:00-06:60", "24:01-06:00",
    "2:00-06:00", "22:00-06:00 ", "22.00-06.00"};

typedef struct {
    const char *text;
    gint64 ms; /* -1 = is refused */
} Duration;

static const Duration durations[] = {{"5s", 5000},
                                     {"5", 5000},
                                     {"500ms", 500},
                                     {"2m", 120000},
                                     {"2min", 120000},
                                     {"1h", 3600000},
                                     {"0", 0},
                                     {"", -1},
                                     {"-5s", -1},
                                     {"5 s", -1},
                                     {"5x", -1},
                                     {"s", -1},
                                     {"99999999999999999999s", -1}};

static void
test_window(gconstpointer data)
{
    const Window *row = data;
    GwLimits limits = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GDateTime) now = g_date_time_new_utc(2026, 11, 25, row->hour, row->minute, 0);

    g_assert_true(gw_limits_parse_window(&limits, row->window, &error));
    g_assert_no_error(error);
    g_assert_cmpint(gw_limits_wait_ms(&limits, now), ==, (gint64)row->wait_minutes * MINUTE_MS);
}

static void
test_seconds_count(void)
{
    GwLimits limits = {.window_from = 22 * 60, .window_to = 6 * 60};
    g_autoptr(GDateTime) now = g_date_time_new_utc(2026, 11, 25, 21, 59, 40);

    g_assert_cmpint(gw_limits_wait_ms(&limits, now), ==, 20000);
}

static void
test_no_windows(void)
{
    for (guint index = 0; index < G_N_ELEMENTS(no_windows); index++) {
        GwLimits limits = {0};
        g_autoptr(GError) error = NULL;

        g_assert_false(gw_limits_parse_window(&limits, no_windows[index], &error));
        g_assert_error(error, GW_ERROR, GW_ERROR_CONFIG);
    }
}

static void
test_durations(void)
{
    for (guint index = 0; index < G_N_ELEMENTS(durations); index++) {
        const Duration *row = &durations[index];
        g_autoptr(GError) error = NULL;
        gint64 ms = -1;
        bool is_good = gw_limits_parse_duration("the lag", row->text, &ms, &error);

        g_assert_cmpint(is_good, ==, row->ms >= 0);
        g_assert_cmpint(ms, ==, row->ms);
        g_assert_cmpint(error == NULL, ==, is_good);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint index = 0; index < G_N_ELEMENTS(windows); index++) {
        g_autofree char *path = g_strconcat("/model/limits/window/", windows[index].name, NULL);

        g_test_add_data_func(path, &windows[index], test_window);
    }
    g_test_add_func("/model/limits/window/seconds-count", test_seconds_count);
    g_test_add_func("/model/limits/window/what-is-none-is-refused", test_no_windows);
    g_test_add_func("/model/limits/durations", test_durations);
    return g_test_run();
}

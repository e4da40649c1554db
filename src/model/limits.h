/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a run may change documents, and when: plain values, and how people write them.
 */
#pragma once

#include "base/error.h"

typedef struct {
    gint64 max_rate;   /* documents a second; 0 = as fast as it goes */
    gint64 max_lag_ms; /* of the slowest member; 0 = whatever it is */
    int window_from;   /* minutes since midnight, local time; equal to the next: always */
    int window_to;
    bool is_gentle; /* leave the server half of the time */
} GwLimits;

/* "5s", "500ms", "2m", "1h", "5" (seconds). Fails with GW_ERROR_CONFIG, naming `what`. */
bool gw_limits_parse_duration(const char *what, const char *text, gint64 *out_ms, GError **error);

/* "22:00-06:00". Fails with GW_ERROR_CONFIG. */
bool gw_limits_parse_window(GwLimits *limits, const char *text, GError **error);

/* How long it is until work may be done, by a clock on the wall; 0 = now. */
gint64 gw_limits_wait_ms(const GwLimits *limits, GDateTime *now);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as milliseconds since 1970 in UTC, and as text. The clock is this machine's: what two
 * machines compare is stamped by the server.
 */
#pragma once

#include <glib.h>

gint64 gw_clock_now_ms(void);

/* For measuring how long something took: never jumps. */
gint64 gw_clock_monotonic_ms(void);

/* "2026-11-23T23:22:23.363Z", as JavaScript's toJSON; NULL beyond what a Date there can hold.
 * Owned. */
char *gw_clock_iso(gint64 ms);

/* "2026-11-23". Owned. */
char *gw_clock_date(gint64 ms);

/* "20261123232223", for names of files. Owned. */
char *gw_clock_stamp(gint64 ms);

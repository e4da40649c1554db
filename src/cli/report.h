/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers, times and results in the words that people read. It prints warnings, nothing else.
 */
#pragma once

#include "cli/terminal.h"
#include "engine/verbs.h"

/* "12 ms", "1.2 s", "2 min 5 s", "3 h 10 min". Owned. */
char *gw_report_duration(gint64 ms);

/* "12,345". Owned. */
char *gw_report_number(gint64 number);

/* "1 document", "12,345 documents". Owned. */
char *gw_report_count(gint64 count, const char *noun);

/* "warning: ..." for each. `warnings` holds char *. */
void gw_report_warnings(const GwTerminal *terminal, const GPtrArray *warnings);

/* "2026-11-23 23:22:23" in UTC; "" for G_MININT64. Owned. */
char *gw_report_time(gint64 ms);

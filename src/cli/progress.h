/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a migration, or a backup, has come, while it runs: one line that is drawn over on a
 * terminal, one line every ten seconds in a log. It never writes to standard output.
 */
#pragma once

#include "cli/terminal.h"
#include "model/progress.h"

typedef struct GwProgress GwProgress;

/* `terminal` is borrowed and outlives it. Threads: a thread of its own draws the line, so that it
 * moves also while the server works on one long command. */
GwProgress *gw_progress_new(const GwTerminal *terminal);

/* Takes the line away. */
void gw_progress_free(GwProgress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwProgress, gw_progress_free)

/* From now on it tells of this: "applying 001_users"; NULL: of nothing. */
void gw_progress_set_task(GwProgress *progress, const char *task);

/* How far it is, and of how many; 0 = nobody knows. Where it is known, the line says how long the
 * rest will take. */
void gw_progress_set_count(GwProgress *progress, gint64 documents, gint64 total);

/* The same where more is known. */
void gw_progress_set_facts(GwProgress *progress, const GwProgressFacts *facts);

/* Nothing is drawn between the two, so that others may print. `ends_line` says whether what they
 * printed ended with a line break: only then can there be a line again. */
void gw_progress_hold(GwProgress *progress);
void gw_progress_resume(GwProgress *progress, bool ends_line);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a change of many documents has come: what the terminal, a log, --json and godwit_jobs
 * show of it, all the same.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Strings are borrowed for the time of the call that hands it over. */
typedef struct {
    const char *ns;      /* "shop.users"; NULL = no one change of many documents */
    const char *waiting; /* why nothing is done at the moment: "paused"; NULL = something is */
    gint64 documents;    /* looked at so far, of `ns`; else changed so far by the migration */
    gint64 total;        /* of so many; 0 = not known */
    gint64 changed;      /* by the migration, all in all */
    gint64 rate;         /* documents a second, lately */
    gint64 left_ms;      /* until all of them are done; -1 = not known */
    gint64 lag_ms;       /* of the slowest member; -1 = not known */
    bool is_undo;        /* they are put back */
} GwProgressFacts;

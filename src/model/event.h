/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens while a verb runs, told to whoever watches: progress line, JSON, history, webhooks.
 * The engine emits, observers look; none of them can change what happens.
 */
#pragma once

#include <glib.h>

#include "model/progress.h"

typedef enum {
    GW_EVENT_RUN_STARTED,   /* count = how many migrations will run */
    GW_EVENT_LEASE_WAITING, /* text = who holds it */
    GW_EVENT_STARTED,       /* a migration begins */
    GW_EVENT_OUTPUT,        /* text = what the script printed, unaltered */
    GW_EVENT_PROGRESS,      /* count = documents so far; total = of so many, 0 = unknown */
    GW_EVENT_TASK_STARTED,  /* text = what begins that is no migration: "backing up 'shop'" */
    GW_EVENT_TASK_ENDED,    /* it is over, well or not */
    GW_EVENT_APPLIED,       /* elapsed_ms, count = documents affected */
    GW_EVENT_REVERTED,      /* the same, for down */
    GW_EVENT_VALIDATED,     /* validate() of a migration passed */
    GW_EVENT_FAILED,        /* error */
    GW_EVENT_NOTE,          /* text = something to know that is no failure */
    GW_EVENT_RUN_ENDED,     /* count = how many migrations ran */
} GwEventKind;

/* All pointers are borrowed for the time of the call; fields that do not apply are zero. */
typedef struct {
    GwEventKind kind;
    const char *migration; /* its id */
    const char *file;      /* its file's name */
    const char *text;
    const GError *error;
    const GwProgressFacts *progress; /* of GW_EVENT_PROGRESS of a job; NULL = no more is known */
    gint64 count;
    gint64 total;
    gint64 elapsed_ms;
    gsize text_bytes;
    gboolean is_stderr; /* of GW_EVENT_OUTPUT */
} GwEvent;

typedef void (*GwEventFunc)(const GwEvent *event, gpointer data);

/* One who watches. Copied by value; `data` outlives the verb. */
typedef struct {
    GwEventFunc func;
    gpointer data; /* borrowed */
} GwObserver;

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pace and the thread that looks after it share.
 */
#pragma once

#include "journal/load.h"
#include "journal/pace.h"

/* What a server had served at a moment. */
typedef struct {
    gint64 at_us; /* monotonic; 0 = never */
    GwLoad load;
} GwSeen;

struct GwPace {
    GwPaceParams params; /* its `db` is owned */
    GThread *thread;     /* owned: while a job is under way */
    GMutex lock;         /* guards what follows */
    GCond changed;
    GMutex build_lock;        /* guards the next one, also while it is used */
    const GwPaceBuild *build; /* borrowed: under way; NULL = none */
    GwLimits limits;          /* as of now */
    volatile int cancelled;
    bool is_paused;
    bool is_undo;
    bool is_ended;                /* the thread is to come to its end */
    bool has_looked;              /* at the server */
    bool has_told;                /* what can't be known */
    bson_oid_t job;               /* the one that is under way */
    char *migration;              /* owned */
    char *ns;                     /* owned: of the change of many documents; NULL = none */
    char *count_db;               /* owned */
    bson_t *count;                /* owned: counts them; NULL = there is nothing to count */
    gint64 total;                 /* of the change; 0 = not known */
    gint64 passed;                /* of it */
    gint64 changed_sum;           /* by the job */
    gint64 retries;               /* since it was looked at last */
    gint64 rate;                  /* documents a second, lately; -1 = not known */
    gint64 lag_ms;                /* -1 = not known */
    guint running[GW_PACE_KINDS]; /* changes of many documents under way */
    guint width;         /* so many of a kind, for the sake of others; 0 = as many as there are */
    bool wants_look;     /* there are such changes, and who else is there was not seen of late */
    bool knows_others;   /* whether there are any is known, or can't be */
    GwSeen seen;         /* when it was looked last */
    gint64 pause_us;     /* between two changes: the server, or others, are busy */
    gint64 due_us;       /* the next change may begin; monotonic */
    const char *waiting; /* why somebody waits; static; NULL = nobody does */
};

/* Whether the job is to stop: it was cancelled, or the process interrupted. */
bool gw_pace_is_stopped(const GwPace *pace);

/* The thread. `data` is the pace. */
gpointer gw_pace_look_after(gpointer data);

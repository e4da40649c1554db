/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runs at the moment, seen and steered from another process: through godwit_jobs, where
 * whoever runs it looks once a second.
 */
#pragma once

#include "engine/project.h"
#include "model/progress.h"

/* One job. Strings are owned. */
typedef struct {
    char *id; /* 24 hex digits */
    char *migration;
    char *run;
    char *direction;   /* "up", "down" */
    const char *state; /* static: running, paused, waiting, undoing, interrupted, or how it ended */
    char *ns;
    char *waiting;
    gint64 started_at_ms;
    gint64 ended_at_ms;    /* G_MININT64 = not ended */
    gint64 seen_at_ms;     /* when its process said last how far it is; the same */
    GwProgressFacts facts; /* its strings are those above */
    bool is_active;        /* a process is at it */
    bool has_facts;        /* it has said how far it is */
} GwJobRow;

/* The newest first; those that are over as well where `all`. `out_rows` is owned: GwJobRow. */
bool gw_engine_job_list(GwProject *project, bool all, GPtrArray **out_rows, GError **error);

typedef enum {
    GW_JOB_PAUSE,
    GW_JOB_RESUME,
    GW_JOB_CANCEL,
    GW_JOB_SET,
} GwJobAction;

typedef struct {
    GwJobAction action;
    const char *id;      /* what names the job: its migration or its own id, or the beginning or end
                            of either; NULL = the one that is under way */
    gint64 max_rate;     /* of GW_JOB_SET: -1 = as it is, 0 = no bound */
    const char *max_lag; /* of GW_JOB_SET: NULL = as it is; "0" = no bound */
} GwJobParams;

/* Tell the process that is at it. Fails with GW_ERROR_NOT_FOUND (nothing of that name is under
 * way), GW_ERROR_REFUSED (nobody is at it, or it is being taken back). `out_migration` is owned. */
bool gw_engine_job_control(GwProject *project, const GwJobParams *params, char **out_migration,
                           GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of a verb: what is on disk and in the tracker, the lease while it changes something, and
 * how what becomes of each migration is recorded. Freeing it gives the lease back.
 */
#pragma once

#include "engine/actor.h"
#include "engine/project-internal.h"
#include "engine/questions.h"
#include "engine/rules.h"
#include "engine/verbs.h"
#include "journal/journal.h"
#include "mongo/writer.h"
#include "state/gm_lock.h"
#include "state/history.h"
#include "state/lease.h"
#include "state/mm_lock.h"
#include "state/tracker.h"

typedef struct {
    GwProject *project;        /* borrowed: outlives the run */
    const GwRunParams *params; /* borrowed: outlives the run */
    GwRunResult *result;       /* borrowed: outlives the run */
    const char *action;        /* borrowed: static; "up", "down", ... */
    GwTracker *tracker;        /* owned */
    GPtrArray *files;          /* owned: GwMigrationFile */
    GPtrArray *records;        /* owned: GwRecord */
    GArray *migrations;        /* owned: GwMigration, borrows from the two above */
    GwLease *lease;            /* owned; NULL until gw_run_hold */
    GwGmLock *gm_lock;         /* owned; NULL where the project has none */
    GwMmLock *mm_lock;         /* owned; NULL where the project has none */
    GwHistory *history;        /* owned; NULL until gw_run_hold */
    GwJournal *journal;        /* owned; NULL until gw_run_hold */
    GwPace *pace;              /* owned; NULL until gw_run_hold */
    GwSkipped *skipped;        /* owned; NULL = bad documents fail */
    GwLimits limits;           /* the configuration's; valid from gw_run_hold on */
    GwJob *resumed;            /* owned: what to go on with; NULL = nothing, or it has begun */
    bool is_resumed;           /* what is being applied was begun by an earlier run */
    GwWriter *tally;           /* owned; NULL until gw_run_hold */
    GwWriter *plain;           /* owned: the same without the journal, for taking back */
    GwRules *rules;            /* owned */
    GwQuestions *questions;    /* owned */
    GwActor actor;             /* empty until gw_run_hold */
    gint64 start_us;
    double block; /* migrate-mongo's: milliseconds since 1970, one for all of a run */
    char id[25];
} GwRun;

/* An empty result, for a verb to fill. */
void gw_run_result_init(GwRunResult *result);

/* Connect and read folder and tracker; nothing is changed. `result` collects outcomes and warnings.
 */
GwRun *gw_run_open(GwProject *project, const char *action, const GwRunParams *params,
                   GwRunResult *result, GError **error);
void gw_run_free(GwRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwRun, gw_run_free)

/* Get ready to change something: take the lease, read everything again, check it against the
 * policies, and make what godwit keeps in the database. */
bool gw_run_hold(GwRun *run, GError **error);

/* Read the tracker again, after something was applied or reverted. */
bool gw_run_reload(GwRun *run, GError **error);

/* The policies that hold for this run: what it was asked for, else what is configured. */
GwPolicies gw_run_policies(const GwRun *run);

/* Check the folder against the policies. Warnings are added to the result once each. */
bool gw_run_check_policies(GwRun *run, GError **error);

/* Fails with GW_ERROR_INTERRUPTED or GW_ERROR_LEASE_LOST where the run must not go on. */
bool gw_run_check_may_go_on(GwRun *run, GError **error);

/* Append to the history. The fields that every entry of a run shares are filled in. */
bool gw_run_tell_history(GwRun *run, GwHistoryEntry *entry, GError **error);

/* The server's time, in milliseconds since 1970. */
bool gw_run_server_time(GwConn *conn, gint64 *out_now_ms, GError **error);

/* Add the outcome of one migration to the result. */
void gw_run_add_outcome(GwRun *run, const char *id, const char *file, GwStatus status,
                        gint64 execution_ms, gint64 documents);

/* Tell the observer that `count` migrations are about to run, and at the end how many did. */
void gw_run_emit_started(GwRun *run, guint count);
void gw_run_emit_ended(GwRun *run);

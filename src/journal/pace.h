/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a job changes documents, and how far it is. Whoever is about to change some asks here
 * first, between two transactions and never inside of one; a thread of its own looks at the server
 * once a second, tells how far it is, and hears in godwit_jobs what others want.
 */
#pragma once

#include "journal/job.h"
#include "model/event.h"
#include "model/limits.h"

typedef struct GwPace GwPace;

/* All borrowed, and outlive it; `db` is copied. */
typedef struct {
    GwClients *clients;
    const char *db; /* where godwit_jobs is */
    GwLimits limits;
    GwObserver observer;             /* Threads: called from one of its own */
    const volatile int *interrupted; /* or NULL */
} GwPaceParams;

/* Owned. Everything below takes NULL for one that has no bounds and tells nobody. */
GwPace *gw_pace_new(const GwPaceParams *params);
void gw_pace_free(GwPace *pace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwPace, gw_pace_free)

/* From now on it is about this job; where that is being taken back, nothing stops it but a pause.
 */
void gw_pace_begin(GwPace *pace, const GwJob *job, bool is_undo);
void gw_pace_end(GwPace *pace);

/* Not 0 once somebody has cancelled the job. Borrowed. */
const volatile int *gw_pace_cancelled(const GwPace *pace);

/* Wait until the next documents may be changed. Fails with GW_ERROR_INTERRUPTED. Threads: any. */
bool gw_pace_wait(GwPace *pace, GError **error);

/* Changes of many documents that go on side by side. One that asks the script about each document
 * waits for it, and the script may be waiting for others: so neither kind waits for the other. */
typedef enum {
    GW_PACE_KNOWN, /* what it does is known */
    GW_PACE_ASKS,  /* the script is asked */
} GwPaceKind;
#define GW_PACE_KINDS 2

/* The same as gw_pace_wait for one of them, which also waits while as many of its kind are under
 * way as others who use the server leave room for. Where it does not fail, gw_pace_leave follows. A
 * change that waits for another one's turn enters behind it. */
bool gw_pace_enter(GwPace *pace, GwPaceKind kind, GError **error);
void gw_pace_leave(GwPace *pace, GwPaceKind kind);

/* Whether nothing stands in the way of the next ones: gw_pace_wait would return at once, and not
 * because it has waited long enough. Threads: any. */
bool gw_pace_is_open(GwPace *pace);

/* What was done at once. */
typedef struct {
    gint64 documents;  /* changed */
    gint64 retries;    /* somebody else wrote to the same ones */
    gint64 elapsed_us; /* it took */
} GwPaceChunk;
void gw_pace_count(GwPace *pace, const GwPaceChunk *chunk);

/* So many documents at once, or fewer. */
guint gw_pace_chunk_max(GwPace *pace, guint wanted);
guint gw_pace_workers(GwPace *pace, guint wanted);

/* Whether there is a rate: what can't be cut into smaller pieces goes one after the other then. */
bool gw_pace_is_rated(GwPace *pace);

/* One change of many documents. All borrowed for the time of the call. */
typedef struct {
    const char *db; /* NULL = in several collections */
    const char *coll;
    gint64 total;        /* documents to look at; 0 = to be counted */
    const bson_t *count; /* the command that counts them, in a second at most; or NULL */
} GwPaceSweep;
void gw_pace_sweep_begin(GwPace *pace, const GwPaceSweep *sweep);
void gw_pace_sweep_pass(GwPace *pace, gint64 documents); /* so many more were looked at */
void gw_pace_sweep_end(GwPace *pace);

/* A command of the server's that builds indexes. All borrowed until it ends. */
typedef struct {
    const char *db;
    const char *coll;
    void (*give_up)(GwConn *conn, gpointer data); /* end it; called once at most, by the thread */
    gpointer data;
} GwPaceBuild;
void gw_pace_build_begin(GwPace *pace, const GwPaceBuild *build);
void gw_pace_build_end(GwPace *pace);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * godwit_jobs: one document for each migration that a run applies or reverts, from before its first
 * write. What is open there when nobody holds the lease was begun by a process that died.
 */
#pragma once

#include "mongo/coll.h"

#define GW_JOB_COLLECTION "godwit_jobs"

typedef enum {
    GW_JOB_OPEN,    /* begun; whoever finds it so has to undo what it did */
    GW_JOB_DONE,    /* ended well; its journal is there */
    GW_JOB_UNDOING, /* ended well, and is being taken back: whoever finds it so has to go on */
    GW_JOB_UNDONE,  /* taken back; its journal is gone */
    GW_JOB_PRUNING, /* ended well; its journal is on its way out: whoever prunes next goes on */
    GW_JOB_PRUNED,  /* ended well; its journal is gone */
} GwJobStatus;

typedef struct {
    bson_oid_t id;
    char *migration; /* owned */
    char *run;       /* owned */
    char *direction; /* owned: "up", "down" */
    gint64 order;    /* grows with each job of a database, whatever the clocks say */
    GwJobStatus status;
    gint64 started_at_ms;
    gint64 ended_at_ms;      /* G_MININT64 = not ended */
    gint64 entries;          /* how many the journal has of it; valid once it is done */
    gint64 documents;        /* how many changes of documents those hold */
    gint64 bytes;            /* what they take */
    GPtrArray *irreversible; /* owned: char *, commands that can't be undone from data */
} GwJob;

void gw_job_free(GwJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwJob, gw_job_free)

const char *gw_job_status_name(GwJobStatus status);

/* Make one that is open. `job` holds id, migration, run, direction, order. In `session`, unless
 * NULL, it will keep transactions open for a while. */
bool gw_job_begin(GwColl *jobs, const GwJob *job, const GwSession *session, GError **error);

/* One that is open goes on in another run, with a session of its own. */
bool gw_job_go_on(GwColl *jobs, const GwJob *job, const char *run, const GwSession *session,
                  GError **error);

/* End the sessions of all jobs that a process left in the middle, so that nobody waits for what
 * they hold. */
bool gw_job_end_sessions(GwClients *clients, GwColl *jobs, GError **error);

/* Set its status alone. */
bool gw_job_mark(GwColl *jobs, const GwJob *job, GwJobStatus status, GError **error);

/* Wait until a majority has all that was written before. Changes nothing. */
bool gw_job_wait(GwColl *jobs, const GwJob *job, GError **error);

/* Set what `job` says of status, entries, documents, bytes, irreversible, stamped by the server. */
bool gw_job_end(GwColl *jobs, const GwJob *job, GError **error);

/* Those that match `filter`, newest first: an owned array of GwJob. */
GPtrArray *gw_job_list(GwColl *jobs, const bson_t *filter, GError **error);

/* Those that have one of the two statuses, newest first. */
GPtrArray *gw_job_list_of(GwColl *jobs, GwJobStatus one, GwJobStatus other, GError **error);

/* Those that a process left in the middle, or is in the middle of: open or undoing, newest first.
 */
GPtrArray *gw_job_list_unfinished(GwColl *jobs, GError **error);

/* Whether the status of its migration says that the job got where it was going, so that only its
 * own end is missing. */
bool gw_job_has_arrived(const GwJob *job, bool is_applied);

/* The newest job of `migration` in `direction` that can be taken back: done, or undoing. `out_job`
 * NULL = none. */
bool gw_job_find_done(GwColl *jobs, const char *migration, const char *direction, GwJob **out_job,
                      GError **error);

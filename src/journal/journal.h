/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pre-images of everything that a migration changes, written in the same transactions as the
 * changes themselves, so that it can be taken back from data. It is kept by the writer that this
 * header makes; taking back is undo.h's.
 */
#pragma once

#include "journal/job.h"
#include "mongo/writer.h"

typedef struct GwJournal GwJournal;

/* Strings are copied; `clients` outlives the journal. */
typedef struct {
    GwClients *clients;
    const char *db;      /* where godwit keeps its books */
    const char *tracker; /* the tracker's name: dropDatabase() spares it */
    gint64 token;        /* of the lease that is held */
} GwJournalParams;

/* Make its collections where they are missing, and raise the fence. The lease has to be held. */
GwJournal *gw_journal_open(const GwJournalParams *params, GError **error);
void gw_journal_free(GwJournal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwJournal, gw_journal_free)

/* Refuse whatever holders of the lease with an older token still try to commit in transactions. */
bool gw_journal_fence_off(GwClients *clients, const char *db, gint64 token, GError **error);

/* Begin a job: what is written from now on belongs to it. One at a time. */
bool gw_journal_begin(GwJournal *journal, const char *migration, const char *run,
                      const char *direction, GError **error);

/* What the job wrote is with a majority from now on. Fails where a change of primary lost some of
 * it: then the job has failed, and is to be taken back. */
bool gw_journal_check_kept(GwJournal *journal, GError **error);

/* It ended well: say so. gw_journal_sum comes before. */
bool gw_journal_end(GwJournal *journal, GError **error);

/* Count what the job left behind, so that it can be said before it is ended. */
bool gw_journal_sum(GwJournal *journal, GError **error);

/* End a job that another process began and ended well, all but this. */
bool gw_journal_adopt(GwJournal *journal, const GwJob *job, GError **error);

/* What is written from now on belongs to no job, though the last one may still be open. */
void gw_journal_leave(GwJournal *journal);

/* The job that was begun last, NULL = none. Borrowed until the next one begins. */
const GwJob *gw_journal_job(const GwJournal *journal);

/* godwit_jobs. Borrowed from the journal. */
GwColl *gw_journal_jobs(const GwJournal *journal);

/* A writer that keeps the journal and hands on to `next`, which sends. Where no job has begun, it
 * only hands on. The journal outlives it. */
GwWriter *gw_writer_journal_new(GwJournal *journal, GwWriter *take_next);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking back what a job did, from its journal. Whatever happens in between, it can be called again
 * and goes on where it was: each entry is marked in the transaction that takes it back.
 */
#pragma once

#include "journal/journal.h"
#include "model/conflict.h"

typedef struct {
    gint64 documents;     /* put back, removed again or inserted again */
    gint64 changes;       /* of collections, indexes, options: taken back */
    gint64 kept;          /* documents and collections left as somebody made them since */
    GPtrArray *conflicts; /* owned: char *, a sentence each; the first of them */
    gint64 conflict_count;
    GPtrArray *irreversible; /* owned: char *, commands that nobody can take back */
} GwUndoResult;

void gw_undo_result_init(GwUndoResult *result);
void gw_undo_result_clear(GwUndoResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwUndoResult, gw_undo_result_clear)

/* Called from time to time with how many entries of how many are done. */
typedef void (*GwUndoProgressFunc)(gint64 done, gint64 count, gpointer data);

/* Whether a collection may be changed; called once for each before anything is. Sets the error
 * where not. */
typedef bool (*GwUndoMayFunc)(const char *db, const char *coll, gpointer data, GError **error);

/* All borrowed for the time of the call. */
typedef struct {
    GwJournal *journal;
    GwWriter *writer; /* sends, and keeps no journal */
    GwConflict policy;
    GwUndoMayFunc may;           /* or NULL */
    GwUndoProgressFunc progress; /* or NULL */
    gpointer data;
} GwUndoParams;

/* Take the job back: check, then write. Fails with GW_ERROR_CONFLICT where there are conflicts and
 * the policy is to stop; then nothing was written, unless somebody came in between; and with the
 * error of `may`, where that does not let it. A job that was done is marked as undoing from the
 * first write on. `result` is initialised. */
bool gw_undo_job(const GwUndoParams *params, const GwJob *job, GwUndoResult *result,
                 GError **error);

/* The last word on a job that was taken back, after the tracker has been told: it is undone, its
 * journal goes. */
bool gw_undo_end(GwJournal *journal, const GwJob *job, GError **error);

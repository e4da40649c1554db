/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a job's script did before its process died, from its trace: the script is run again from its
 * start and gets the same answers, until it comes to where it was. Whatever it does otherwise ends
 * that: then the job has failed. It changes nothing itself.
 */
#pragma once

#include "journal/trace.h"

typedef struct GwReplay GwReplay;

/* Read it. Fails with GW_ERROR_REFUSED, saying what stands in the way, where a script could not be
 * brought to where it was without a doubt. Owned. */
GwReplay *gw_replay_load(GwColl *entries, const bson_oid_t *job, const char *source,
                         GError **error);
void gw_replay_free(GwReplay *replay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwReplay, gw_replay_free)

/* The last numbers that the job has used, and what gw_journal_check_kept asks for. */
typedef struct {
    gint64 step;
    gint64 seq;
    gint64 op;
    gint64 unsure;
    gint64 documents;
} GwReplayFacts;
GwReplayFacts gw_replay_facts(const GwReplay *replay);

typedef enum {
    GW_REPLAY_OVER,     /* the write is a new one */
    GW_REPLAY_ANSWERED, /* it was done before: `out_reply` is its answer */
    GW_REPLAY_GO_ON,    /* it was begun before: `out_call` says what is done of it */
    GW_REPLAY_STOPPED,  /* it is not what was done before: nothing more may be written */
} GwReplayAnswer;

/* Threads: those below from any. The script wants to write; `out_reply` is initialised. */
GwReplayAnswer gw_replay_meet(GwReplay *replay, const GwWrite *write, GwTraceCall *out_call,
                              bson_t *out_reply);

/* It reads: whether the answer is known. */
bool gw_replay_answer(GwReplay *replay, guint64 of, bson_t *out_reply);

/* It has read. False where that is new. */
bool gw_replay_note_read(GwReplay *replay, guint64 of, const bson_t *reply);

/* Fails with GW_ERROR_REFUSED where the script did not do what it did before, all of it. */
bool gw_replay_check(GwReplay *replay, GError **error);

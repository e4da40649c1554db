/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/resume.h"

#include "journal/fingerprint.h"
#include "journal/replay.h"

static GwJournal *
journal_of(GwWatch *watch)
{
    return (GwJournal *)((char *)watch - G_STRUCT_OFFSET(GwJournal, watch));
}

static bool
answer(GwWatch *watch, const char *db, const bson_t *command, bson_t *out_reply)
{
    GwJournal *journal = journal_of(watch);

    return journal->is_recording && journal->replay != NULL && !gw_fingerprint_is_idle(command) &&
           gw_replay_answer(journal->replay, gw_fingerprint_read(db, command), out_reply);
}

static void
saw(GwWatch *watch, const char *db, const bson_t *command, const bson_t *reply)
{
    GwJournal *journal = journal_of(watch);
    guint64 of = 0;

    if (!journal->is_recording || gw_fingerprint_is_idle(command))
        return;
    of = gw_fingerprint_read(db, command);
    if (journal->replay == NULL || !gw_replay_note_read(journal->replay, of, reply))
        gw_trace_note_read(journal->trace, of, reply);
}

GwWatch *
gw_resume_watch(GwJournal *journal)
{
    return &journal->watch;
}

void
gw_resume_reset(GwJournal *journal)
{
    g_clear_pointer(&journal->replay, gw_replay_free);
    g_clear_pointer(&journal->trace, gw_trace_free);
    journal->trace = gw_trace_new();
    journal->watch = (GwWatch){.answer = answer, .saw = saw};
}

void
gw_resume_note_source(GwJournal *journal, const char *source)
{
    gw_trace_note_source(journal->trace, source);
}

static GwReplay *
load(GwJournal *journal, const GwJob *job, const char *source, GError **error)
{
    if (!journal->has_transactions) {
        gw_throw(error, GW_ERROR_REFUSED, "this server has no transactions");
        return NULL;
    }
    /* What a majority does not have may still go. */
    if (!gw_journal_make_sure(journal, job, error))
        return NULL;
    return gw_replay_load(journal->entries, &job->id, source, error);
}

bool
gw_resume_begin(GwJournal *journal, const GwJob *job, const char *run, const char *source,
                gint64 *out_documents, GError **error)
{
    g_autoptr(GwReplay) replay = load(journal, job, source, error);
    GwReplayFacts facts = {0};

    if (replay == NULL)
        return false;
    facts = gw_replay_facts(replay);
    if (!gw_journal_begin_again(journal, job, run, error))
        return false;
    journal->seq = facts.seq;
    journal->op = facts.op;
    journal->unsure = facts.unsure;
    gw_trace_go_on(journal->trace, facts.step);
    journal->replay = g_steal_pointer(&replay);
    *out_documents = facts.documents;
    return true;
}

bool
gw_resume_check(GwJournal *journal, GError **error)
{
    return journal->replay == NULL || gw_replay_check(journal->replay, error);
}

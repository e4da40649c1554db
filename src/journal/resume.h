/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Going on with a job whose process died: its script runs again from its start, and what it did
 * before is answered from the journal instead of done.
 */
#pragma once

#include "journal/journal.h"
#include "mongo/watch.h"

/* What the job that was begun runs: its file's checksum and the like. */
void gw_resume_note_source(GwJournal *journal, const char *source);

/* Begin again with `job`, which is open: what is written from now on belongs to it, and so does all
 * that is there of it; its run becomes `run`. `out_documents` is how many changes those are. Fails
 * with GW_ERROR_REFUSED, saying what stands in the way, where `source` or what is recorded does not
 * do; then nothing was begun. */
bool gw_resume_begin(GwJournal *journal, const GwJob *job, const char *run, const char *source,
                     gint64 *out_documents, GError **error);

/* Whether the script did what it had done before, all of it. Fails with GW_ERROR_REFUSED where not:
 * then nothing that it wrote since was done, and the job is to be taken back. */
bool gw_resume_check(GwJournal *journal, GError **error);

/* To be told what the script of a job reads. Borrowed from the journal. */
GwWatch *gw_resume_watch(GwJournal *journal);

/* Nothing is known of the job that begins. */
void gw_resume_reset(GwJournal *journal);

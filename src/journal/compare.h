/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether documents are again what they were before a job, whoever brought that about. It writes
 * nothing.
 */
#pragma once

#include "journal/journal.h"

typedef struct {
    gint64 looked_at; /* documents */
    gint64 unlike;    /* those that are not as before */
    char *first;      /* owned: where the first of them is; NULL = none */
} GwComparison;

void gw_comparison_clear(GwComparison *comparison);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwComparison, gw_comparison_clear)

/* Compare the documents that `job` changed, where their collections still have their names. */
bool gw_journal_compare(GwJournal *journal, const GwJob *job, GwComparison *out_comparison,
                        GError **error);

/* Forget the journal of a job that ended well: it can't be undone any more. What was put aside for
 * it is dropped through `writer`. Called again after a crash, it goes on. */
bool gw_journal_forget_job(GwJournal *journal, GwWriter *writer, const GwJob *job, GError **error);

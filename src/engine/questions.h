/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked, refused and backed up before a write that loses data. One question for each
 * migration, operation and collection; the answers are remembered and told to the history.
 */
#pragma once

#include "engine/rules.h"
#include "mongo/write_facts.h"

typedef struct GwQuestions GwQuestions;

/* `rules` is borrowed and outlives the questions. */
GwQuestions *gw_questions_new(const GwRules *rules);
void gw_questions_free(GwQuestions *questions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwQuestions, gw_questions_free)

/* What is asked about may be held back there: it is settled before anything is looked at. Borrowed:
 * outlives the questions' use. */
void gw_questions_set_writer(GwQuestions *questions, GwWriter *writer);

/* From now on it is about this migration: nothing was answered or refused yet. */
void gw_questions_begin(GwQuestions *questions, const char *migration);

/* Whether a write that loses data may happen; `data` is the GwQuestions: fits GwWriterGuardFunc.
 * Fails with GW_ERROR_REFUSED, and then for every further one of the migration. Threads: any, one
 * question at a time. */
bool gw_questions_may(const GwWriteFacts *facts, const GwWrite *write, gpointer data,
                      GError **error);

/* Fails with the first refusal of this migration, which its script may have caught. */
bool gw_questions_check(GwQuestions *questions, GError **error);

/* What was answered, and gone without, for this migration: an owned sentence, NULL = nothing. */
char *gw_questions_detail(GwQuestions *questions);

/* The paths of the backups of what this migration took away: an owned array of char *. */
GPtrArray *gw_questions_backups(GwQuestions *questions);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ways of applying and reverting a migration share.
 */
#pragma once

#include "engine/apply.h"
#include "engine/step.h"

GwStepParams gw_apply_step_params(GwRun *run, const GwMigration *migration);

/* Tell the observer what became of `record`. */
void gw_apply_emit(GwRun *run, GwEventKind kind, const GwRecord *record, const GError *error);

/* Append to the history what became of `record`; `failure` may be NULL. */
bool gw_apply_tell_history(GwRun *run, const GwRecord *record, const char *result,
                           const GError *failure, GError **error);

/* Take back from the journal what the job that failed with `failure` did; whoever took the lease
 * over does that where it was lost. Where taking back fails too, `failure` says so. */
void gw_apply_take_back(GwRun *run, GError **failure);

/* The sentence that the user gets of a failure; `direction` is "up" or "down". Always false. */
bool gw_apply_throw_failed(GwRun *run, const char *direction, const GwRecord *record,
                           GError *take_failure, GError **error);

/* Load the file of a migration and have `call` call what is to be called; what the script did goes
 * into `record`. A lost lease, or a refusal, is what counts, whatever the script made of it. */
typedef bool (*GwApplyCallFunc)(GwRun *run, GwStep *step, GwRecord *record, GError **error);
bool gw_apply_run_step(GwRun *run, const GwMigration *migration, GwRecord *record,
                       GwApplyCallFunc call, GError **error);

/* Whether the file of a migration is there and has a down(). */
bool gw_apply_has_down(GwRun *run, const GwMigration *migration, bool *out_has, GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking back what a migration did, from the journal: after it failed, after a process died in the
 * middle of it, or because somebody asks for it. The caller records what became of it.
 */
#pragma once

#include "engine/run.h"
#include "journal/undo.h"

/* Take `job` back; the caller tells the tracker, and then gw_undo_end's. */
bool gw_takeback_job(GwRun *run, const GwJob *job, GwConflict policy, GwUndoResult *result,
                     GError **error);

/* The same because somebody asks for it, with the policy that they chose: what the environment
 * wants to be asked, or backed up, before data is lost is seen to first. */
bool gw_takeback_wanted(GwRun *run, const GwJob *job, GwUndoResult *result, GError **error);

/* Say something about `migration` to the user. */
void gw_takeback_tell(GwRun *run, const char *migration, const char *text);

/* Take back what the job that the run began last did before it failed; what others changed since is
 * left alone. A note says what was done. */
bool gw_takeback_failed(GwRun *run, GError **error);

/* Bring to its end whatever a process left half done that died with the lease: what it was applying
 * or reverting is taken back, what it was undoing is undone. What this run was asked to undo itself
 * is left to it. */
bool gw_takeback_unfinished(GwRun *run, GError **error);

/* The same for one job. */
bool gw_takeback_half(GwRun *run, const GwJob *job, GError **error);

/* "3 documents, 1 change of collections, indexes or options". Owned. */
char *gw_takeback_describe(const GwUndoResult *result);

/* Tell of what could not be put back as it was. */
void gw_takeback_tell_rest(GwRun *run, const GwJob *job, const GwUndoResult *result);

/* The job of `migration`'s `up` that can be taken back. Fails with GW_ERROR_REFUSED where there is
 * none. Owned. */
GwJob *gw_takeback_find(GwRun *run, const char *migration, GError **error);

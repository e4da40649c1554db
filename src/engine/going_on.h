/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `up --resume`: going on with the job of a process that died in the middle of a migration. Where
 * that can't be done without a doubt, what it did is taken back, and the migration runs from its
 * beginning, as in any `up`.
 */
#pragma once

#include "engine/run.h"

/* Whether `job`, which a process left in the middle, is to be gone on with instead of taken back.
 */
bool gw_going_on_is_wanted(GwRun *run, const GwJob *job);

/* Begin the job of a migration: the one that was left in the middle, or a new one. */
bool gw_going_on_begin(GwRun *run, const GwRecord *record, GError **error);

/* Whether the migration failed only because it did not do again what it had done. */
bool gw_going_on_was_wrong(GwRun *run, const GError *failure);

/* Take back what was done, so that it can run from its beginning. */
bool gw_going_on_give_up(GwRun *run, const GwRecord *record, GError **error);

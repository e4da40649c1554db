/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of one migration in a run that holds the lease, with all records of it.
 */
#pragma once

#include "engine/run.h"

/* What the tracker is told of a migration that this run deals with: status running, nothing done
 * yet. Owned. */
GwRecord *gw_apply_record_new(const GwRun *run, const GwMigration *migration);

/* Apply it: up, then validate. A failure of the migration itself is GW_ERROR_MIGRATION_FAILED,
 * naming it, and is recorded. */
bool gw_apply_up(GwRun *run, const GwMigration *migration, GError **error);

/* Revert it by its down(). The same failures; the migration then stays applied. */
bool gw_apply_down(GwRun *run, const GwMigration *migration, GError **error);

/* Take back, from the journal, what a job did, and record that. */
bool gw_apply_undo(GwRun *run, const GwJob *job, GError **error);

/* Tell the tracker that `job` was taken back: the migration is rolled back, or, where the job was
 * its down, applied again. Sets the record's status. */
bool gw_apply_record_undone(GwRun *run, const GwJob *job, GwRecord *record, GError **error);

/* Load every file of `selected` (const GwMigration *) and call nothing, so that one which can't be
 * loaded or lacks up ("up") or down ("down") is found before the first one runs. */
bool gw_apply_preflight(GwRun *run, GPtrArray *selected, const char *function, GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which migrations are applied: one document each, in godwit's own format (`migrations`) or in
 * migrate-mongo's (`changelog`), behind one interface. It decides nothing; model/plan.h does.
 */
#pragma once

#include "model/migration.h"
#include "mongo/coll.h"

typedef struct GwTracker GwTracker;

/* godwit's format, docs/design/. `name` is "migrations" unless configured. Strings are copied,
 * `clients` is borrowed and outlives the tracker. */
GwTracker *gw_tracker_native_new(GwClients *clients, const char *db, const char *name);

/* migrate-mongo's format: {fileName, [fileHash,] appliedAt, migrationBlock}. It keeps only what is
 * applied: running and failed migrations leave no trace in it. With `use_file_hash` a row counts
 * only for a file of the same hash. */
GwTracker *gw_tracker_changelog_new(GwClients *clients, const char *db, const char *name,
                                    bool use_file_hash);

/* golang-migrate's format: {version, dirty}, the only document of its collection. `take_files` are
 * the migrations that there are (GwMigrationFile): all up to the version count as applied. A dirty
 * version is a record that runs, of a run without an id. */
GwTracker *gw_tracker_versions_new(GwClients *clients, const char *db, const char *name,
                                   GPtrArray *take_files);
void gw_tracker_free(GwTracker *tracker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwTracker, gw_tracker_free)

/* All records: an owned array of GwRecord. A missing collection is an empty one; nothing is made.
 */
GPtrArray *gw_tracker_list(GwTracker *tracker, GError **error);

/* Make collection and index where they are missing. */
bool gw_tracker_prepare(GwTracker *tracker, GError **error);

/* A migration starts: status running. `record` holds id, file, checksum, environment, run, host,
 * user, git_commit, sequence, block. */
bool gw_tracker_begin(GwTracker *tracker, const GwRecord *record, GError **error);

/* It is applied: status completed, with all that `record` holds. The server's clock stamps
 * applied_at_ms, which is put into the record. */
bool gw_tracker_complete(GwTracker *tracker, GwRecord *record, GError **error);

/* It failed: status failed, with error_* and output of `record`. */
bool gw_tracker_fail(GwTracker *tracker, const GwRecord *record, GError **error);

/* Its down() succeeded: status rolled_back (changelog: its newest row goes). */
bool gw_tracker_revert(GwTracker *tracker, const GwRecord *record, GError **error);

/* By hand: its status becomes that of `record`, whatever it was and whoever wrote it; pending = the
 * record goes. One that never ran can be made completed only. Fails with GW_ERROR_REFUSED where
 * there is no such record, or where the format has no word for that status. */
bool gw_tracker_repair(GwTracker *tracker, GwRecord *record, GError **error);

/* Forget everything, for reset. */
bool gw_tracker_clear(GwTracker *tracker, GError **error);

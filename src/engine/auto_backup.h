/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backups that a run makes by itself before data is lost: each collection once, in one folder
 * for the run.
 */
#pragma once

#include "engine/project.h"

typedef struct GwAutoBackup GwAutoBackup;

/* `project` is borrowed and outlives it. Nothing is made before the first save. */
GwAutoBackup *gw_auto_backup_new(GwProject *project);
void gw_auto_backup_free(GwAutoBackup *backup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwAutoBackup, gw_auto_backup_free)

/* Have a verified backup of `coll` (NULL: of all of `db`), then delete what has become too old.
 * `out_path` is owned: where it is, from the project's folder; NULL = there is nothing to back up.
 * Threads: one at a time. */
bool gw_auto_backup_save(GwAutoBackup *backup, const char *db, const char *coll, char **out_path,
                         GError **error);

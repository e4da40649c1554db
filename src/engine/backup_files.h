/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of backups: names, lists, and which automatic ones go when they are too many or too
 * old. One run's automatic backups stand in one folder, `<database>-<time>-auto`.
 */
#pragma once

#include "engine/backup-verbs.h"

#define GW_BACKUP_AUTO "-auto"

/* backup.dir, absolute. Owned. */
char *gw_backup_folder(const GwProject *project);

/* Make backup.dir, with a .gitignore that keeps what is in it out of git. */
bool gw_backup_make_folder(const GwProject *project, GError **error);

/* `path` from the project's folder, where it is under that. Owned. */
char *gw_backup_path_shown(const GwProject *project, const char *path);

/* "shop-20261125T123456Z". Owned. */
char *gw_backup_stem(const GwProject *project);

/* Delete the automatic backups of this database that backup.keep and backup.maxAge do not want any
 * more, but never those in `latest` (a folder's name), the ones just made. */
bool gw_backup_retain(const GwProject *project, const char *latest, GError **error);

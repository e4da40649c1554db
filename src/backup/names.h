/* SPDX-License-Identifier: Apache-2.0 */
/* Which collections a backup is about. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Where a restore puts collections until all of them are complete: these, and a number behind. */
#define GW_RESTORE_PREFIX "godwit_restore."

#define GW_HISTORY_NAME "godwit_history"
#define GW_META_NAME "godwit_meta"

/* The one collection of the server's that holds what users wrote. */
#define GW_FUNCTIONS_NAME "system.js"

/* What godwit keeps of a moment: the lease, the journal with what was put aside for it, an
 * unfinished restore. It means nothing in another moment, and is in no backup. */
bool gw_backup_is_left_out(const char *coll);

/* What godwit knows of the database itself: its history, which is only ever added to, and its mark,
 * which stays its own. A restore replaces neither. */
bool gw_backup_is_kept(const char *coll);

/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/names.h"

bool
gw_backup_is_left_out(const char *coll)
{
    static const char *const names[] = {"godwit_lease", "godwit_jobs", "godwit_journal", NULL};

    return g_strv_contains(names, coll) || g_str_has_prefix(coll, "godwit_trash.") ||
           g_str_has_prefix(coll, GW_RESTORE_PREFIX);
}

bool
gw_backup_is_kept(const char *coll)
{
    return g_str_equal(coll, GW_HISTORY_NAME) || g_str_equal(coll, GW_META_NAME);
}

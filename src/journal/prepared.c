/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/prepared.h"

static bool
is_prepared(const bson_t *index)
{
    return gw_bson_get_bool(index, "prepareUnique", false);
}

bool
gw_prepared_is_among(const GPtrArray *indexes)
{
    for (guint next = 0; indexes != NULL && next < indexes->len; next++) {
        if (is_prepared(g_ptr_array_index(indexes, next)))
            return true;
    }
    return false;
}

bool
gw_prepared_set(GwUndo *undo, const char *db, const GwCollInfo *info, bool keeps_out,
                GError **error)
{
    for (guint next = 0; info->indexes != NULL && next < info->indexes->len; next++) {
        const bson_t *index = g_ptr_array_index(info->indexes, next);
        const char *name = gw_bson_get_str(index, "name");
        g_autoptr(bson_t) command =
            BCON_NEW("collMod", BCON_UTF8(info->name), "index", "{", "name", BCON_UTF8(name),
                     "prepareUnique", BCON_BOOL(keeps_out), "}");
        g_auto(bson_t) reply = BSON_INITIALIZER;

        if (is_prepared(index) && !gw_undo_send(undo, db, command, &reply, error))
            return gw_prefix(error, "changing the index '%s'", name);
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/archive.h"
#include "backup/names.h"
#include "backup/restore_internal.h"
#include "base/text.h"
#include "mongo/command.h"

static void
item_free(gpointer data)
{
    GwRestoreItem *item = data;

    gw_coll_spec_clear(&item->spec);
    g_byte_array_unref(item->docs);
    g_free(item->loaded);
    g_free(item);
}

void
gw_restore_init(GwRestore *restore, const GwRestoreParams *params)
{
    *restore = (GwRestore){.params = params};
    restore->items = g_ptr_array_new_with_free_func(item_free);
    restore->by_index = g_ptr_array_new();
    g_ptr_array_set_size(restore->by_index, (gint)params->facts->colls->len);
}

void
gw_restore_clear(GwRestore *restore)
{
    g_clear_pointer(&restore->by_index, g_ptr_array_unref);
    g_clear_pointer(&restore->items, g_ptr_array_unref);
}

static bool
is_wanted(const GwRestoreParams *params, const GwArchiveColl *coll)
{
    if (!g_str_equal(coll->db, params->from_db))
        return false;
    /* The server's own; those of a time-series come with it. */
    if (g_str_has_prefix(coll->coll, "system.") && !g_str_equal(coll->coll, GW_FUNCTIONS_NAME))
        return false;
    if (params->only != NULL)
        return g_strv_contains(params->only, coll->coll);
    /* The mark says what this database is, wherever its documents come from. */
    return !gw_backup_is_left_out(coll->coll) && !g_str_equal(coll->coll, GW_META_NAME);
}

static GwRestoreKind
kind_of(const GwArchiveColl *coll, const GwCollSpec *spec)
{
    if (g_str_equal(coll->type, "view") || gw_bson_has(spec->options, "viewOn"))
        return GW_RESTORE_VIEW;
    if (gw_bson_has(spec->options, "timeseries"))
        return GW_RESTORE_IN_PLACE;
    if (g_str_equal(coll->coll, GW_FUNCTIONS_NAME))
        return GW_RESTORE_FUNCTIONS;
    return g_str_equal(coll->coll, GW_HISTORY_NAME) ? GW_RESTORE_HISTORY : GW_RESTORE_PLAIN;
}

/* Where its documents go. Owned. */
static char *
loaded_name(const GwRestoreItem *item)
{
    if (item->kind != GW_RESTORE_IN_PLACE)
        return g_strdup_printf(GW_RESTORE_PREFIX "%u", item->coll->index);
    return g_strconcat(GW_ARCHIVE_BUCKETS, item->coll->coll, NULL);
}

static bool
add_item(GwRestore *restore, const GwArchiveColl *coll, GError **error)
{
    GwRestoreItem *item = g_new0(GwRestoreItem, 1);

    item->coll = coll;
    item->docs = g_byte_array_new();
    g_ptr_array_add(restore->items, item);
    g_ptr_array_index(restore->by_index, coll->index) = item;
    if (!gw_coll_spec_read(coll, &item->spec, error))
        return false;
    item->kind = kind_of(coll, &item->spec);
    item->keeps_order = gw_bson_get_bool(item->spec.options, "capped", false);
    item->loaded = loaded_name(item);
    restore->total += coll->documents;
    return true;
}

static bool
throw_missing(const GwRestoreParams *params, const char *name, GError **error)
{
    g_autofree char *shown = gw_text_shown(name);

    gw_throw(error, GW_ERROR_NOT_FOUND, "the backup has no collection '%s' of '%s'", shown,
             params->from_db);
    return gw_hint(error, "godwit backup verify FILE lists what it has.");
}

static bool
has_item(const GwRestore *restore, const char *name)
{
    for (guint next = 0; next < restore->items->len; next++) {
        const GwRestoreItem *item = g_ptr_array_index(restore->items, next);

        if (g_str_equal(item->coll->coll, name))
            return true;
    }
    return false;
}

static bool
check_only(const GwRestore *restore, GError **error)
{
    const char *const *only = restore->params->only;

    for (; only != NULL && *only != NULL; only++) {
        if (gw_backup_is_left_out(*only) || g_str_equal(*only, GW_META_NAME))
            return gw_throw(error, GW_ERROR_REFUSED, "'%s' is not restored: it is godwit's own",
                            *only);
        if (!has_item(restore, *only))
            return throw_missing(restore->params, *only, error);
    }
    return true;
}

static bool
look(GwRestore *restore, GError **error)
{
    g_autoptr(GwConn) conn = gw_conn_take(restore->params->clients);

    for (guint next = 0; next < restore->items->len; next++) {
        GwRestoreItem *item = g_ptr_array_index(restore->items, next);
        g_autoptr(GwCollInfo) info =
            gw_catalog_get(conn, restore->params->db, item->coll->coll, error);

        if (info == NULL)
            return false;
        item->there = info->kind;
    }
    return true;
}

bool
gw_restore_plan(GwRestore *restore, GError **error)
{
    const GPtrArray *colls = restore->params->facts->colls;

    for (guint next = 0; next < colls->len; next++) {
        const GwArchiveColl *coll = g_ptr_array_index(colls, next);

        if (is_wanted(restore->params, coll) && !add_item(restore, coll, error))
            return false;
    }
    return check_only(restore, error) && look(restore, error);
}

bool
gw_restore_may_replace(const GwRestore *restore, const GwRestoreItem *item)
{
    return restore->params->replaces || g_str_equal(item->coll->coll, restore->params->tracker) ||
           item->kind == GW_RESTORE_HISTORY;
}

bool
gw_restore_check_free(GwRestore *restore, GError **error)
{
    if (!look(restore, error))
        return false;
    for (guint next = 0; next < restore->items->len; next++) {
        const GwRestoreItem *item = g_ptr_array_index(restore->items, next);

        if (item->kind != GW_RESTORE_IN_PLACE && item->there != GW_COLL_NONE &&
            !gw_restore_may_replace(restore, item))
            return gw_throw(error, GW_ERROR_REFUSED,
                            "somebody made a collection '%s' while it was restored",
                            item->coll->coll);
    }
    return true;
}

/* The tracker is made by whoever takes the lease: an empty one holds nothing. */
static bool
is_empty_tracker(const GwRestoreParams *params, const char *name, bool *out_is, GError **error)
{
    g_autoptr(GwConn) conn = NULL;
    g_autoptr(bson_t) count = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;

    *out_is = g_str_equal(name, params->tracker);
    if (!*out_is)
        return true;
    conn = gw_conn_take(params->clients);
    count = BCON_NEW("count", BCON_UTF8(name));
    if (!gw_command_read(conn, params->db, count, NULL, &reply, error))
        return false;
    *out_is = gw_bson_get_int(&reply, "n", 1) == 0;
    return true;
}

GPtrArray *
gw_restore_in_the_way(const GwRestoreParams *params, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_auto(GwRestore) restore = {0};

    gw_restore_init(&restore, params);
    if (!gw_restore_plan(&restore, error))
        return NULL;
    for (guint next = 0; next < restore.items->len; next++) {
        const GwRestoreItem *item = g_ptr_array_index(restore.items, next);
        bool is_empty = false;

        if (item->there == GW_COLL_NONE || item->kind == GW_RESTORE_HISTORY)
            continue;
        if (!is_empty_tracker(params, item->coll->coll, &is_empty, error))
            return NULL;
        if (!is_empty)
            g_ptr_array_add(names, g_strdup(item->coll->coll));
    }
    return g_steal_pointer(&names);
}

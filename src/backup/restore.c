/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A document of godwit_meta says how far a restore is:
 *
 *   { _id: "restore", run, phase: "loading", inPlace: ["measurements"] }
 *   { _id: "restore", run, phase: "placing",
 *     steps: [{ kind: "rename", from: "godwit_restore.0", to: "users", drop: true },
 *             { kind: "view", to: "active", options: {..} }, { kind: "merge", from, to }] }
 *
 * While it is loading, what it made has other names, and is dropped by whoever takes the lease
 * after a process that died. From then on each step is one that can be done again, and is done to
 * the last: by the same function, whether the process is the same or not.
 */
#include "backup/restore.h"

#include "backup/names.h"
#include "backup/restore_internal.h"
#include "base/crash.h"
#include "mongo/coll.h"

#define UNAUTHORIZED 13
#define ID "restore"
#define LOADING "loading"
#define PLACING "placing"

static GwColl *
meta_of(GwClients *clients, const char *db)
{
    return gw_coll_new(clients, db, GW_META_NAME);
}

static bool
update_record(const GwRestore *restore, const bson_t *update, GError **error)
{
    g_autoptr(GwColl) meta = meta_of(restore->params->clients, restore->params->db);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(ID));

    return gw_coll_upsert(meta, filter, update, error) ||
           gw_prefix(error, "recording how far the restore is");
}

bool
gw_restore_record_begin(GwRestore *restore, GError **error)
{
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "run", BCON_UTF8(restore->params->run),
                                        "phase", BCON_UTF8(LOADING), "inPlace", "[", "]", "}");

    return update_record(restore, update, error);
}

bool
gw_restore_record_in_place(GwRestore *restore, const char *name, GError **error)
{
    g_autoptr(bson_t) update = BCON_NEW("$push", "{", "inPlace", BCON_UTF8(name), "}");

    return update_record(restore, update, error);
}

bool
gw_restore_record_not_in_place(GwRestore *restore, const char *name, GError **error)
{
    g_autoptr(bson_t) update = BCON_NEW("$pull", "{", "inPlace", BCON_UTF8(name), "}");

    return update_record(restore, update, error);
}

static const char *
step_kind(const GwRestoreItem *item)
{
    if (item->kind == GW_RESTORE_VIEW)
        return "view";
    if (item->kind == GW_RESTORE_FUNCTIONS)
        return "functions";
    return item->kind == GW_RESTORE_HISTORY ? "merge" : "rename";
}

static void
append_step(const GwRestore *restore, bson_t *steps, guint32 index, const GwRestoreItem *item)
{
    char digits[16];
    const char *key = NULL;
    bson_t step = BSON_INITIALIZER;

    bson_uint32_to_string(index, &key, digits, sizeof digits);
    bson_append_document_begin(steps, key, -1, &step);
    BSON_APPEND_UTF8(&step, "kind", step_kind(item));
    BSON_APPEND_UTF8(&step, "from", item->loaded);
    BSON_APPEND_UTF8(&step, "to", item->coll->coll);
    BSON_APPEND_BOOL(&step, "drop", gw_restore_may_replace(restore, item));
    if (item->kind == GW_RESTORE_VIEW)
        BSON_APPEND_DOCUMENT(&step, "options", item->spec.options);
    bson_append_document_end(steps, &step);
}

bool
gw_restore_record_loaded(GwRestore *restore, GError **error)
{
    g_autoptr(bson_t) update = bson_new();
    bson_t set = BSON_INITIALIZER;
    bson_t steps = BSON_INITIALIZER;
    guint32 count = 0;

    BSON_APPEND_DOCUMENT_BEGIN(update, "$set", &set);
    BSON_APPEND_UTF8(&set, "phase", PLACING);
    BSON_APPEND_ARRAY_BEGIN(&set, "steps", &steps);
    for (guint next = 0; next < restore->items->len; next++) {
        const GwRestoreItem *item = g_ptr_array_index(restore->items, next);

        if (item->kind != GW_RESTORE_IN_PLACE)
            append_step(restore, &steps, count++, item);
    }
    bson_append_array_end(&set, &steps);
    bson_append_document_end(update, &set);
    return update_record(restore, update, error);
}

static bool
read_record(GwClients *clients, const char *db, bson_t **out_record, GError **error)
{
    g_autoptr(GwColl) meta = meta_of(clients, db);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(ID));

    return gw_coll_find_one(meta, filter, NULL, out_record, error);
}

static bool
forget_record(const GwRestorePlace *place, GError **error)
{
    g_autoptr(GwColl) meta = meta_of(place->clients, place->db);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(ID));
    gint64 deleted = 0;

    return gw_coll_delete_one(meta, filter, &deleted, error);
}

bool
gw_restore_is_unfinished(GwClients *clients, const char *db, bool *out_is, GError **error)
{
    g_autoptr(bson_t) record = NULL;

    if (!read_record(clients, db, &record, error))
        return false;
    *out_is = record != NULL;
    return true;
}

bool
gw_restore_settle(GwClients *clients, GwWriter *writer, const char *db, GwSettled *out_settled,
                  GError **error)
{
    g_auto(GwRestorePlace) place = {.clients = clients, .writer = writer, .db = db};
    g_autoptr(bson_t) record = NULL;
    bool is_complete = false;

    *out_settled = GW_SETTLED_NOTHING;
    if (!read_record(clients, db, &record, error))
        return false;
    if (record == NULL)
        return true;
    place.conn = gw_conn_take(clients);
    is_complete = g_strcmp0(gw_bson_get_str(record, "phase"), PLACING) == 0;
    if (is_complete ? !gw_restore_place_all(&place, record, error)
                    : !gw_restore_drop_loaded(&place, error) ||
                          !gw_restore_drop_in_place(&place, record, error))
        return gw_prefix(error, "ending a restore that was begun before");
    *out_settled = is_complete ? GW_SETTLED_ENDED : GW_SETTLED_DROPPED;
    return forget_record(&place, error);
}

static bool
load(GwRestore *restore, GwRestoreReport *report, GError **error)
{
    bson_oid_t election = {0};

    if (!gw_restore_read_election(restore, &election, error) ||
        !gw_restore_record_begin(restore, error))
        return false;
    GW_CRASH_POINT("restore.begun");
    if (!gw_restore_load(restore, report, error))
        return false;
    GW_CRASH_POINT("restore.loaded");
    return gw_restore_may_go_on(restore, error) && gw_restore_check_free(restore, error) &&
           gw_restore_check_election(restore, &election, error) &&
           gw_restore_record_loaded(restore, error);
}

static bool
hint_rights(GError **error)
{
    const GwErrorInfo *info = error != NULL ? gw_error_info(*error) : NULL;

    return info != NULL && info->server_code == UNAUTHORIZED &&
           gw_hint(error,
                   "What was loaded was dropped. A user with the roles 'readWrite' and 'dbAdmin' "
                   "may restore plain collections, one with 'restore' all.");
}

bool
gw_restore(const GwRestoreParams *params, GwRestoreReport *out_report, GError **error)
{
    g_auto(GwRestore) restore = {0};
    g_autoptr(GError) failure = NULL;
    GwSettled settled = GW_SETTLED_NOTHING;

    *out_report = (GwRestoreReport){0};
    gw_restore_init(&restore, params);
    if (!gw_restore_plan(&restore, error))
        return false;
    if (load(&restore, out_report, &failure)) {
        GW_CRASH_POINT("restore.placing");
        return gw_restore_settle(params->clients, params->writer, params->db, &settled, error);
    }
    /* Where this fails too, the next one who takes the lease does it. */
    (void)gw_restore_settle(params->clients, params->writer, params->db, &settled, NULL);
    if (settled == GW_SETTLED_ENDED)
        return true; /* it was the answer that got lost, not what was recorded */
    g_propagate_error(error, g_steal_pointer(&failure));
    return hint_rights(error);
}

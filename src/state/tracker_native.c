/* SPDX-License-Identifier: Apache-2.0 */
/*
 * godwit's own format. A record is only ever ended by the run that began it: whoever woke up after
 * its lease had been taken over finds no match and learns so, instead of overwriting what the other
 * run wrote.
 */
#include "state/record_bson.h"
#include "state/stamp.h"
#include "state/tracker_kind.h"

static GPtrArray *
list(GwTracker *tracker, GError **error)
{
    g_auto(bson_t) all = BSON_INITIALIZER;
    g_autoptr(bson_t) options = BCON_NEW("sort", "{", "sequence", BCON_INT32(1), "}");
    g_autoptr(GPtrArray) docs = gw_coll_find(tracker->coll, &all, options, error);
    g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)gw_record_free);

    if (docs == NULL)
        return NULL;
    for (guint index = 0; index < docs->len; index++) {
        GwRecord *record = gw_record_of_bson(g_ptr_array_index(docs, index), error);

        if (record == NULL) {
            gw_prefix(error, "reading the tracker '%s'", gw_coll_name(tracker->coll));
            return NULL;
        }
        g_ptr_array_add(records, record);
    }
    return g_steal_pointer(&records);
}

static bool
prepare(GwTracker *tracker, GError **error)
{
    g_autoptr(bson_t) keys = BCON_NEW("migrationId", BCON_INT32(1));
    g_autoptr(bson_t) options = BCON_NEW("unique", BCON_BOOL(true));

    return gw_coll_create_index(tracker->coll, keys, options, error);
}

static bool
begin(GwTracker *tracker, const GwRecord *record, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("migrationId", BCON_UTF8(record->id));
    g_autoptr(bson_t) doc = gw_record_to_bson(record);
    g_autoptr(bson_t) stamps = BCON_NEW("startedAt", BCON_UTF8("$$NOW"));
    g_autoptr(bson_t) update = gw_stamp_replace(doc, stamps);

    return gw_coll_upsert(tracker->coll, filter, update, error);
}

static bool
throw_gone(const GwTracker *tracker, const GwRecord *record, GError **error)
{
    gw_throw(error, GW_ERROR_FAILED, "the record of '%s' is gone from '%s'", record->id,
             gw_coll_name(tracker->coll));
    return gw_hint(error, "A migration that calls dropDatabase() drops godwit's records as well: "
                          "drop the collections that it means, one by one.");
}

/* No match: somebody else's by now, or not there at all. */
static bool
throw_not_ours(const GwTracker *tracker, const GwRecord *record, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("migrationId", BCON_UTF8(record->id));
    g_autoptr(bson_t) found = NULL;

    if (!gw_coll_find_one(tracker->coll, filter, NULL, &found, error))
        return false;
    if (found == NULL)
        return throw_gone(tracker, record, error);
    return gw_throw(error, GW_ERROR_LEASE_LOST,
                    "the record of '%s' in '%s' was changed by another run meanwhile", record->id,
                    gw_coll_name(tracker->coll));
}

/* End what this run began: the record becomes what `record` says. */
static bool
end(GwTracker *tracker, const GwRecord *record, const char *stamp, bson_t **out_doc, GError **error)
{
    g_autoptr(bson_t) filter =
        BCON_NEW("migrationId", BCON_UTF8(record->id), "run", BCON_UTF8(record->run), "status",
                 BCON_UTF8(gw_status_name(GW_STATUS_RUNNING)));
    g_autoptr(bson_t) doc = gw_record_to_bson(record);
    g_autoptr(bson_t) stamps =
        BCON_NEW(stamp, BCON_UTF8("$$NOW"), "startedAt", BCON_UTF8("$startedAt"));
    g_autoptr(bson_t) update = gw_stamp_replace(doc, stamps);

    if (!gw_coll_find_and_modify(tracker->coll, filter, update, false, out_doc, error))
        return false;
    return *out_doc != NULL || throw_not_ours(tracker, record, error);
}

static bool
complete(GwTracker *tracker, GwRecord *record, GError **error)
{
    g_autoptr(bson_t) doc = NULL;

    if (!end(tracker, record, "appliedAt", &doc, error))
        return false;
    record->applied_at_ms = gw_bson_get_date_ms(doc, "appliedAt", G_MININT64);
    return true;
}

static bool
fail(GwTracker *tracker, const GwRecord *record, GError **error)
{
    g_autoptr(bson_t) doc = NULL;

    return end(tracker, record, "failedAt", &doc, error);
}

/* What the record says of `up` stays: it did happen. */
static bool
revert(GwTracker *tracker, const GwRecord *record, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("migrationId", BCON_UTF8(record->id), "status",
                                        BCON_UTF8(gw_status_name(GW_STATUS_COMPLETED)));
    g_autoptr(bson_t) fields =
        BCON_NEW("status", BCON_UTF8(gw_status_name(GW_STATUS_ROLLED_BACK)), "rolledBackAt",
                 BCON_UTF8("$$NOW"), "rolledBackBy", "{", "$literal", BCON_UTF8(record->run), "}");
    g_autoptr(bson_t) update = gw_stamp_set(fields);
    gint64 matched = 0;

    if (!gw_coll_update_one(tracker->coll, filter, update, &matched, error))
        return false;
    return matched == 1 || throw_not_ours(tracker, record, error);
}

static bool
forget(GwTracker *tracker, const GwRecord *record, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("migrationId", BCON_UTF8(record->id));

    return gw_coll_delete_one(tracker->coll, filter, NULL, error);
}

/* What it was applied at stays; where it becomes completed and was never applied, it is now. */
static bool
set_status(GwTracker *tracker, const GwRecord *record, bool *out_matched, GError **error)
{
    bool is_completed = record->status == GW_STATUS_COMPLETED;
    g_autoptr(bson_t) filter = BCON_NEW("migrationId", BCON_UTF8(record->id));
    g_autoptr(bson_t) fields =
        BCON_NEW("status", BCON_UTF8(gw_status_name(record->status)), "appliedAt", "{", "$ifNull",
                 "[", BCON_UTF8("$appliedAt"), BCON_UTF8(is_completed ? "$$NOW" : "$appliedAt"),
                 "]", "}", "repairedAt", BCON_UTF8("$$NOW"), "repairedBy", "{", "$literal",
                 BCON_UTF8(record->run), "}");
    g_autoptr(bson_t) update = gw_stamp_set(fields);
    gint64 matched = 0;

    if (!gw_coll_update_one(tracker->coll, filter, update, &matched, error))
        return false;
    *out_matched = matched > 0;
    return true;
}

static bool
make_completed(GwTracker *tracker, GwRecord *record, GError **error)
{
    record->status = GW_STATUS_RUNNING;
    if (!begin(tracker, record, error))
        return false;
    record->status = GW_STATUS_COMPLETED;
    return complete(tracker, record, error);
}

static bool
repair(GwTracker *tracker, GwRecord *record, GError **error)
{
    bool is_there = false;

    if (record->status == GW_STATUS_PENDING)
        return forget(tracker, record, error);
    if (!set_status(tracker, record, &is_there, error))
        return false;
    if (is_there)
        return true;
    if (record->status == GW_STATUS_COMPLETED)
        return make_completed(tracker, record, error);
    return gw_throw(error, GW_ERROR_REFUSED, "'%s' never ran, so it cannot be '%s'", record->id,
                    gw_status_name(record->status));
}

static const GwTrackerKind native = {
    .list = list,
    .prepare = prepare,
    .begin = begin,
    .complete = complete,
    .fail = fail,
    .repair = repair,
    .revert = revert,
};

GwTracker *
gw_tracker_native_new(GwClients *clients, const char *db, const char *name)
{
    return gw_tracker_new(&native, gw_coll_new(clients, db, name));
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migrate-mongo's format, as its version 14 writes and reads it: one row for each file that was
 * applied, {fileName, [fileHash,] appliedAt, migrationBlock}, keys in this order, migrationBlock a
 * double. Nothing of godwit's own goes in, so that a team can go back to migrate-mongo any day.
 */
#include "model/naming.h"
#include "state/stamp.h"
#include "state/tracker_kind.h"

#define HASH_PREFIX "sha256:"

static GwRecord *
record_of_row(const bson_t *row)
{
    GwRecord *record = g_new0(GwRecord, 1);
    const char *hash = gw_bson_get_str(row, "fileHash");
    bson_iter_t block;

    record->file = g_strdup(gw_bson_get_str(row, "fileName"));
    record->id = gw_naming_id_of_file(record->file);
    record->status = GW_STATUS_COMPLETED;
    record->applied_at_ms = gw_bson_get_date_ms(row, "appliedAt", G_MININT64);
    if (hash != NULL)
        record->checksum = g_strconcat(HASH_PREFIX, hash, NULL);
    /* Rows from before version 12 have no block. */
    if (bson_iter_init_find(&block, row, "migrationBlock"))
        record->block = bson_iter_as_double(&block);
    return record;
}

static GPtrArray *
list(GwTracker *tracker, GError **error)
{
    g_auto(bson_t) all = BSON_INITIALIZER;
    g_autoptr(GPtrArray) rows = gw_coll_find(tracker->coll, &all, NULL, error);
    g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)gw_record_free);

    if (rows == NULL)
        return NULL;
    for (guint index = 0; index < rows->len; index++) {
        const bson_t *row = g_ptr_array_index(rows, index);

        /* A row without a name is nobody's; migrate-mongo passes it by, too. */
        if (gw_bson_get_str(row, "fileName") != NULL)
            g_ptr_array_add(records, record_of_row(row));
    }
    return g_steal_pointer(&records);
}

/* migrate-mongo makes no index, and its collection when the first row comes. */
static bool
prepare(GwTracker *tracker, GError **error)
{
    return true;
}

/* The format has no word for what is not applied. */
static bool
leave_no_trace(GwTracker *tracker, const GwRecord *record, GError **error)
{
    return true;
}

static bson_t *
row_of_record(const GwTracker *tracker, const GwRecord *record)
{
    bson_t *row = BCON_NEW("fileName", BCON_UTF8(record->file));

    if (tracker->use_file_hash)
        BSON_APPEND_UTF8(row, "fileHash", record->checksum + strlen(HASH_PREFIX));
    BSON_APPEND_NULL(row, "appliedAt");
    BSON_APPEND_DOUBLE(row, "migrationBlock", record->block);
    return row;
}

static bool
complete(GwTracker *tracker, GwRecord *record, GError **error)
{
    g_autoptr(bson_t) row = row_of_record(tracker, record);
    g_autoptr(bson_t) stamps = BCON_NEW("appliedAt", BCON_UTF8("$$NOW"));
    g_autoptr(bson_t) update = gw_stamp_replace(row, stamps);
    g_autoptr(bson_t) doc = NULL;
    g_auto(bson_t) filter = BSON_INITIALIZER;
    bson_oid_t id;

    bson_oid_init(&id, NULL);
    BSON_APPEND_OID(&filter, "_id", &id);
    if (!gw_coll_find_and_modify(tracker->coll, &filter, update, true, &doc, error))
        return gw_prefix(error, "Could not update changelog");
    record->applied_at_ms = gw_bson_get_date_ms(doc, "appliedAt", G_MININT64);
    return true;
}

/* Where a file was applied twice, the newest row goes; migrate-mongo itself deletes the oldest, and
 * the file stays applied. */
static bool
revert(GwTracker *tracker, const GwRecord *record, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("fileName", BCON_UTF8(record->file));
    g_autoptr(bson_t) newest =
        BCON_NEW("sort", "{", "appliedAt", BCON_INT32(-1), "_id", BCON_INT32(-1), "}");
    g_autoptr(bson_t) row = NULL;
    g_auto(bson_t) by_id = BSON_INITIALIZER;
    bson_iter_t id;

    if (!gw_coll_find_one(tracker->coll, filter, newest, &row, error))
        return gw_prefix(error, "Could not update changelog");
    if (row == NULL || !bson_iter_init_find(&id, row, "_id"))
        return gw_throw(error, GW_ERROR_LEASE_LOST,
                        "the row of '%s' in '%s' was deleted by somebody else meanwhile",
                        record->file, gw_coll_name(tracker->coll));
    BSON_APPEND_VALUE(&by_id, "_id", bson_iter_value(&id));
    if (!gw_coll_delete_one(tracker->coll, &by_id, NULL, error))
        return gw_prefix(error, "Could not update changelog");
    return true;
}

/* A row is there or it is not: that is all that this format can say. */
static bool
repair(GwTracker *tracker, GwRecord *record, GError **error)
{
    return gw_tracker_repair_applied(tracker, record, "migrate-mongo's changelog", error);
}

static const GwTrackerKind changelog = {
    .list = list,
    .prepare = prepare,
    .begin = leave_no_trace,
    .complete = complete,
    .fail = leave_no_trace,
    .repair = repair,
    .revert = revert,
};

GwTracker *
gw_tracker_changelog_new(GwClients *clients, const char *db, const char *name, bool use_file_hash)
{
    GwTracker *tracker = gw_tracker_new(&changelog, gw_coll_new(clients, db, name));

    tracker->use_file_hash = use_file_hash;
    return tracker;
}

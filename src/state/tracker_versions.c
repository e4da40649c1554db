/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golang-migrate's format: the one document {version, dirty} says that all files up to a number are
 * applied, so what the records are follows from the files that are there. `dirty` while one runs:
 * whoever finds it knows that nobody may go on. godwit takes back what it began, and so clears it;
 * one that golang-migrate left is for a person to look at.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/naming.h"
#include "state/tracker_kind.h"

enum {
    NO_VERSION = -1
};

static gint64
number_of(const char *id)
{
    return (gint64)g_ascii_strtoull(id, NULL, 10);
}

static gint64
number_at(const GwTracker *tracker, guint row)
{
    const GwMigrationFile *file = g_ptr_array_index(tracker->files, row);

    return number_of(file->id);
}

static gint64
previous_of(const GwTracker *tracker, gint64 version)
{
    gint64 best = NO_VERSION;

    for (guint row = 0; row < tracker->files->len; row++) {
        gint64 number = number_at(tracker, row);

        if (number < version)
            best = MAX(best, number);
    }
    return best;
}

static void
append_version(bson_t *doc, gint64 version)
{
    if (version <= G_MAXINT32)
        BSON_APPEND_INT32(doc, "version", (gint32)version);
    else
        BSON_APPEND_INT64(doc, "version", version);
}

static bool
set(GwTracker *tracker, gint64 version, bool is_dirty, GError **error)
{
    g_auto(bson_t) any = BSON_INITIALIZER;
    g_auto(bson_t) fields = BSON_INITIALIZER;
    g_auto(bson_t) update = BSON_INITIALIZER;

    append_version(&fields, version);
    BSON_APPEND_BOOL(&fields, "dirty", is_dirty);
    BSON_APPEND_DOCUMENT(&update, "$set", &fields);
    return gw_coll_upsert(tracker->coll, &any, &update, error);
}

static GwRecord *
record_of_file(const GwMigrationFile *file, bool is_dirty, gint64 sequence)
{
    GwRecord *record = g_new0(GwRecord, 1);

    record->id = g_strdup(file->id);
    record->file = g_strdup(file->name);
    record->status = is_dirty ? GW_STATUS_RUNNING : GW_STATUS_COMPLETED;
    record->applied_at_ms = G_MININT64;
    record->sequence = sequence;
    return record;
}

/* A version whose file is not there: it can't be told what was applied, or what comes next. */
static GwRecord *
record_of_number(gint64 version)
{
    GwRecord *record = g_new0(GwRecord, 1);

    record->id = g_strdup_printf("%" G_GINT64_FORMAT, version);
    record->status = GW_STATUS_COMPLETED;
    record->applied_at_ms = G_MININT64;
    record->sequence = G_MAXINT32;
    return record;
}

static GPtrArray *
records_up_to(const GwTracker *tracker, gint64 version, bool is_dirty)
{
    GPtrArray *records = g_ptr_array_new_with_free_func((GDestroyNotify)gw_record_free);
    bool is_there = version == NO_VERSION;

    for (guint row = 0; row < tracker->files->len; row++) {
        gint64 number = number_at(tracker, row);

        if (number > version)
            continue;
        is_there = is_there || number == version;
        g_ptr_array_add(records, record_of_file(g_ptr_array_index(tracker->files, row),
                                                is_dirty && number == version, row + 1));
    }
    if (!is_there)
        g_ptr_array_add(records, record_of_number(version));
    return records;
}

static GPtrArray *
list(GwTracker *tracker, GError **error)
{
    g_auto(bson_t) all = BSON_INITIALIZER;
    g_autoptr(bson_t) doc = NULL;
    bson_iter_t version;
    bson_iter_t dirty;

    if (!gw_coll_find_one(tracker->coll, &all, NULL, &doc, error))
        return NULL;
    if (doc == NULL || !bson_iter_init_find(&version, doc, "version"))
        return records_up_to(tracker, NO_VERSION, false);
    return records_up_to(tracker, bson_iter_as_int64(&version),
                         bson_iter_init_find(&dirty, doc, "dirty") && bson_iter_as_bool(&dirty));
}

static bool
prepare(GwTracker *tracker, GError **error)
{
    return true;
}

static bool
begin(GwTracker *tracker, const GwRecord *record, GError **error)
{
    return set(tracker, number_of(record->id), true, error);
}

static bool
complete(GwTracker *tracker, GwRecord *record, GError **error)
{
    record->applied_at_ms = gw_clock_now_ms();
    return set(tracker, number_of(record->id), false, error);
}

/* All that it did was taken back: the version is the one before, and clean. */
static bool
fail(GwTracker *tracker, const GwRecord *record, GError **error)
{
    return set(tracker, previous_of(tracker, number_of(record->id)), false, error);
}

static bool
repair(GwTracker *tracker, GwRecord *record, GError **error)
{
    return gw_tracker_repair_applied(tracker, record, "golang-migrate's version", error);
}

static const GwTrackerKind versions = {
    .list = list,
    .prepare = prepare,
    .begin = begin,
    .complete = complete,
    .fail = fail,
    .repair = repair,
    .revert = fail,
};

GwTracker *
gw_tracker_versions_new(GwClients *clients, const char *db, const char *name, GPtrArray *take_files)
{
    GwTracker *tracker = gw_tracker_new(&versions, gw_coll_new(clients, db, name));

    tracker->files = take_files;
    return tracker;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread reads the archive and cuts it into batches, others insert them, so that the server is
 * busy while we decompress. What is loaded has no indexes but _id's until all of it is there.
 */
#include "backup/restore_internal.h"
#include "base/crash.h"

#define BATCH_BYTES (4 * 1024 * 1024)
#define BATCH_DOCUMENTS 10000

/* Batches read ahead, for each worker. */
#define AHEAD 2

typedef struct {
    GwRestoreItem *item; /* borrowed */
    GByteArray *docs;    /* owned */
    guint count;
} Batch;

typedef struct {
    GwRestore *restore; /* borrowed */
    GwConn *conn;       /* owned: of the thread that reads */
    GMutex mutex;       /* guards all below */
    GCond changed;
    GQueue waiting;   /* owned: Batch */
    GQueue items;     /* borrowed items that want their indexes */
    gint64 documents; /* inserted */
    GError *failure;  /* owned: the first one; NULL = none */
    bool is_read;     /* no more batches come */
} Load;

static void
batch_free(gpointer data)
{
    Batch *batch = data;

    g_byte_array_unref(batch->docs);
    g_free(batch);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Batch, batch_free)

static void
load_clear(Load *load)
{
    g_queue_clear_full(&load->waiting, batch_free);
    g_queue_clear(&load->items);
    g_clear_error(&load->failure);
    g_clear_pointer(&load->conn, gw_conn_release);
    g_mutex_clear(&load->mutex);
    g_cond_clear(&load->changed);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Load, load_clear)

static void
note_failure(Load *load, GError *take_error)
{
    g_autoptr(GError) error = take_error;

    g_mutex_lock(&load->mutex);
    if (load->failure == NULL)
        load->failure = g_steal_pointer(&error);
    g_cond_broadcast(&load->changed);
    g_mutex_unlock(&load->mutex);
}

/* One member's word is enough while that one stays the primary, which is looked at when all is
 * there: the record that makes it count waits for the majority. Behind a mongos nobody could tell.
 */
static void
append_concern(const Load *load, bson_t *command)
{
    if (gw_clients_server(load->restore->params->clients)->is_mongos)
        BCON_APPEND(command, "writeConcern", "{", "w", "majority", "}");
    else
        BCON_APPEND(command, "writeConcern", "{", "w", BCON_INT32(1), "}");
}

static bool
insert(const Load *load, GwConn *conn, const Batch *batch, GError **error)
{
    const GwRestoreParams *params = load->restore->params;
    const GwRestoreItem *item = batch->item;
    g_autoptr(bson_t) command =
        BCON_NEW("insert", BCON_UTF8(item->loaded), "ordered", BCON_BOOL(item->keeps_order),
                 "bypassDocumentValidation", BCON_BOOL(true));
    GwWrite write = {
        .kind = GW_WRITE_INSERT,
        .db = params->db,
        .command = command,
        .batch_name = "documents",
        .batch = batch->docs->data,
        .batch_bytes = batch->docs->len,
        .batch_count = batch->count,
        .goes_once = true,
    };

    append_concern(load, command);
    return gw_restore_apply(params->writer, conn, &write, error) ||
           gw_prefix(error, "inserting into '%s'", item->coll->coll);
}

static void
note_inserted(Load *load, const Batch *batch)
{
    const GwRestoreParams *params = load->restore->params;

    g_mutex_lock(&load->mutex);
    load->documents += batch->count;
    if (params->progress != NULL)
        params->progress(load->documents, load->restore->total, params->data);
    g_mutex_unlock(&load->mutex);
}

/* The next batch, waiting for it; NULL = there are no more. Owned. */
static Batch *
take_batch(Load *load)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&load->mutex);

    while (load->failure == NULL && !load->is_read && load->waiting.length == 0)
        g_cond_wait(&load->changed, &load->mutex);
    g_cond_broadcast(&load->changed);
    return load->failure == NULL ? g_queue_pop_head(&load->waiting) : NULL;
}

static gpointer
insert_all(gpointer data)
{
    Load *load = data;
    g_autoptr(GwConn) conn = gw_conn_take(load->restore->params->clients);

    for (;;) {
        g_autoptr(Batch) batch = take_batch(load);
        GError *failure = NULL;

        if (batch == NULL)
            return NULL;
        if (insert(load, conn, batch, &failure))
            note_inserted(load, batch);
        else
            note_failure(load, failure);
    }
}

static bool
check_failure(const Load *load, GError **error)
{
    return load->failure == NULL ||
           gw_throw(error, GW_ERROR_FAILED, "another part of the restore failed");
}

static bool
put_batch(Load *load, Batch *take_batch, GError **error)
{
    g_autoptr(Batch) batch = take_batch;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&load->mutex);

    while (load->failure == NULL && load->waiting.length >= AHEAD * load->restore->params->workers)
        g_cond_wait(&load->changed, &load->mutex);
    if (!check_failure(load, error))
        return false;
    g_queue_push_tail(&load->waiting, g_steal_pointer(&batch));
    g_cond_broadcast(&load->changed);
    return true;
}

/* Hand on what was read of a collection. Where the order counts it is inserted at once. */
static bool
flush(Load *load, GwRestoreItem *item, GError **error)
{
    g_autoptr(Batch) batch = NULL;

    if (item->count == 0)
        return true;
    batch = g_new0(Batch, 1);
    batch->item = item;
    batch->docs = item->docs;
    batch->count = item->count;
    item->docs = g_byte_array_sized_new(BATCH_BYTES);
    item->count = 0;
    if (!item->keeps_order)
        return put_batch(load, g_steal_pointer(&batch), error);
    if (!insert(load, load->conn, batch, error))
        return false;
    note_inserted(load, batch);
    return true;
}

static bool
take_doc(const GwArchiveColl *coll, const guint8 *doc, gsize size, gpointer data, GError **error)
{
    Load *load = data;
    const GwRestore *restore = load->restore;
    const volatile int *interrupted = restore->params->interrupted;
    GwRestoreItem *item = coll->index < restore->by_index->len
                              ? g_ptr_array_index(restore->by_index, coll->index)
                              : NULL;

    if (interrupted != NULL && *interrupted != 0)
        return gw_throw(error, GW_ERROR_INTERRUPTED, "stopped by a signal");
    if (item == NULL)
        return true;
    if (item->count == BATCH_DOCUMENTS || item->docs->len + size > BATCH_BYTES) {
        if (!flush(load, item, error))
            return false;
    }
    g_byte_array_append(item->docs, doc, (guint)size);
    item->count++;
    return true;
}

static bool
flush_all(Load *load, GError **error)
{
    for (guint next = 0; next < load->restore->items->len; next++) {
        if (!flush(load, g_ptr_array_index(load->restore->items, next), error))
            return false;
    }
    return true;
}

/* The file was verified; here it is checked again, on the way. */
static bool
read_archive(Load *load, GError **error)
{
    g_auto(GwArchiveFacts) facts = {0};

    return gw_archive_read(load->restore->params->path, take_doc, load, &facts, error) &&
           flush_all(load, error);
}

/* Run `work` in as many threads as there are workers, and `own` beside them, then wait for all. */
static bool
run_threads(Load *load, GThreadFunc work, bool (*own)(Load *load, GError **error), GError **error)
{
    g_autoptr(GPtrArray) threads = g_ptr_array_new();
    GError *failure = NULL;

    for (guint index = 0; index < load->restore->params->workers; index++)
        g_ptr_array_add(threads, g_thread_new("restore", work, load));
    if (own != NULL && !own(load, &failure))
        note_failure(load, failure);
    g_mutex_lock(&load->mutex);
    load->is_read = true;
    g_cond_broadcast(&load->changed);
    g_mutex_unlock(&load->mutex);
    for (guint index = 0; index < threads->len; index++)
        (void)g_thread_join(g_ptr_array_index(threads, index));
    if (load->failure == NULL)
        return true;
    g_propagate_error(error, g_steal_pointer(&load->failure));
    return false;
}

static bool
create(const Load *load, const GwRestoreItem *item, const char *name, GError **error)
{
    const GwRestoreParams *params = load->restore->params;
    g_autoptr(bson_t) command = BCON_NEW("create", BCON_UTF8(name));
    GwWrite write = {.kind = GW_WRITE_CREATE, .db = params->db, .command = command};

    /* Servers from 4.0 on take no other value than its default. */
    bson_copy_to_excluding_noinit(item->spec.options, command, "autoIndexId", NULL);
    return gw_restore_apply(params->writer, load->conn, &write, error) ||
           gw_prefix(error, "making the collection '%s'", item->coll->coll);
}

/* What can't be renamed is made where it will stay; the record says so first. */
static bool
create_in_place(const Load *load, const GwRestoreItem *item, GError **error)
{
    const GwRestoreParams *params = load->restore->params;

    if (!gw_restore_record_in_place(load->restore, item->coll->coll, error))
        return false;
    GW_CRASH_POINT("restore.in-place");
    if (item->there != GW_COLL_NONE &&
        !gw_restore_drop(params->writer, load->conn, params->db, item->coll->coll, error))
        return false;
    return create(load, item, item->coll->coll, error);
}

static bool
create_all(const Load *load, GError **error)
{
    for (guint next = 0; next < load->restore->items->len; next++) {
        const GwRestoreItem *item = g_ptr_array_index(load->restore->items, next);

        if (item->kind == GW_RESTORE_VIEW)
            continue;
        if (!(item->kind == GW_RESTORE_IN_PLACE ? create_in_place(load, item, error)
                                                : create(load, item, item->loaded, error)))
            return false;
    }
    return true;
}

static bool
make_indexes(const Load *load, GwConn *conn, const GwRestoreItem *item, GError **error)
{
    const GwRestoreParams *params = load->restore->params;
    bool is_time_series = gw_bson_has(item->spec.options, "timeseries");
    g_autoptr(GPtrArray) indexes = gw_coll_spec_new_indexes(&item->spec);
    g_autoptr(bson_t) command =
        BCON_NEW("createIndexes", BCON_UTF8(is_time_series ? item->coll->coll : item->loaded));
    GwWrite write = {.kind = GW_WRITE_CREATE_INDEXES, .db = params->db, .command = command};
    bson_t array = BSON_INITIALIZER;

    if (indexes->len == 0)
        return true;
    BSON_APPEND_ARRAY_BEGIN(command, "indexes", &array);
    for (guint next = 0; next < indexes->len; next++) {
        char digits[16];
        const char *key = NULL;

        bson_uint32_to_string(next, &key, digits, sizeof digits);
        BSON_APPEND_DOCUMENT(&array, key, g_ptr_array_index(indexes, next));
    }
    bson_append_array_end(command, &array);
    return gw_restore_apply(params->writer, conn, &write, error) ||
           gw_prefix(error, "making the indexes of '%s'", item->coll->coll);
}

static gpointer
index_all(gpointer data)
{
    Load *load = data;
    g_autoptr(GwConn) conn = gw_conn_take(load->restore->params->clients);

    for (;;) {
        const GwRestoreItem *item = NULL;
        GError *failure = NULL;

        g_mutex_lock(&load->mutex);
        item = load->failure == NULL ? g_queue_pop_head(&load->items) : NULL;
        g_mutex_unlock(&load->mutex);
        if (item == NULL)
            return NULL;
        if (!make_indexes(load, conn, item, &failure))
            note_failure(load, failure);
    }
}

static void
list_for_indexes(Load *load)
{
    for (guint next = 0; next < load->restore->items->len; next++) {
        GwRestoreItem *item = g_ptr_array_index(load->restore->items, next);

        if (item->kind == GW_RESTORE_PLAIN || item->kind == GW_RESTORE_IN_PLACE)
            g_queue_push_tail(&load->items, item);
    }
}

bool
gw_restore_load(GwRestore *restore, GwRestoreReport *report, GError **error)
{
    g_auto(Load) load = {.restore = restore};

    g_mutex_init(&load.mutex);
    g_cond_init(&load.changed);
    g_queue_init(&load.waiting);
    g_queue_init(&load.items);
    load.conn = gw_conn_take(restore->params->clients);
    if (!create_all(&load, error) || !run_threads(&load, insert_all, read_archive, error))
        return false;
    list_for_indexes(&load);
    if (!run_threads(&load, index_all, NULL, error))
        return false;
    report->collections = restore->items->len;
    report->documents = load.documents;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread reads the archive and cuts it into batches, others insert them, so that the server is
 * busy while we decompress. What is loaded has no indexes but _id's until all of it is there.
 *
 * Where the file was not verified before, a part of it may be wrong, and be found out only at the
 * end of its piece, or of all: by then its documents may have been sent. So whatever the server
 * says of them, the file is read to its end, and what is wrong with it is the failure that counts.
 */
#include "backup/restore_internal.h"

/* One command each. From 1 to 4 MB it makes no difference for the server. */
#define BATCH_BYTES (2 * 1024 * 1024)

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
    gint64 documents; /* inserted */
    gint64 total;     /* to insert, as far as one can tell */
    GError *failure;  /* owned: the first one; NULL = none */
    bool is_read;     /* no more batches come */

    /* Of the thread that reads alone. */
    gint64 taken;     /* documents that are to be inserted */
    bool is_given_up; /* something has failed: the rest is only checked */
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
        params->progress(load->documents, MAX(load->documents, load->total), params->data);
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

/* How many documents there will be, by how far the file has been read. */
static void
guess_total(Load *load)
{
    const GwArchiveReader *reader = load->restore->params->reader;
    gint64 offset = reader != NULL ? gw_archive_reader_offset(reader) : 0;

    if (offset <= 0)
        return;
    g_mutex_lock(&load->mutex);
    load->total =
        (gint64)((double)load->taken * (double)gw_archive_reader_size(reader) / (double)offset);
    g_mutex_unlock(&load->mutex);
}

static bool
add_docs(Load *load, GwRestoreItem *item, const guint8 *docs, gsize size, guint count,
         GError **error)
{
    if (item->docs->len + size > BATCH_BYTES && !flush(load, item, error))
        return false;
    g_byte_array_append(item->docs, docs, (guint)size);
    item->count += count;
    load->taken += count;
    guess_total(load);
    return true;
}

/* Whether reading goes on although something has failed, which is kept for later. */
static bool
give_up(Load *load, GError *take_failure, GError **error)
{
    if (load->restore->params->reader == NULL) {
        g_propagate_error(error, take_failure);
        return false;
    }
    load->is_given_up = true;
    note_failure(load, take_failure);
    return true;
}

static bool
take_docs(const GwArchiveColl *coll, const guint8 *docs, gsize size, guint count, gpointer data,
          GError **error)
{
    Load *load = data;
    const GwRestore *restore = load->restore;
    GwRestoreItem *item = coll->index < restore->by_index->len
                              ? g_ptr_array_index(restore->by_index, coll->index)
                              : NULL;
    GError *failure = NULL;

    if (!gw_restore_may_go_on(restore, error))
        return false;
    if (item == NULL || load->is_given_up || add_docs(load, item, docs, size, count, &failure))
        return true;
    return give_up(load, failure, error);
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

static bool
read_archive(Load *load, GError **error)
{
    const GwRestoreParams *params = load->restore->params;
    g_auto(GwArchiveFacts) facts = {0};

    if (!(params->reader != NULL ? gw_archive_reader_rest(params->reader, take_docs, load, error)
                                 : gw_archive_read(params->path, take_docs, load, &facts, error)))
        return false;
    return load->is_given_up || flush_all(load, error);
}

/* What is wrong with the file explains what the server may have said of its documents. */
static void
note_unread(Load *load, GError *take_failure)
{
    if (g_error_matches(take_failure, GW_ERROR, GW_ERROR_IO)) {
        g_mutex_lock(&load->mutex);
        g_clear_error(&load->failure);
        g_mutex_unlock(&load->mutex);
    }
    note_failure(load, take_failure);
}

/* Read in this thread, insert in the others, and wait for all. */
static bool
read_and_insert(Load *load, GError **error)
{
    g_autoptr(GPtrArray) threads = g_ptr_array_new();
    GError *failure = NULL;

    for (guint index = 0; index < load->restore->params->workers; index++)
        g_ptr_array_add(threads, g_thread_new("restore", insert_all, load));
    if (!read_archive(load, &failure))
        note_unread(load, failure);
    g_mutex_lock(&load->mutex);
    load->is_read = true;
    load->total = load->taken;
    g_cond_broadcast(&load->changed);
    g_mutex_unlock(&load->mutex);
    for (guint index = 0; index < threads->len; index++)
        (void)g_thread_join(g_ptr_array_index(threads, index));
    if (load->failure == NULL)
        return true;
    g_propagate_error(error, g_steal_pointer(&load->failure));
    return false;
}

bool
gw_restore_load(GwRestore *restore, GwRestoreReport *report, GError **error)
{
    g_auto(Load) load = {.restore = restore};

    g_mutex_init(&load.mutex);
    g_cond_init(&load.changed);
    g_queue_init(&load.waiting);
    load.conn = gw_conn_take(restore->params->clients);
    load.total = restore->total;
    if (!gw_restore_create_all(restore, load.conn, error) || !read_and_insert(&load, error) ||
        !gw_restore_may_go_on(restore, error) || !gw_restore_index_all(restore, error))
        return false;
    report->collections = restore->items->len;
    report->documents = load.documents;
    return true;
}

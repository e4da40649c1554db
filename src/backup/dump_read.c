/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The threads that read. A large collection is read from both ends at once, so that two threads
 * have work although there is one collection: each document lies at a record, whose number says
 * whether the other one has been there. That holds only while nothing moves, so at one cluster
 * time; a capped collection's order has to be kept, and is read by one.
 */
#include "backup/dump_internal.h"

/* Below that a second cursor is not worth its while. */
#define HALVES_BYTES (32 * 1024 * 1024)

/* How much is compressed, and checked, as one piece. */
#define PIECE_BYTES (4 * 1024 * 1024)

/* What one thread has at hand. */
typedef struct {
    GwDump *dump;     /* borrowed */
    GwConn *conn;     /* owned */
    GwPacker *packer; /* owned */
    GwScanBatch batch;
} Worker;

static void
worker_clear(Worker *worker)
{
    gw_scan_batch_clear(&worker->batch);
    g_clear_pointer(&worker->packer, gw_packer_free);
    g_clear_pointer(&worker->conn, gw_conn_release);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Worker, worker_clear)

static bool
can_halve(const GwDump *dump, const GwDumpSubject *subject)
{
    return dump->at.seconds != 0 && subject->info->kind == GW_COLL_PLAIN &&
           !subject->info->is_capped && subject->bytes >= HALVES_BYTES &&
           !gw_bson_has(subject->info->options, "clusteredIndex") &&
           !gw_clients_server(dump->params->clients)->is_mongos;
}

static int
compare_units(gconstpointer left, gconstpointer right)
{
    gint64 first = ((const GwDumpUnit *)left)->subject->bytes;
    gint64 second = ((const GwDumpUnit *)right)->subject->bytes;

    return first == second ? 0 : first > second ? -1 : 1;
}

/* The largest first, so that no thread is left alone with it at the end. */
static void
make_units(GwDump *dump)
{
    for (guint next = 0; next < dump->subjects->len; next++) {
        GwDumpSubject *subject = g_ptr_array_index(dump->subjects, next);
        GwDumpUnit unit = {.subject = subject, .is_half = can_halve(dump, subject)};

        if (subject->info->kind == GW_COLL_VIEW)
            continue;
        subject->open = unit.is_half ? 2 : 1;
        g_array_append_val(dump->units, unit);
        unit.is_backwards = true;
        if (unit.is_half)
            g_array_append_val(dump->units, unit);
    }
    g_array_sort(dump->units, compare_units);
}

/* The next unit, or NULL where there is none, or something has failed. */
static const GwDumpUnit *
take_unit(GwDump *dump)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&dump->mutex);

    if (dump->failure != NULL || dump->next_unit == dump->units->len)
        return NULL;
    return &g_array_index(dump->units, GwDumpUnit, dump->next_unit++);
}

/* How many of the batch's documents the other end has not read. They are ours from then on. */
static guint
claim(GwDump *dump, const GwDumpUnit *unit, const GwScanBatch *batch)
{
    GwDumpSubject *subject = unit->subject;
    guint count = 0;

    if (!unit->is_half)
        return batch->sizes->len;
    g_mutex_lock(&dump->mutex);
    for (; count < batch->records->len; count++) {
        gint64 record = g_array_index(batch->records, gint64, count);

        if (unit->is_backwards ? record <= subject->low : record >= subject->high)
            break;
    }
    if (count > 0)
        *(unit->is_backwards ? &subject->high : &subject->low) =
            g_array_index(batch->records, gint64, count - 1);
    g_mutex_unlock(&dump->mutex);
    return count;
}

static bool
note_progress(GwDump *dump, gint64 documents, gint64 bytes, GError **error)
{
    const GwDumpParams *params = dump->params;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&dump->mutex);

    dump->documents += documents;
    dump->bytes += bytes;
    if (params->progress != NULL)
        params->progress(dump->documents, MAX(dump->total, dump->documents), params->data);
    if (params->interrupted != NULL && *params->interrupted != 0)
        return gw_throw(error, GW_ERROR_INTERRUPTED, "stopped by a signal");
    /* Another thread has failed: what it says is kept. */
    return dump->failure == NULL ||
           gw_throw(error, GW_ERROR_FAILED, "another part of the backup failed");
}

/* The first `count` documents of the batch go into the archive, a piece at a time. */
static bool
write_docs(Worker *worker, const GwDumpUnit *unit, guint count, GError **error)
{
    GwDump *dump = worker->dump;
    const guint8 *start = worker->batch.docs->data;
    guint next = 0;

    while (next < count) {
        guint first = next;
        gsize bytes = 0;

        do
            bytes += g_array_index(worker->batch.sizes, guint32, next++);
        while (next < count && bytes < PIECE_BYTES);
        if (!gw_archive_writer_block(dump->writer, worker->packer, unit->subject->index, start,
                                     bytes, error) ||
            !note_progress(dump, next - first, (gint64)bytes, error))
            return false;
        start += bytes;
    }
    return true;
}

static bool
read_unit(Worker *worker, const GwDumpUnit *unit, GError **error)
{
    GwScanParams params = {
        .conn = worker->conn,
        .db = worker->dump->params->db,
        .coll = unit->subject->data,
        /* The server reads no capped collection at a cluster time. */
        .at = unit->subject->info->is_capped ? (GwClusterTime){0} : worker->dump->at,
        .is_backwards = unit->is_backwards,
        .wants_records = unit->is_half,
    };
    g_autoptr(GwScan) scan = gw_scan_new(&params);
    guint count = 0;

    do {
        if (!gw_scan_next(scan, &worker->batch, error))
            return gw_prefix(error, "reading '%s.%s'", params.db, params.coll);
        count = claim(worker->dump, unit, &worker->batch);
        if (!write_docs(worker, unit, count, error))
            return false;
    } while (count > 0 && count == worker->batch.sizes->len);
    return true;
}

static bool
end_unit(Worker *worker, const GwDumpUnit *unit, GError **error)
{
    bool is_last = false;

    g_mutex_lock(&worker->dump->mutex);
    is_last = --unit->subject->open == 0;
    g_mutex_unlock(&worker->dump->mutex);
    return !is_last ||
           gw_archive_writer_end(worker->dump->writer, worker->packer, unit->subject->index, error);
}

static void
note_failure(GwDump *dump, GError *take_error)
{
    g_autoptr(GError) error = take_error;

    g_mutex_lock(&dump->mutex);
    if (dump->failure == NULL)
        dump->failure = g_steal_pointer(&error);
    g_mutex_unlock(&dump->mutex);
}

static gpointer
work(gpointer data)
{
    g_auto(Worker) worker = {.dump = data};
    const GwDumpUnit *unit = NULL;

    worker.conn = gw_conn_take(worker.dump->params->clients);
    worker.packer = gw_packer_new(worker.dump->params->compression);
    gw_scan_batch_init(&worker.batch);
    while ((unit = take_unit(worker.dump)) != NULL) {
        GError *failure = NULL;

        if (!read_unit(&worker, unit, &failure) || !end_unit(&worker, unit, &failure))
            note_failure(worker.dump, failure);
    }
    return NULL;
}

/* mongorestore makes a view only where it meets the end of its documents, of which it has none. */
static bool
end_views(GwDump *dump, GError **error)
{
    g_autoptr(GwPacker) packer = gw_packer_new(dump->params->compression);

    for (guint next = 0; next < dump->subjects->len; next++) {
        const GwDumpSubject *subject = g_ptr_array_index(dump->subjects, next);

        if (subject->info->kind == GW_COLL_VIEW &&
            !gw_archive_writer_end(dump->writer, packer, subject->index, error))
            return false;
    }
    return true;
}

bool
gw_dump_read(GwDump *dump, GError **error)
{
    g_autoptr(GPtrArray) threads = g_ptr_array_new();

    make_units(dump);
    for (guint index = 0; index < dump->params->workers; index++)
        g_ptr_array_add(threads, g_thread_new("backup", work, dump));
    for (guint index = 0; index < threads->len; index++)
        (void)g_thread_join(g_ptr_array_index(threads, index));
    if (dump->failure == NULL)
        return end_views(dump, error);
    g_propagate_error(error, g_steal_pointer(&dump->failure));
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Collections before, and indexes after, the documents of a restore. */
#include "backup/restore_internal.h"
#include "base/crash.h"

static bool
create(const GwRestore *restore, GwConn *conn, const GwRestoreItem *item, const char *name,
       GError **error)
{
    const GwRestoreParams *params = restore->params;
    g_autoptr(bson_t) command = BCON_NEW("create", BCON_UTF8(name));
    GwWrite write = {.kind = GW_WRITE_CREATE, .db = params->db, .command = command};

    /* Servers from 4.0 on take no other value than its default. */
    bson_copy_to_excluding_noinit(item->spec.options, command, "autoIndexId", NULL);
    return gw_restore_apply(params->writer, conn, &write, error) ||
           gw_prefix(error, "making the collection '%s'", item->coll->coll);
}

/* What can't be renamed is made where it will stay; the record says so first. */
static bool
create_in_place(GwRestore *restore, GwConn *conn, const GwRestoreItem *item, GError **error)
{
    const GwRestoreParams *params = restore->params;

    if (!gw_restore_record_in_place(restore, item->coll->coll, error))
        return false;
    GW_CRASH_POINT("restore.in-place");
    if (item->there != GW_COLL_NONE &&
        !gw_restore_drop(params->writer, conn, params->db, item->coll->coll, error))
        return false;
    if (create(restore, conn, item, item->coll->coll, error))
        return true;
    /* Where somebody else was quicker, what has the name is not ours to drop. */
    (void)gw_restore_record_not_in_place(restore, item->coll->coll, NULL);
    return false;
}

bool
gw_restore_create_all(GwRestore *restore, GwConn *conn, GError **error)
{
    for (guint next = 0; next < restore->items->len; next++) {
        const GwRestoreItem *item = g_ptr_array_index(restore->items, next);

        if (item->kind == GW_RESTORE_VIEW)
            continue;
        if (!(item->kind == GW_RESTORE_IN_PLACE ? create_in_place(restore, conn, item, error)
                                                : create(restore, conn, item, item->loaded, error)))
            return false;
    }
    return true;
}

static bool
make_indexes(const GwRestore *restore, GwConn *conn, const GwRestoreItem *item, GError **error)
{
    const GwRestoreParams *params = restore->params;
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
        gw_bson_append_doc_at(&array, next, g_ptr_array_index(indexes, next));
    }
    bson_append_array_end(command, &array);
    return gw_restore_apply(params->writer, conn, &write, error) ||
           gw_prefix(error, "making the indexes of '%s'", item->coll->coll);
}

/* What the threads that make indexes share. */
typedef struct {
    const GwRestore *restore; /* borrowed */
    GMutex mutex;             /* guards all below */
    guint next;               /* the first item that nobody has begun */
    GError *failure;          /* owned: the first one; NULL = none */
} Indexing;

static void
indexing_clear(Indexing *indexing)
{
    g_clear_error(&indexing->failure);
    g_mutex_clear(&indexing->mutex);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Indexing, indexing_clear)

/* The next item that may have indexes of its own; NULL = there is none, or something has failed. */
static const GwRestoreItem *
take_item(Indexing *indexing)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&indexing->mutex);

    while (indexing->failure == NULL && indexing->next < indexing->restore->items->len) {
        const GwRestoreItem *item = g_ptr_array_index(indexing->restore->items, indexing->next++);

        if (item->kind == GW_RESTORE_PLAIN || item->kind == GW_RESTORE_IN_PLACE)
            return item;
    }
    return NULL;
}

static gpointer
index_some(gpointer data)
{
    Indexing *indexing = data;
    g_autoptr(GwConn) conn = gw_conn_take(indexing->restore->params->clients);
    const GwRestoreItem *item = NULL;

    while ((item = take_item(indexing)) != NULL) {
        g_autoptr(GError) failure = NULL;

        if (make_indexes(indexing->restore, conn, item, &failure))
            continue;
        g_mutex_lock(&indexing->mutex);
        if (indexing->failure == NULL)
            indexing->failure = g_steal_pointer(&failure);
        g_mutex_unlock(&indexing->mutex);
    }
    return NULL;
}

bool
gw_restore_index_all(const GwRestore *restore, GError **error)
{
    g_auto(Indexing) indexing = {.restore = restore};
    g_autoptr(GPtrArray) threads = g_ptr_array_new();

    g_mutex_init(&indexing.mutex);
    for (guint index = 0; index < restore->params->workers; index++)
        g_ptr_array_add(threads, g_thread_new("restore", index_some, &indexing));
    for (guint index = 0; index < threads->len; index++)
        (void)g_thread_join(g_ptr_array_index(threads, index));
    if (indexing.failure == NULL)
        return true;
    g_propagate_error(error, g_steal_pointer(&indexing.failure));
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/scan.h"

#include "mongo/command.h"

/* Far more than fit into one reply: that is cut by its size. */
#define FIRST_BATCH 1000000

/* What showRecordId puts at the end of a document, before its last byte. */
#define RECORD_NAME "$recordId"
#define RECORD_BYTES (1 + sizeof RECORD_NAME + sizeof(gint64))

struct GwScan {
    GwScanParams params;
    gint64 cursor; /* 0 = there is nothing more on the server */
    bool is_begun;
};

void
gw_scan_batch_init(GwScanBatch *batch)
{
    batch->docs = g_byte_array_new();
    batch->sizes = g_array_new(FALSE, FALSE, sizeof(guint32));
    batch->records = g_array_new(FALSE, FALSE, sizeof(gint64));
}

void
gw_scan_batch_clear(GwScanBatch *batch)
{
    g_clear_pointer(&batch->docs, g_byte_array_unref);
    g_clear_pointer(&batch->sizes, g_array_unref);
    g_clear_pointer(&batch->records, g_array_unref);
}

bool
gw_cluster_time_read(GwConn *conn, GwClusterTime *out_time, GError **error)
{
    g_autoptr(bson_t) ping = BCON_NEW("ping", BCON_INT32(1));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_iter_t iter;

    *out_time = (GwClusterTime){0};
    if (!gw_command_read(conn, "admin", ping, NULL, &reply, error))
        return false;
    if (bson_iter_init_find(&iter, &reply, "operationTime") && BSON_ITER_HOLDS_TIMESTAMP(&iter))
        bson_iter_timestamp(&iter, &out_time->seconds, &out_time->increment);
    return true;
}

GwScan *
gw_scan_new(const GwScanParams *params)
{
    GwScan *scan = g_new0(GwScan, 1);

    scan->params = *params;
    return scan;
}

void
gw_scan_free(GwScan *scan)
{
    if (scan == NULL)
        return;
    if (scan->cursor != 0) {
        g_autoptr(bson_t) command = BCON_NEW("killCursors", BCON_UTF8(scan->params.coll), "cursors",
                                             "[", BCON_INT64(scan->cursor), "]");
        g_auto(bson_t) reply = BSON_INITIALIZER;

        /* Where this fails the server closes it by itself after a while. */
        (void)gw_command_read(scan->params.conn, scan->params.db, command, NULL, &reply, NULL);
    }
    g_free(scan);
}

static bson_t *
find_command(const GwScanParams *params)
{
    bson_t *command =
        BCON_NEW("find", BCON_UTF8(params->coll), "hint", "{", "$natural",
                 BCON_INT32(params->is_backwards ? -1 : 1), "}", "batchSize",
                 BCON_INT32(FIRST_BATCH), "showRecordId", BCON_BOOL(params->wants_records),
                 "$readPreference", "{", "mode", BCON_UTF8("primary"), "}");

    if (params->at.seconds != 0)
        BCON_APPEND(command, "readConcern", "{", "level", BCON_UTF8("snapshot"), "atClusterTime",
                    BCON_TIMESTAMP(params->at.seconds, params->at.increment), "}");
    return command;
}

/* Take the number of its record off the end of the document of `size` bytes at `doc`. */
static bool
cut_record(guint8 *doc, guint32 *size, gint64 *out_record)
{
    guint8 *element = doc + *size - 1 - RECORD_BYTES;
    guint32 shorter = 0;

    if (*size < RECORD_BYTES + 5 || element[0] != BSON_TYPE_INT64 ||
        memcmp(element + 1, RECORD_NAME, sizeof RECORD_NAME) != 0)
        return false;
    memcpy(out_record, element + 1 + sizeof RECORD_NAME, sizeof *out_record);
    *out_record = GINT64_FROM_LE(*out_record);
    *size -= (guint32)RECORD_BYTES;
    shorter = GUINT32_TO_LE(*size);
    memcpy(doc, &shorter, sizeof shorter);
    doc[*size - 1] = 0;
    return true;
}

static bool
add_doc(GwScan *scan, GwScanBatch *batch, const guint8 *bytes, guint32 size, GError **error)
{
    guint start = batch->docs->len;
    gint64 record = 0;

    g_byte_array_append(batch->docs, bytes, size);
    if (scan->params.wants_records) {
        if (!cut_record(batch->docs->data + start, &size, &record))
            return gw_throw(error, GW_ERROR_SERVER,
                            "the server did not say where the documents of '%s.%s' lie",
                            scan->params.db, scan->params.coll);
        g_array_append_val(batch->records, record);
        g_byte_array_set_size(batch->docs, start + size);
    }
    g_array_append_val(batch->sizes, size);
    return true;
}

static bool
add_docs(GwScan *scan, GwScanBatch *batch, bson_iter_t *docs, GError **error)
{
    while (bson_iter_next(docs)) {
        const guint8 *bytes = NULL;
        guint32 size = 0;

        bson_iter_document(docs, &size, &bytes);
        if (!add_doc(scan, batch, bytes, size, error))
            return false;
    }
    return true;
}

/* Send what brings the next batch, and copy its documents. */
static bool
fetch(GwScan *scan, const bson_t *command, const char *path, GwScanBatch *batch, GError **error)
{
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_iter_t top;
    bson_iter_t array;
    bson_iter_t docs;

    scan->cursor = 0;
    if (!gw_command_read(scan->params.conn, scan->params.db, command, NULL, &reply, error))
        return false;
    scan->cursor = gw_bson_get_int(&reply, "cursor.id", 0);
    if (!bson_iter_init(&top, &reply) || !bson_iter_find_descendant(&top, path, &array) ||
        !bson_iter_recurse(&array, &docs))
        return gw_throw(error, GW_ERROR_SERVER, "the server answered '%s' without a cursor",
                        scan->params.coll);
    return add_docs(scan, batch, &docs, error);
}

static bool
fetch_more(GwScan *scan, GwScanBatch *batch, GError **error)
{
    g_autoptr(bson_t) command =
        BCON_NEW("getMore", BCON_INT64(scan->cursor), "collection", BCON_UTF8(scan->params.coll));

    return fetch(scan, command, "cursor.nextBatch", batch, error);
}

static bool
fetch_first(GwScan *scan, GwScanBatch *batch, GError **error)
{
    g_autoptr(bson_t) command = find_command(&scan->params);

    scan->is_begun = true;
    return fetch(scan, command, "cursor.firstBatch", batch, error);
}

static void
empty(GwScanBatch *batch)
{
    g_byte_array_set_size(batch->docs, 0);
    g_array_set_size(batch->sizes, 0);
    g_array_set_size(batch->records, 0);
}

bool
gw_scan_next(GwScan *scan, GwScanBatch *batch, GError **error)
{
    empty(batch);
    /* A batch may be empty although more will come. */
    while (batch->sizes->len == 0 && (!scan->is_begun || scan->cursor != 0)) {
        if (!(scan->is_begun ? fetch_more : fetch_first)(scan, batch, error))
            return false;
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/reader.h"

#include "mongo/command.h"

struct GwReader {
    GwConn *conn;       /* borrowed: outlives the reader */
    GwSession *session; /* borrowed: outlives the reader; NULL = none */
    char *db;           /* owned */
    char *coll;         /* owned: where the cursor lives; NULL = not yet known */
    bson_t *command;    /* owned: NULL once sent */
    bson_t *batch;      /* owned: the reply that holds the batch that is read now */
    bson_iter_t iter;   /* in `batch` */
    bson_t doc;         /* a view of the document that was handed out last */
    gint64 cursor;      /* 0 = there is nothing more on the server */
    gint64 batch_size;  /* of the command; 0 = as much as the server puts into one */
};

GwReader *
gw_reader_new(GwConn *conn, const char *db, const bson_t *command, GwSession *session)
{
    /* bson_t wants more alignment than malloc gives. */
    GwReader *reader = g_aligned_alloc0(1, sizeof(GwReader), _Alignof(GwReader));

    reader->conn = conn;
    reader->session = session;
    reader->db = g_strdup(db);
    reader->command = bson_copy(command);
    reader->batch_size = gw_bson_get_int(command, "batchSize", 0);
    if (!gw_session_in_transaction(session))
        BCON_APPEND(reader->command, "$readPreference", "{", "mode", BCON_UTF8("primary"), "}");
    return reader;
}

static void
close_cursor(GwReader *reader)
{
    g_autoptr(bson_t) command = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (reader->cursor == 0)
        return;
    command = BCON_NEW("killCursors", BCON_UTF8(reader->coll), "cursors", "[",
                       BCON_INT64(reader->cursor), "]");
    /* Where this fails the server closes it by itself after a while. */
    (void)gw_command_read(reader->conn, reader->db, command, reader->session, &reply, NULL);
}

void
gw_reader_free(GwReader *reader)
{
    if (reader == NULL)
        return;
    close_cursor(reader);
    g_clear_pointer(&reader->command, bson_destroy);
    g_clear_pointer(&reader->batch, bson_destroy);
    g_free(reader->coll);
    g_free(reader->db);
    g_aligned_free(reader);
}

/* "db.coll": the part behind the first dot. */
static void
note_namespace(GwReader *reader)
{
    const char *ns = gw_bson_get_str(reader->batch, "cursor.ns");
    const char *dot = ns != NULL ? strchr(ns, '.') : NULL;

    if (reader->coll == NULL && dot != NULL)
        reader->coll = g_strdup(dot + 1);
}

/* Send what brings the next batch, and begin to read that. */
static bool
fetch(GwReader *reader, const bson_t *command, const char *path, GError **error)
{
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_iter_t top;
    bson_iter_t batch;

    reader->cursor = 0;
    if (!gw_command_read(reader->conn, reader->db, command, reader->session, &reply, error))
        return false;
    g_clear_pointer(&reader->batch, bson_destroy);
    reader->batch = bson_copy(&reply);
    reader->cursor = gw_bson_get_int(reader->batch, "cursor.id", 0);
    note_namespace(reader);
    if (!bson_iter_init(&top, reader->batch) || !bson_iter_find_descendant(&top, path, &batch) ||
        !bson_iter_recurse(&batch, &reader->iter))
        return gw_throw(error, GW_ERROR_SERVER, "the server answered '%s' without a cursor",
                        gw_bson_get_str(reader->batch, "cursor.ns"));
    return true;
}

static bool
fetch_first(GwReader *reader, GError **error)
{
    g_autoptr(bson_t) command = g_steal_pointer(&reader->command);

    return fetch(reader, command, "cursor.firstBatch", error);
}

static bool
fetch_more(GwReader *reader, GError **error)
{
    g_autoptr(bson_t) command =
        BCON_NEW("getMore", BCON_INT64(reader->cursor), "collection", BCON_UTF8(reader->coll));

    if (reader->batch_size > 0)
        BSON_APPEND_INT64(command, "batchSize", reader->batch_size);
    return fetch(reader, command, "cursor.nextBatch", error);
}

static bool
view(GwReader *reader, const bson_t **out_doc)
{
    const uint8_t *bytes = NULL;
    uint32_t length = 0;

    bson_iter_document(&reader->iter, &length, &bytes);
    g_assert(bson_init_static(&reader->doc, bytes, length));
    *out_doc = &reader->doc;
    return true;
}

bool
gw_reader_next(GwReader *reader, const bson_t **out_doc, GError **error)
{
    if (reader->command != NULL && !fetch_first(reader, error))
        return false;
    for (;;) {
        if (reader->batch != NULL && bson_iter_next(&reader->iter))
            return view(reader, out_doc);
        if (reader->cursor == 0) {
            *out_doc = NULL;
            return true;
        }
        if (!fetch_more(reader, error))
            return false;
    }
}

GPtrArray *
gw_reader_all(GwReader *reader, GError **error)
{
    g_autoptr(GPtrArray) docs = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    const bson_t *doc = NULL;

    do {
        if (!gw_reader_next(reader, &doc, error))
            return NULL;
        if (doc != NULL)
            g_ptr_array_add(docs, bson_copy(doc));
    } while (doc != NULL);
    return g_steal_pointer(&docs);
}

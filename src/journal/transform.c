/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/transform.h"

#include "journal/record.h"

/* Operations of one kind. */
typedef struct {
    GByteArray *bytes;   /* owned: one behind the other */
    GPtrArray *docs;     /* owned: const bson_t, borrowed: the document of each */
    const char *command; /* static */
    const char *name;    /* static: of the batch */
    GwWriteKind kind;
} Batch;

static void
batch_clear(Batch *batch)
{
    g_clear_pointer(&batch->bytes, g_byte_array_unref);
    g_clear_pointer(&batch->docs, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Batch, batch_clear)

static GPtrArray *
documents_of(const GwDocSet *set)
{
    GPtrArray *docs = g_ptr_array_new();

    for (guint index = 0; index < gw_doc_set_count(set); index++)
        g_ptr_array_add(docs, (gpointer)gw_doc_set_at(set, index));
    return docs;
}

static void
free_change(gpointer change)
{
    if (change != NULL)
        bson_destroy(change);
}

static gint64
bytes_max_of(const GwPart *part)
{
    return gw_clients_server(part->docs->journal->clients)->max_bson_bytes;
}

/* Why nothing good becomes of the document; NULL = something does. */
static const char *
reason_of(const GwPart *part, const bson_t *doc, const bson_t *change)
{
    GwSkipped *skipped = part->docs->journal->skipped;
    const char *reason = change != NULL ? gw_bson_get_str(change, "b") : NULL;
    bson_iter_t id;

    /* The server would refuse the whole batch, and not say which. */
    if (change != NULL && change->len > bytes_max_of(part))
        return "what becomes of it is larger than a document may be";
    if (reason == NULL && skipped != NULL && bson_iter_init_find(&id, doc, "_id"))
        reason = gw_skipped_refusal(skipped, part->docs->op, &id);
    return reason;
}

/* Leave those in `pre` that are to be changed, and their changes beside them. */
static void
keep_changed(GwPart *part, GPtrArray *decided)
{
    part->seen = g_steal_pointer(&part->pre);
    part->pre = gw_doc_set_new();
    part->changes = g_ptr_array_new_with_free_func(free_change);
    part->bad = g_ptr_array_new_with_free_func(gw_skipped_doc_free);
    for (guint index = 0; index < decided->len; index++) {
        const bson_t *doc = gw_doc_set_at(part->seen, index);
        const bson_t *change = g_ptr_array_index(decided, index);
        const char *reason = reason_of(part, doc, change);

        if (reason != NULL)
            g_ptr_array_add(part->bad, gw_skipped_doc_new(doc, reason));
        if (change == NULL || reason != NULL)
            continue;
        gw_doc_set_add(part->pre, doc);
        g_ptr_array_add(part->changes, g_steal_pointer(&g_ptr_array_index(decided, index)));
    }
}

/* {"_id": ..}. Owned. */
static char *
id_text(const bson_t *doc)
{
    g_auto(bson_t) id = BSON_INITIALIZER;
    g_autoptr(GwBsonStr) json = NULL;
    bson_iter_t iter;

    if (bson_iter_init_find(&iter, doc, "_id"))
        bson_append_iter(&id, "_id", -1, &iter);
    json = bson_as_relaxed_extended_json(&id, NULL);
    return g_strdup(json);
}

static bool
throw_bad(const GwSkippedDoc *bad, GError **error)
{
    g_autofree char *id = id_text(bad->doc);

    return gw_throw(error, GW_ERROR_SERVER, "changing the document %s: %s", id, bad->reason);
}

static bool
decide(GwPart *part, GError **error)
{
    const GwTransform *transform = part->docs->write->transform;
    g_autoptr(GPtrArray) docs = documents_of(part->pre);
    g_autoptr(GPtrArray) decided = g_ptr_array_new_with_free_func(free_change);

    if (!transform->decide(transform->data, docs, decided, error))
        return false;
    g_assert(decided->len == docs->len);
    keep_changed(part, decided);
    return part->bad->len == 0 || part->docs->journal->skipped != NULL ||
           throw_bad(g_ptr_array_index(part->bad, 0), error);
}

static bool
is_delete(const bson_t *change)
{
    return bson_has_field(change, "d");
}

static void
add(Batch *batch, const bson_t *doc, const bson_t *change)
{
    g_auto(bson_t) operation = BSON_INITIALIZER;
    bson_t filter = BSON_INITIALIZER;
    bson_iter_t iter;

    bson_append_document_begin(&operation, "q", -1, &filter);
    if (bson_iter_init_find(&iter, doc, "_id"))
        bson_append_iter(&filter, "_id", -1, &iter);
    bson_append_document_end(&operation, &filter);
    if (is_delete(change))
        BSON_APPEND_INT32(&operation, "limit", 1);
    else if (bson_iter_init_find(&iter, change, "u"))
        bson_append_iter(&operation, "u", -1, &iter);
    g_byte_array_append(batch->bytes, bson_get_data(&operation), operation.len);
    g_ptr_array_add(batch->docs, (gpointer)doc);
}

static void
fill(Batch *batch, const GwPart *part)
{
    batch->bytes = g_byte_array_new();
    batch->docs = g_ptr_array_new();
    for (guint index = 0; index < part->changes->len; index++) {
        const bson_t *change = g_ptr_array_index(part->changes, index);

        if (is_delete(change) == (batch->kind == GW_WRITE_DELETE))
            add(batch, gw_doc_set_at(part->pre, index), change);
    }
}

/* In a transaction, all of it is done again, without that document. */
static void
skip_next_time(const GwPart *part, const bson_iter_t *id, const char *reason, GError *error)
{
    GwErrorInfo *info = gw_error_info(error);
    GwSkipped *skipped = part->docs->journal->skipped;

    if (skipped == NULL || part->docs->is_plain ||
        gw_skipped_refusal(skipped, part->docs->op, id) != NULL)
        return;
    gw_skipped_refuse(skipped, part->docs->op, id, reason);
    g_strfreev(info->labels);
    info->labels = g_strsplit("TransientTransactionError", ",", -1);
}

/* What the server does not take: say of which document it is. */
static bool
throw_refused(const GwPart *part, const Batch *batch, const bson_t *reply, GError **error)
{
    const gint64 index = gw_bson_get_int(reply, "writeErrors.0.index", 0);
    const char *said = gw_bson_get_str(reply, "writeErrors.0.errmsg");
    const char *message = said != NULL ? said : "the server gives no reason";
    const bson_t *doc = g_ptr_array_index(batch->docs, index);
    g_autofree char *shown = id_text(doc);
    g_autoptr(GError) failure = NULL;
    bson_iter_t id;

    gw_throw(&failure, GW_ERROR_SERVER, "changing the document %s: %s", shown, message);
    if (bson_iter_init_find(&id, doc, "_id"))
        skip_next_time(part, &id, message, failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

static bool
send(GwPart *part, Batch *batch, GwSession *session, GwConn *conn, GError **error)
{
    const GwDocsWrite *docs = part->docs;
    g_autoptr(bson_t) command = bson_new();
    g_auto(bson_t) reply = BSON_INITIALIZER;
    GwWrite write = {.kind = batch->kind,
                     .db = docs->write->db,
                     .command = command,
                     .batch_name = batch->name,
                     .batch = batch->bytes->data,
                     .batch_bytes = batch->bytes->len,
                     .batch_count = batch->docs->len,
                     .session = session};

    if (batch->docs->len == 0)
        return true;
    BSON_APPEND_UTF8(command, batch->command, docs->coll);
    if (!gw_writer_apply(docs->next, conn, &write, &reply, error))
        return false;
    if (gw_bson_has(&reply, "writeErrors.0"))
        return throw_refused(part, batch, &reply, error);
    if (batch->kind == GW_WRITE_DELETE)
        BSON_APPEND_INT64(&part->reply, "nDeleted", gw_bson_get_int(&reply, "n", 0));
    else
        BSON_APPEND_INT64(&part->reply, "nModified", gw_bson_get_int(&reply, "nModified", 0));
    return true;
}

bool
gw_transform_run(GwPart *part, GwSession *session, GwConn *conn, GError **error)
{
    g_auto(Batch) updates = {.command = "update", .name = "updates", .kind = GW_WRITE_UPDATE};
    g_auto(Batch) deletes = {.command = "delete", .name = "deletes", .kind = GW_WRITE_DELETE};

    if (!decide(part, error))
        return false;
    fill(&updates, part);
    fill(&deletes, part);
    part->is_sent = true;
    BSON_APPEND_INT64(&part->reply, "n", part->changes->len);
    return send(part, &updates, session, conn, error) && send(part, &deletes, session, conn, error);
}

bool
gw_transform_only_sets(const GwPart *part)
{
    for (guint index = 0; index < part->changes->len; index++) {
        const bson_t *change = g_ptr_array_index(part->changes, index);
        bson_t fields;

        if (!is_delete(change) && !gw_touched_only_sets(change, &fields))
            return false;
    }
    return true;
}

void
gw_transform_record(const GwPart *part, GwBlob *blob)
{
    for (guint index = 0; index < part->changes->len; index++) {
        const bson_t *pre = gw_doc_set_at(part->pre, index);
        const bson_t *change = g_ptr_array_index(part->changes, index);
        g_auto(bson_t) record = BSON_INITIALIZER;
        bson_t fields;

        if (gw_touched_only_sets(change, &fields) ? gw_record_diff_set(pre, &fields, &record)
                                                  : gw_record_diff(pre, NULL, &record))
            gw_blob_add(blob, &record);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/groups.h"
#include "journal/layout.h"
#include "journal/prepared.h"
#include "journal/putback.h"
#include "journal/undo-internal.h"

#include "base/crash.h"

#define DUPLICATE_KEY 11000
#define VALIDATION_FAILED 121

/* To plan an update that has more than an _id in its filter takes the server 28 us, to read a
 * document before it is updated 3. */
#define RECORDS_A_GUARD 20

/* Where only a different way may work. */
typedef struct {
    bool lifts; /* take all documents out first, then put them in: values may have been swapped */
    bool bypasses;  /* the validator does not let the old documents back */
    bool is_single; /* a replacement for each document */
    bool reads;     /* look at the documents although their updates could find what has changed */
} Way;

/* One entry on its way back. */
typedef struct {
    GwUndo *undo;         /* borrowed */
    const GwEntry *entry; /* borrowed */
    GPtrArray *records;   /* borrowed: bson_t */
    Way way;
    GByteArray *deletes; /* owned: batches, as a GwWrite has them */
    GByteArray *updates; /* owned */
    GByteArray *inserts; /* owned */
    gsize delete_count;
    gsize update_count;
    gsize insert_count;
    GwLayout layout;   /* documents that get a field back at its old place */
    GwGroups groups;   /* documents whose fields are put back */
    bool is_by_fields; /* only the fields of the records are read and written */
    bool is_collated;  /* an _id finds others than itself */
    bool is_missed;    /* a guarded update did not find all that it was for */
    gint64 matched;    /* documents that the updates found */
    gint64 restored;
    gint64 kept;
    gint64 error_code; /* of the operation that the server refused; 0 = none */
} Batch;

static void
batch_clear(Batch *batch)
{
    g_clear_pointer(&batch->deletes, g_byte_array_unref);
    g_clear_pointer(&batch->updates, g_byte_array_unref);
    g_clear_pointer(&batch->inserts, g_byte_array_unref);
    gw_groups_clear(&batch->groups);
    gw_layout_clear(&batch->layout);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Batch, batch_clear)

static void
init(Batch *batch)
{
    gw_groups_init(&batch->groups);
    batch->deletes = g_byte_array_new();
    batch->updates = g_byte_array_new();
    batch->inserts = g_byte_array_new();
    batch->delete_count = batch->update_count = batch->insert_count = 0;
    batch->matched = batch->restored = batch->kept = batch->error_code = 0;
    batch->is_missed = false;
    gw_layout_init(&batch->layout, batch->updates, &batch->update_count);
}

static void
reset(Batch *batch)
{
    batch_clear(batch);
    init(batch);
}

static void
add(GByteArray *bytes, gsize *count, const bson_t *doc)
{
    g_byte_array_append(bytes, bson_get_data(doc), doc->len);
    *count += 1;
}

static void
add_delete(Batch *batch, const GwDocRecord *record)
{
    g_auto(bson_t) operation = BSON_INITIALIZER;
    bson_t filter = BSON_INITIALIZER;

    bson_append_document_begin(&operation, "q", -1, &filter);
    bson_append_iter(&filter, "_id", -1, &record->id);
    bson_append_document_end(&operation, &filter);
    BSON_APPEND_INT32(&operation, "limit", 1);
    add(batch->deletes, &batch->delete_count, &operation);
}

/* A replacement with such a field would be refused, or stored as something else. */
static bool
is_odd(const bson_t *doc)
{
    bson_iter_t iter;

    if (!bson_iter_init(&iter, doc))
        return false;
    while (bson_iter_next(&iter)) {
        if (bson_iter_key(&iter)[0] == '$' || BSON_ITER_HOLDS_TIMESTAMP(&iter))
            return true;
    }
    return false;
}

static void
append_replacement(bson_t *operation, const bson_t *doc)
{
    if (is_odd(doc))
        BCON_APPEND(operation, "u", "[", "{", "$replaceWith", "{", "$literal", BCON_DOCUMENT(doc),
                    "}", "}", "]");
    else
        BSON_APPEND_DOCUMENT(operation, "u", doc);
}

static void
add_update(Batch *batch, const GwDocRecord *record, const bson_t *restored, bool is_upsert)
{
    g_auto(bson_t) operation = BSON_INITIALIZER;
    bson_t filter = BSON_INITIALIZER;

    bson_append_document_begin(&operation, "q", -1, &filter);
    bson_append_iter(&filter, "_id", -1, &record->id);
    bson_append_document_end(&operation, &filter);
    append_replacement(&operation, restored);
    BSON_APPEND_BOOL(&operation, "upsert", is_upsert);
    add(batch->updates, &batch->update_count, &operation);
}

/* Put the record's fields back, whatever else is in the document. */
static void
add_fields(Batch *batch, const GwDocRecord *record, const bson_t *current)
{
    g_auto(bson_t) update = BSON_INITIALIZER;

    gw_putback_append(record, current, gw_groups_newest(&batch->groups), &update);
    gw_groups_add(&batch->groups, &record->id, &update);
}

static void
add_insert(Batch *batch, const GwDocRecord *record, const bson_t *doc)
{
    if (is_odd(doc))
        add_update(batch, record, doc, true);
    else
        add(batch->inserts, &batch->insert_count, doc);
}

/* Put `restored` in the place of the document `current`. */
static void
add_restored(Batch *batch, const GwDocRecord *record, const bson_t *current, const bson_t *restored)
{
    if (!batch->way.lifts && !batch->way.is_single && !is_odd(restored) &&
        gw_layout_add(&batch->layout, &record->id, current, restored))
        return;
    if (!batch->way.lifts) {
        add_update(batch, record, restored, false);
        return;
    }
    add_delete(batch, record);
    add_insert(batch, record, restored);
}

#define DOCUMENT_BYTES_MAX (16 * 1024 * 1024)

bool
gw_undo_is_too_large(const GwDocRecord *record, const bson_t *current)
{
    g_autoptr(bson_t) restored = NULL;

    /* Most are nowhere near. */
    if (record->kind != GW_RECORD_UPDATED || current == NULL ||
        record->doc->len + current->len <= DOCUMENT_BYTES_MAX)
        return false;
    restored = gw_record_restored(record, current);
    return restored->len > DOCUMENT_BYTES_MAX;
}

/* Nothing to do where it is gone or back already; `false` = in conflict. */
static bool
add_record(Batch *batch, const GwDocRecord *record, const bson_t *current)
{
    bool is_forced = batch->undo->params->policy == GW_CONFLICT_OVERWRITE;
    g_autoptr(bson_t) restored = NULL;

    if (gw_record_is_as_before(record, current))
        return true;
    if (!gw_record_is_as_left(record, current) && !is_forced)
        return false;
    if (gw_undo_is_too_large(record, current))
        return false;
    batch->restored++;
    if (record->kind == GW_RECORD_INSERTED) {
        add_delete(batch, record);
        return true;
    }
    if (record->kind == GW_RECORD_DELETED && current == NULL) {
        add_insert(batch, record, &record->pre);
        return true;
    }
    /* Somebody deleted it since, and the journal has only some of its fields. */
    if (current == NULL && !record->is_whole) {
        batch->restored--;
        return false;
    }
    if (batch->is_by_fields) {
        add_fields(batch, record, current);
        return true;
    }
    restored = gw_record_restored(record, current);
    if (current == NULL)
        add_insert(batch, record, restored);
    else
        add_restored(batch, record, current, restored);
    return true;
}

static bool
throw_conflict(const Batch *batch, const GwDocRecord *record, GError **error)
{
    g_autofree char *where = gw_undo_describe(batch->entry->db, batch->entry->coll, record);

    gw_throw(error, GW_ERROR_CONFLICT, "%s was changed by somebody else meanwhile", where);
    return gw_hint(error, "What was taken back before it stays so; undo goes on from here when it "
                          "is called again, with --on-conflict keep or overwrite.");
}

/* The newest change of a document is the last one of its entry. */
static bool
decide(Batch *batch, GwDocSet *current, GError **error)
{
    for (guint index = batch->records->len; index > 0; index--) {
        GwDocRecord record = {0};

        if (!gw_record_view(g_ptr_array_index(batch->records, index - 1), &record))
            return gw_throw(error, GW_ERROR_FAILED, "a record of the journal is damaged");
        if (add_record(batch, &record, gw_doc_set_find(current, &record.id)))
            continue;
        if (batch->undo->params->policy == GW_CONFLICT_STOP)
            return throw_conflict(batch, &record, error);
        batch->kept++;
    }
    return true;
}

static bool
throw_refused(Batch *batch, const bson_t *reply, GError **error)
{
    const char *message = gw_bson_get_str(reply, "writeErrors.0.errmsg");

    batch->error_code = gw_bson_get_int(reply, "writeErrors.0.code", 0);
    gw_throw(error, GW_ERROR_SERVER, "the server does not take a document back into '%s.%s': %s",
             batch->entry->db, batch->entry->coll, message != NULL ? message : "no reason given");
    return gw_hint(error,
                   "Nothing was lost: what was taken back before stays so, the rest is still "
                   "in the journal. Mend what the message names and call undo again.");
}

static bool
send(Batch *batch, GwSession *session, GwWriteKind kind, const GByteArray *bytes, gsize count,
     GError **error)
{
    static const char *const names[] = {
        [GW_WRITE_INSERT] = "insert", [GW_WRITE_UPDATE] = "update", [GW_WRITE_DELETE] = "delete"};
    static const char *const batches[] = {[GW_WRITE_INSERT] = "documents",
                                          [GW_WRITE_UPDATE] = "updates",
                                          [GW_WRITE_DELETE] = "deletes"};
    g_autoptr(bson_t) command = bson_new();
    GwConn *conn = session != NULL ? gw_session_conn(session) : batch->undo->conn;
    GwWrite write = {.kind = kind,
                     .db = batch->entry->db,
                     .command = command,
                     .batch_name = batches[kind],
                     .batch = bytes->data,
                     .batch_bytes = bytes->len,
                     .batch_count = count,
                     .session = session};
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (count == 0)
        return true;
    BSON_APPEND_UTF8(command, names[kind], batch->entry->coll);
    if (batch->way.bypasses && kind != GW_WRITE_DELETE)
        BSON_APPEND_BOOL(command, "bypassDocumentValidation", true);
    if (!gw_writer_apply(batch->undo->params->writer, conn, &write, &reply, error))
        return false;
    if (kind == GW_WRITE_UPDATE)
        batch->matched = gw_bson_get_int(&reply, "n", 0);
    return !gw_bson_has(&reply, "writeErrors.0") || throw_refused(batch, &reply, error);
}

static bool
send_updates(Batch *batch, GwSession *session, GError **error)
{
    return send(batch, session, GW_WRITE_UPDATE, batch->updates, batch->update_count, error);
}

/* Undo of an $unset: the documents have none of the fields that go back, if nobody changed them,
 * which an update can find by itself where one does for many of them. False where there is more to
 * it; what was gathered so far is to be forgotten then. */
static bool
gather_guarded(Batch *batch, const GwSession *session)
{
    const bson_t none = BSON_INITIALIZER;

    if (session == NULL || batch->way.reads || batch->way.lifts || batch->is_collated ||
        !batch->is_by_fields || batch->undo->params->policy != GW_CONFLICT_STOP)
        return false;
    for (guint index = 0; index < batch->records->len; index++) {
        GwDocRecord record = {0};

        if (!gw_record_view(g_ptr_array_index(batch->records, index), &record) ||
            !record.has_hash || !gw_record_is_as_left(&record, &none))
            return false;
        add_fields(batch, &record, &none);
        if (gw_groups_count(&batch->groups) > 1 + batch->records->len / RECORDS_A_GUARD)
            return false;
    }
    return true;
}

/* Without having looked. Where not all of them are found, they are to be looked at. */
static bool
write_guarded(Batch *batch, GwSession *session, GError **error)
{
    gw_groups_end(&batch->groups, true, batch->updates, &batch->update_count);
    if (!send_updates(batch, session, error))
        return false;
    batch->restored = batch->records->len;
    batch->is_missed = batch->matched != batch->restored;
    return !batch->is_missed ||
           gw_throw(error, GW_ERROR_CONFLICT, "documents of '%s.%s' were changed by somebody else",
                    batch->entry->db, batch->entry->coll);
}

static bool
write_looked_at(Batch *batch, GwSession *session, const bson_t *projection, GError **error)
{
    GwConn *conn = session != NULL ? gw_session_conn(session) : batch->undo->conn;
    g_autoptr(bson_t) find = gw_undo_find(batch->entry->coll, batch->records, projection);
    g_autoptr(GwDocSet) current = gw_doc_set_new();

    if (!gw_doc_set_read(current, conn, batch->entry->db, find, session, 0, error))
        return false;
    if (!decide(batch, current, error))
        return false;
    gw_groups_end(&batch->groups, false, batch->updates, &batch->update_count);
    gw_layout_end(&batch->layout);
    return send(batch, session, GW_WRITE_DELETE, batch->deletes, batch->delete_count, error) &&
           send_updates(batch, session, error) &&
           send(batch, session, GW_WRITE_INSERT, batch->inserts, batch->insert_count, error);
}

static bool
write_back(Batch *batch, GwSession *session, GError **error)
{
    g_autoptr(bson_t) projection = batch->way.lifts ? NULL : gw_putback_projection(batch->records);

    reset(batch);
    batch->is_by_fields = projection != NULL;
    if (gather_guarded(batch, session))
        return write_guarded(batch, session, error);
    reset(batch);
    return write_looked_at(batch, session, projection, error);
}

static bool
in_transaction(GwSession *session, guint row, gpointer data, GError **error)
{
    Batch *batch = data;

    return write_back(batch, session, error) &&
           gw_journal_mark_undone(batch->undo->params->journal, session, row, batch->entry, error);
}

static bool
in_order(Batch *batch, GError **error)
{
    if (!write_back(batch, NULL, error))
        return false;
    GW_CRASH_POINT("undo.plain");
    return gw_entry_mark_undone(batch->undo->params->journal->entries, batch->entry, error);
}

/* Whether there is another way, and take it. */
static bool
change_way(Batch *batch)
{
    if (batch->is_missed && !batch->way.reads)
        return batch->way.reads = true;
    if (batch->error_code == DUPLICATE_KEY && !batch->way.lifts)
        return batch->way.lifts = true;
    if (batch->error_code == VALIDATION_FAILED && !batch->way.bypasses)
        return batch->way.bypasses = true;
    /* A pipeline may be refused where a document is not: it lies deeper in one. */
    if (!batch->way.lifts && !batch->way.is_single && !batch->is_by_fields)
        return batch->way.is_single = true;
    return false;
}

static bool
attempt(Batch *batch, bool is_plain, GError **error)
{
    if (is_plain)
        return in_order(batch, error);
    return gw_journal_in_transaction(batch->undo->params->journal, in_transaction, batch, NULL,
                                     error);
}

static bool
attempt_all_ways(Batch *batch, bool is_plain, GError **error)
{
    for (;;) {
        g_autoptr(GError) failure = NULL;

        if (attempt(batch, is_plain, &failure))
            return true;
        if (change_way(batch))
            continue;
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
}

/* Duplicates that were in before an index was told to let none in any more go back in the same way:
 * while it lets them. A process that dies in between leaves it so. */
static bool
attempt_unprepared(Batch *batch, const GwCollInfo *info, bool is_plain, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (!gw_prepared_set(batch->undo, batch->entry->db, info, false, error))
        return false;
    if (attempt_all_ways(batch, is_plain, &failure))
        return gw_prepared_set(batch->undo, batch->entry->db, info, true, error);
    /* What went wrong first is what counts. */
    (void)gw_prepared_set(batch->undo, batch->entry->db, info, true, NULL);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

static bool
attempt_for(Batch *batch, const GwCollInfo *info, GError **error)
{
    bool is_plain = gw_journal_is_plain(batch->undo->params->journal, info, batch->entry->db);
    g_autoptr(GError) failure = NULL;

    if (attempt_all_ways(batch, is_plain, &failure))
        return true;
    if (batch->error_code == DUPLICATE_KEY && gw_prepared_is_among(info->indexes))
        return attempt_unprepared(batch, info, is_plain, error);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

bool
gw_undo_docs(GwUndo *undo, const GwCollInfo *info, const GwEntry *entry, GError **error)
{
    g_autoptr(GPtrArray) records = gw_entry_records(undo->params->journal->entries, entry, error);
    g_auto(Batch) batch = {.undo = undo, .entry = entry, .records = records};

    init(&batch);
    batch.is_collated = gw_catalog_has_collation(info);
    if (records == NULL)
        return false;
    if (!attempt_for(&batch, info, error))
        return false;
    g_mutex_lock(&undo->lock);
    undo->result->documents += batch.restored;
    undo->result->kept += batch.kept;
    g_mutex_unlock(&undo->lock);
    return true;
}

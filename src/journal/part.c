/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/part.h"

#include "base/crash.h"
#include "journal/alike.h"
#include "journal/blob.h"
#include "journal/joined.h"
#include "journal/record.h"
#include "journal/statement.h"
#include "journal/told.h"
#include "journal/trace.h"
#include "journal/transform.h"

/* Pre-images of one transaction. */
#define CHUNK_BYTES_MAX (8 * 1024 * 1024)

void
gw_part_init(GwPart *part, const GwDocsWrite *docs, GPtrArray *operations)
{
    *part = (GwPart){.docs = docs, .operations = operations};
    bson_init(&part->reply);
    gw_touched_init(&part->touched);
    part->pre = gw_doc_set_new();
    part->post = gw_doc_set_new();
}

void
gw_part_clear(GwPart *part)
{
    bson_destroy(&part->reply);
    gw_touched_clear(&part->touched);
    g_clear_pointer(&part->pre, gw_doc_set_free);
    g_clear_pointer(&part->post, gw_doc_set_free);
    g_clear_pointer(&part->changed, g_hash_table_unref);
    g_clear_pointer(&part->changes, g_ptr_array_unref);
    g_clear_pointer(&part->named, g_array_unref);
    g_clear_pointer(&part->bad, g_ptr_array_unref);
    g_clear_pointer(&part->seen, gw_doc_set_free);
}

/* An attempt starts from nothing. One that had to be given up met somebody who writes to the same
 * documents: fewer at a time are in nobody's way for as long. */
static void
reset(GwPart *part)
{
    if (part->attempts++ > 0 && part->scope.count_max > 1)
        part->scope.count_max /= 2;
    g_clear_pointer(&part->pre, gw_doc_set_free);
    g_clear_pointer(&part->post, gw_doc_set_free);
    part->pre = gw_doc_set_new();
    part->post = gw_doc_set_new();
    g_clear_pointer(&part->seen, gw_doc_set_free);
    g_clear_pointer(&part->changes, g_ptr_array_unref);
    g_clear_pointer(&part->named, g_array_unref);
    g_clear_pointer(&part->bad, g_ptr_array_unref);
    g_clear_pointer(&part->changed, g_hash_table_unref);
    if (part->docs->write->outcomes != NULL)
        part->changed = g_hash_table_new(NULL, NULL);
    bson_destroy(&part->reply);
    bson_init(&part->reply);
    part->is_refused = part->is_sent = false;
    part->is_cut = part->is_recorded = part->is_told = part->is_applied = false;
    gw_touched_clear(&part->touched);
    gw_touched_init(&part->touched);
    gw_statement_touched(part, &part->touched);
}

static GwConn *
conn_of(const GwPart *part, GwSession *session)
{
    return session != NULL ? gw_session_conn(session) : part->docs->conn;
}

static bool
read_set(const GwPart *part, GwSession *session, const bson_t *find, GwDocSet *set, gsize bytes_max,
         GError **error)
{
    return gw_doc_set_read(set, conn_of(part, session), part->docs->write->db, find, session,
                           bytes_max, error);
}

/* What is read of a chunk of many documents stops where it is enough for one transaction. */
static bool
read_pre(GwPart *part, GwSession *session, GError **error)
{
    g_autoptr(bson_t) find = gw_statement_find(part);
    const guint count_max = part->scope.count_max;
    const gsize bytes_max = count_max > 0 ? CHUNK_BYTES_MAX : 0;

    if (find == NULL)
        return true;
    if (!read_set(part, session, find, part->pre, bytes_max, error))
        return false;
    part->is_cut = count_max > 0 && (gw_doc_set_bytes(part->pre) > bytes_max ||
                                     gw_doc_set_count(part->pre) == count_max);
    return true;
}

/* An answer with the error of an operation: in a transaction it took back all that was done. */
static bool
check_refused(GwPart *part, GError **error)
{
    if (!gw_bson_has(&part->reply, "writeErrors.0"))
        return true;
    part->is_refused = true;
    return gw_throw(error, GW_ERROR_SERVER, "an operation was refused");
}

/* Where parts have an order, when it is this one's turn. */
static bool
apply_in_turn(GwPart *part, GwConn *conn, const GwWrite *write, GError **error)
{
    bool is_done = false;

    if (part->turns != NULL)
        gw_turns_wait(part->turns, part->turn);
    bson_destroy(&part->reply);
    is_done = gw_writer_apply(part->docs->next, conn, write, &part->reply, error);
    if (part->turns != NULL)
        gw_turns_pass(part->turns, part->turn);
    return is_done;
}

static bool
send(GwPart *part, GwSession *session, GError **error)
{
    g_autoptr(bson_t) command = gw_statement_command(part);
    g_autoptr(GByteArray) room = g_byte_array_new();
    gsize batch_bytes = 0;
    const guint8 *batch = gw_statement_batch(part, room, &batch_bytes);
    GwWrite write = {
        .kind = part->docs->write->kind,
        .db = part->docs->write->db,
        .command = command,
        .batch_name = gw_statement_batch_name(part),
        .batch = batch,
        .batch_bytes = batch_bytes,
        .batch_count = part->count,
        .session = session,
    };

    part->is_sent = true;
    return apply_in_turn(part, conn_of(part, session), &write, error) && check_refused(part, error);
}

/* What the operations make of each document of `pre`, NULL = none is known to name it. Owned. */
static GPtrArray *
apply_each(GwPart *part)
{
    GPtrArray *latest = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);

    g_ptr_array_set_size(latest, (gint)gw_doc_set_count(part->pre));
    for (guint index = part->first; index < part->first + part->count; index++) {
        const bson_t *operation = g_ptr_array_index(part->operations, index);
        bson_t *before = NULL;
        guint at = 0;
        bson_iter_t update;
        bson_iter_t id;

        if (!gw_statement_find_id(operation, &id) ||
            !bson_iter_init_find(&update, operation, "u") ||
            !gw_doc_set_find_index(part->pre, &id, &at))
            continue;
        before = g_ptr_array_index(latest, at);
        latest->pdata[at] =
            gw_touched_apply(&update, before != NULL ? before : gw_doc_set_at(part->pre, at));
        g_clear_pointer(&before, bson_destroy);
    }
    return latest;
}

/* Several operations may follow each other on one document. False where an _id that the server
 * found has other bytes than the one that was asked for: then it has to tell what became of it. */
static bool
apply_constants(GwPart *part)
{
    g_autoptr(GPtrArray) latest = apply_each(part);

    if (g_ptr_array_find(latest, NULL, NULL))
        return false;
    for (guint index = 0; index < latest->len; index++)
        gw_doc_set_add(part->post, g_ptr_array_index(latest, index));
    return true;
}

static void
add_inserted(GwPart *part)
{
    for (guint index = part->first; index < part->first + part->count; index++)
        gw_doc_set_add(part->post, g_ptr_array_index(part->operations, index));
}

/* Of two fields with one name the server takes the first away, where it takes one. */
static bool
has_twins(const GwPart *part)
{
    for (guint index = 0; part->touched.is_whole && index < gw_doc_set_count(part->pre); index++) {
        if (gw_record_has_twins(gw_doc_set_at(part->pre, index)))
            return true;
    }
    return false;
}

/* A sweep decides by each document what is sent. */
static bool
is_sweep(const GwPart *part)
{
    return part->docs->write->kind == GW_WRITE_SWEEP;
}

static bool
change(GwPart *part, GwSession *session, GError **error)
{
    if (is_sweep(part))
        return gw_transform_run(part, session, conn_of(part, session), error);
    if (part->is_joined)
        return gw_joined_run(part, session, conn_of(part, session), error);
    return send(part, session, error);
}

/* Whether the update itself says what its documents become. */
static bool
can_apply(const GwPart *part)
{
    return (part->kind == GW_PART_ONE || part->kind == GW_PART_MANY ||
            part->kind == GW_PART_BY_ID) &&
           part->touched.is_constant && !gw_bson_has(&part->reply, "upserted") && !has_twins(part);
}

/* What became of the documents: known without asking, or read again. */
static bool
read_post(GwPart *part, GwSession *session, GError **error)
{
    g_autoptr(bson_t) find = NULL;

    if (gw_statement_is_delete(part))
        return true;
    part->is_told = gw_told_can(part);
    if (part->is_told)
        return true;
    part->is_applied = can_apply(part) && part->kind != GW_PART_BY_ID;
    if (part->is_applied || (can_apply(part) && apply_constants(part)))
        return true;
    find = gw_statement_find_after(part);
    return find == NULL || read_set(part, session, find, part->post, 0, error);
}

/* Of one operation, from the server's answer. */
static guint8
told(const bson_t *reply)
{
    guint8 outcome = gw_bson_get_int(reply, "n", 0) > 0 ? GW_WRITE_MATCHED : 0;

    return gw_bson_get_int(reply, "nModified", 0) > 0 ? outcome | GW_WRITE_MODIFIED : outcome;
}

void
gw_part_tell(const GwPart *part, guint8 *outcomes)
{
    if (part->count == 1 && part->docs->write->kind == GW_WRITE_UPDATE) {
        *outcomes = told(&part->reply);
        return;
    }
    for (guint index = 0; index < part->count; index++) {
        const bson_t *operation = g_ptr_array_index(part->operations, part->first + index);
        const bson_t *pre = NULL;
        bson_iter_t id;

        if (gw_statement_find_id(operation, &id))
            pre = gw_doc_set_find(part->pre, &id);
        outcomes[index] = 0;
        if (pre != NULL)
            outcomes[index] |= GW_WRITE_MATCHED;
        if (pre != NULL && g_hash_table_contains(part->changed, pre))
            outcomes[index] |= GW_WRITE_MODIFIED;
    }
}

/* `names` are those of the touched fields. False where nothing changed. */
static bool
describe(const GwPart *part, const bson_t *pre, const bson_t *post, const char *const *names,
         bson_t *record)
{
    return pre == NULL || post == NULL || part->touched.is_whole
               ? gw_record_diff(pre, post, record)
               : gw_record_diff_fields(pre, post, names, record);
}

static void
add_described(const GwPart *part, const bson_t *pre, const bson_t *record, GwBlob *blob)
{
    gw_blob_add(blob, record);
    if (part->changed != NULL && pre != NULL)
        g_hash_table_add(part->changed, (gpointer)pre);
}

static void
add_record(const GwPart *part, const bson_t *pre, const bson_t *post, GwBlob *blob)
{
    g_auto(bson_t) record = BSON_INITIALIZER;
    g_autofree const char **names = gw_touched_names(&part->touched);

    if (describe(part, pre, post, names, &record))
        add_described(part, pre, &record, blob);
}

/* What the update makes of one document, it makes of the next one that is alike. */
static void
add_applied(const GwPart *part, GwBlob *blob)
{
    bson_iter_t update;
    g_autofree const char **names = gw_touched_names(&part->touched);
    g_auto(GwAlike) alike = {0};

    g_assert(bson_iter_init_find(&update, g_ptr_array_index(part->operations, part->first), "u"));
    for (guint index = 0; index < gw_doc_set_count(part->pre); index++) {
        const bson_t *pre = gw_doc_set_at(part->pre, index);
        g_auto(bson_t) record = BSON_INITIALIZER;

        if (!gw_alike_is(&alike, pre)) {
            g_autoptr(bson_t) post = gw_touched_apply(&update, pre);
            bool is_changed = describe(part, pre, post, names, &record);

            gw_alike_keep(&alike, pre, is_changed ? &record : NULL);
            if (is_changed)
                add_described(part, pre, &record, blob);
        } else if (alike.record != NULL) {
            gw_record_begin_updated(pre, &record);
            gw_alike_append(&alike, &record);
            add_described(part, pre, &record, blob);
        }
    }
}

static const bson_t *
find_twin(GwDocSet *set, const bson_t *doc)
{
    bson_iter_t id;

    return bson_iter_init_find(&id, doc, "_id") ? gw_doc_set_find(set, &id) : NULL;
}

/* Documents that are there afterwards and were not before. */
static void
add_new_ones(const GwPart *part, GwBlob *blob)
{
    for (guint index = 0; index < gw_doc_set_count(part->post); index++) {
        const bson_t *post = gw_doc_set_at(part->post, index);

        if (find_twin(part->pre, post) == NULL)
            add_record(part, NULL, post, blob);
    }
}

/* Owned; NULL = there is nothing to record. */
static GwEntry *
entry_of(const GwPart *part, const GwBlob *blob)
{
    GwEntry *entry = NULL;

    if (gw_blob_count(blob) == 0)
        return NULL;
    entry = gw_journal_entry_new(part->docs->journal, GW_ENTRY_DOCS, part->docs->write->db,
                                 part->docs->coll);
    entry->op = part->docs->op;
    entry->count = (gint64)gw_blob_count(blob);
    entry->data = gw_blob_seal(blob);
    entry->bytes = entry->data->len;
    return entry;
}

/* The entry with all differences. */
static GwEntry *
new_entry(const GwPart *part)
{
    g_autoptr(GwBlob) blob = gw_blob_new();

    if (part->is_told) {
        gw_told_record(part, blob);
        return entry_of(part, blob);
    }
    if (part->is_applied) {
        add_applied(part, blob);
        return entry_of(part, blob);
    }
    for (guint index = 0; index < gw_doc_set_count(part->pre); index++) {
        const bson_t *pre = gw_doc_set_at(part->pre, index);

        add_record(part, pre, find_twin(part->post, pre), blob);
    }
    add_new_ones(part, blob);
    return entry_of(part, blob);
}

/* What the server would answer where nothing in the range matches. */
static void
answer_none(GwPart *part)
{
    BCON_APPEND(&part->reply, "n", BCON_INT32(0), "ok", BCON_DOUBLE(1));
    if (part->docs->write->kind == GW_WRITE_UPDATE)
        BSON_APPEND_INT32(&part->reply, "nModified", 0);
}

bool
gw_part_change(GwPart *part, GwSession *session, GwEntry **out_entry, GError **error)
{
    g_autoptr(GwEntry) entry = NULL;

    reset(part);
    part->is_joined = gw_joined_can(part);
    if (!part->is_joined && !read_pre(part, session, error))
        return false;
    *out_entry = NULL;
    if (part->scope.upto != NULL && gw_doc_set_count(part->pre) == 0) {
        answer_none(part);
        return true;
    }
    if (!change(part, session, error))
        return false;
    if (!read_post(part, session, error))
        return false;
    entry = new_entry(part);
    if (part->is_joined)
        gw_joined_tell(part, entry != NULL);
    if (entry == NULL)
        return true;
    entry->is_unsure = part->is_quick;
    gw_trace_describe_part(part->docs->journal->trace, part, entry);
    part->trace_mark = entry->trace_mark;
    part->is_recorded = true;
    *out_entry = g_steal_pointer(&entry);
    return true;
}

bool
gw_part_run(GwPart *part, GwSession *session, guint row, GError **error)
{
    g_autoptr(GwEntry) entry = NULL;

    if (!gw_part_change(part, session, &entry, error))
        return false;
    return entry == NULL || gw_journal_append(part->docs->journal, session, row, entry, error);
}

bool
gw_part_probe(GwPart *part, GwSession *session, GError **error)
{
    reset(part);
    return send(part, session, error) &&
           gw_throw(error, GW_ERROR_SERVER, "the filter could not be looked up");
}

/* What will be changed, as far as it is known before: without a hash, since nobody knows what the
 * documents become. */
static GwEntry *
new_announcement(const GwPart *part)
{
    g_autoptr(GwBlob) blob = gw_blob_new();

    for (guint index = 0; index < gw_doc_set_count(part->pre); index++) {
        g_auto(bson_t) record = BSON_INITIALIZER;

        gw_record_announce(gw_doc_set_at(part->pre, index), gw_statement_is_delete(part), &record);
        gw_blob_add(blob, &record);
    }
    add_new_ones(part, blob);
    return entry_of(part, blob);
}

static bool
announce(GwPart *part, GwEntry **out_entry, GError **error)
{
    g_autoptr(GwEntry) entry = NULL;

    if (part->kind == GW_PART_INSERT)
        add_inserted(part);
    entry = new_announcement(part);
    if (entry != NULL)
        gw_trace_describe_part(part->docs->journal->trace, part, entry);
    if (entry != NULL && !gw_journal_announce(part->docs->journal, entry, error))
        return false;
    *out_entry = g_steal_pointer(&entry);
    return true;
}

/* Put what happened in the place of what was announced. Both are there for a moment: whoever takes
 * back meets the newer one first, and finds nothing left to do for the other. */
static bool
settle(GwPart *part, const GwEntry *announced, GError **error)
{
    g_autoptr(GwEntry) entry = new_entry(part);

    if (entry != NULL)
        gw_trace_describe_part(part->docs->journal->trace, part, entry);
    if (entry != NULL && !gw_journal_announce(part->docs->journal, entry, error))
        return false;
    GW_CRASH_POINT("plain.settled");
    return announced == NULL || gw_entry_remove(part->docs->journal->entries, announced, error);
}

/* An operation that was refused may have changed some documents before, and the server's answer
 * counts none of them. */
static bool
read_again(GwPart *part, GError **error)
{
    g_autoptr(bson_t) find = gw_statement_find_after(part);

    return find == NULL || read_set(part, NULL, find, part->post, 0, error);
}

bool
gw_part_run_plain(GwPart *part, GError **error)
{
    g_autoptr(GwEntry) announced = NULL;
    g_autoptr(GError) refusal = NULL;

    reset(part);
    part->touched.is_whole = true;
    if (!read_pre(part, NULL, error))
        return false;
    if (!announce(part, &announced, error))
        return false;
    GW_CRASH_POINT("plain.announced");
    if (!change(part, NULL, &refusal) && !part->is_refused) {
        g_propagate_error(error, g_steal_pointer(&refusal));
        return false;
    }
    GW_CRASH_POINT("plain.sent");
    g_clear_pointer(&part->post, gw_doc_set_free);
    part->post = gw_doc_set_new();
    if (part->is_refused ? !read_again(part, error) : !read_post(part, NULL, error))
        return false;
    return settle(part, announced, error);
}

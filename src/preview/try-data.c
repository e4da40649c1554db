/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inserts, updates and deletes. A batch is cut into runs of operations that look alike, so that
 * each line of the report has exact numbers; the replies are added up to that of the whole batch.
 */
#include "mongo/names.h"
#include "mongo/reply_sum.h"
#include "preview/shape.h"
#include "preview/try.h"

#define SWEEP_LIMIT 10000
#define SWEEP_SAMPLE 1000
#define SWEEP_TIME_US (30 * G_TIME_SPAN_SECOND)
#define HURRIED_LIMIT 100

/* Operations of a batch, one behind the other. */
typedef struct {
    const uint8_t *bytes; /* borrowed */
    size_t size;
    size_t first; /* in the batch */
    size_t count;
} Part;

/* A batch that is tried. */
typedef struct {
    const GwTry *try;  /* borrowed */
    bson_t *command;   /* owned: without batch and concerns */
    const char *name;  /* borrowed: static; of the array in the command */
    GByteArray *batch; /* owned */
    GArray *ends;      /* owned: gsize, behind each operation */
    bool is_ordered;
} Batch;

static void
batch_clear(Batch *batch)
{
    g_clear_pointer(&batch->command, bson_destroy);
    g_clear_pointer(&batch->batch, g_byte_array_unref);
    g_clear_pointer(&batch->ends, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Batch, batch_clear)

static bool
add_operation(const bson_t *operation, gpointer data)
{
    Batch *batch = data;
    gsize end = 0;

    g_byte_array_append(batch->batch, bson_get_data(operation), operation->len);
    end = batch->batch->len;
    g_array_append_val(batch->ends, end);
    return true;
}

static bool
batch_init(Batch *batch, const GwTry *try, GError **error)
{
    static const char *const names[] = {[GW_WRITE_INSERT] = "documents",
                                        [GW_WRITE_UPDATE] = "updates",
                                        [GW_WRITE_DELETE] = "deletes"};
    g_autoptr(bson_t) bare = bson_new();
    g_autofree char *db = NULL;

    batch->try = try;
    batch->name = names[try->write->kind];
    batch->batch = g_byte_array_new();
    batch->ends = g_array_new(FALSE, FALSE, sizeof(gsize));
    batch->is_ordered = gw_bson_get_bool(try->write->command, "ordered", true);
    gw_write_each(try->write, add_operation, batch);
    bson_copy_to_excluding_noinit(try->write->command, bare, batch->name, NULL);
    batch->command = gw_overlay_rewrite(try->preview->overlay, try->write->db, bare, &db, error);
    return batch->command != NULL;
}

static Part
part_of(const Batch *batch, size_t first, size_t end)
{
    gsize from = first > 0 ? g_array_index(batch->ends, gsize, first - 1) : 0;
    gsize to = end > 0 ? g_array_index(batch->ends, gsize, end - 1) : 0;

    return (Part){.bytes = batch->batch->data + from,
                  .size = to - from,
                  .first = first,
                  .count = end - first};
}

static void
view_operation(const Batch *batch, size_t index, bson_t *out_view)
{
    Part part = part_of(batch, index, index + 1);

    g_assert(bson_init_static(out_view, part.bytes, part.size));
}

static bool
send(const Batch *batch, const Part *part, bson_t *out_reply, GError **error)
{
    const GwTry *try = batch->try;
    const GwWrite write = {
        .kind = try->write->kind,
        .db = try->place->real_db,
        .command = batch->command,
        .batch_name = batch->name,
        .batch = part->bytes,
        .batch_bytes = part->size,
        .batch_count = part->count,
    };

    return gw_trial_write(try->preview->trial, &write, try->owner, out_reply, error);
}

/* An ordered batch stops at its first error, and what came before it stays. */
static bool
send_good_ones(const Batch *batch, const Part *part, const bson_t *failed, GwReplySum *sum,
               GError **error)
{
    g_auto(bson_t) errors = BSON_INITIALIZER;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    size_t good = (size_t)gw_bson_get_int(failed, "writeErrors.0.index", 0);
    Part before = part_of(batch, part->first, part->first + good);

    if (good > 0 && !send(batch, &before, &reply, error))
        return false;
    gw_reply_sum_add(sum, &reply, part->first);
    bson_copy_to_excluding_noinit(failed, &errors, "n", "nModified", "upserted", NULL);
    gw_reply_sum_add(sum, &errors, part->first);
    return true;
}

static bool
send_until_error(const Batch *batch, const Part *part, GwReplySum *sum, GError **error)
{
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!send(batch, part, &reply, error))
        return false;
    if (gw_bson_has(&reply, "writeErrors"))
        return send_good_ones(batch, part, &reply, sum, error);
    gw_reply_sum_add(sum, &reply, part->first);
    return true;
}

/* An unordered one goes on: so each operation alone. */
static bool
send_each(const Batch *batch, const Part *part, GwReplySum *sum, GError **error)
{
    for (size_t index = part->first; index < part->first + part->count; index++) {
        Part one = part_of(batch, index, index + 1);

        if (!send_until_error(batch, &one, sum, error))
            return false;
    }
    return true;
}

static bool
send_unordered(const Batch *batch, const Part *part, GwReplySum *sum, GError **error)
{
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!send(batch, part, &reply, error))
        return false;
    if (gw_bson_has(&reply, "writeErrors"))
        return send_each(batch, part, sum, error);
    gw_reply_sum_add(sum, &reply, part->first);
    return true;
}

static bool
send_part(const Batch *batch, const Part *part, GwReplySum *sum, GError **error)
{
    return batch->is_ordered || part->count == 1 ? send_until_error(batch, part, sum, error)
                                                 : send_unordered(batch, part, sum, error);
}

static bool
is_multi(GwWriteKind kind, const bson_t *operation)
{
    if (kind == GW_WRITE_UPDATE)
        return gw_bson_get_bool(operation, "multi", false);
    return kind == GW_WRITE_DELETE && gw_bson_get_int(operation, "limit", 0) == 0;
}

static bool
is_replacement(const bson_t *operation)
{
    bson_t update = BSON_INITIALIZER;
    bson_iter_t iter;

    if (!bson_iter_init_find(&iter, operation, "u") || !BSON_ITER_HOLDS_DOCUMENT(&iter))
        return false;
    return !gw_bson_get_doc(operation, "u", &update) || bson_empty(&update) ||
           gw_command_name(&update)[0] != '$';
}

static const char *
what_of(GwWriteKind kind, const bson_t *operation)
{
    bool is_many = is_multi(kind, operation);

    if (kind == GW_WRITE_INSERT)
        return "insert";
    if (kind == GW_WRITE_DELETE)
        return is_many ? "deleteMany" : "deleteOne";
    if (is_replacement(operation))
        return "replaceOne";
    return is_many ? "updateMany" : "updateOne";
}

/* "updateOne\n{_id: ?} -> {$set: {a: ?}}" */
static char *
shape_of(GwWriteKind kind, const bson_t *operation)
{
    g_autoptr(GString) shape = g_string_new(NULL);
    bson_iter_t iter;

    if (kind == GW_WRITE_INSERT)
        return g_strdup("");
    if (bson_iter_init_find(&iter, operation, "q"))
        gw_shape_append(shape, &iter);
    if (kind == GW_WRITE_UPDATE && is_replacement(operation))
        g_string_append(shape, " -> a whole document");
    else if (bson_iter_init_find(&iter, operation, "u")) {
        g_string_append(shape, " -> ");
        gw_shape_append(shape, &iter);
    }
    if (gw_bson_get_bool(operation, "upsert", false))
        g_string_append(shape, ", upsert");
    return g_string_free(g_steal_pointer(&shape), FALSE);
}

static char *
key_of(const Batch *batch, size_t index)
{
    GwWriteKind kind = batch->try->write->kind;
    bson_t operation = BSON_INITIALIZER;
    g_autofree char *shape = NULL;

    view_operation(batch, index, &operation);
    shape = shape_of(kind, &operation);
    return g_strjoin("\n", what_of(kind, &operation), shape, NULL);
}

/* The operations from `first` on that look alike. One that may change many stands alone. */
static size_t
end_of_run(const Batch *batch, size_t first)
{
    g_autofree char *key = key_of(batch, first);
    size_t end = first + 1;
    bson_t operation = BSON_INITIALIZER;

    view_operation(batch, first, &operation);
    if (is_multi(batch->try->write->kind, &operation))
        return end;
    if (batch->try->write->kind == GW_WRITE_INSERT)
        return batch->ends->len;
    for (; end < batch->ends->len; end++) {
        g_autofree char *next = key_of(batch, end);

        if (!g_str_equal(key, next))
            break;
    }
    return end;
}

typedef struct {
    bson_t filter; /* view */
    bson_t collation_view;
    const bson_t *collation; /* NULL = none */
} Query;

static void
query_of(const bson_t *operation, const char *key, Query *out)
{
    bson_init(&out->filter);
    (void)gw_bson_get_doc(operation, key, &out->filter);
    bson_init(&out->collation_view);
    out->collation =
        gw_bson_get_doc(operation, "collation", &out->collation_view) ? &out->collation_view : NULL;
}

/* {_id: ..} of a document. Owned; NULL where it has none. */
static bson_t *
id_filter(const bson_t *doc)
{
    bson_iter_t iter;
    bson_t *filter = NULL;

    if (!bson_iter_init_find(&iter, doc, "_id"))
        return NULL;
    filter = bson_new();
    bson_append_iter(filter, "_id", -1, &iter);
    return filter;
}

static void
add_samples_after(const GwTry *try, GwPreviewOp *op, const GPtrArray *before)
{
    for (guint next = 0; next < before->len; next++) {
        const bson_t *old = g_ptr_array_index(before, next);
        g_autoptr(bson_t) filter = id_filter(old);
        g_autoptr(GPtrArray) now = NULL;

        if (filter == NULL || !gw_preview_op_wants_samples(op))
            return;
        now = gw_try_find(try, filter, NULL, NULL, 1);
        if (now->len == 0 || !bson_equal(old, g_ptr_array_index(now, 0)))
            gw_preview_op_add_sample(op, old, now->len > 0 ? g_ptr_array_index(now, 0) : NULL);
    }
}

static GPtrArray *
samples_before(const GwTry *try, const GwPreviewOp *op, const bson_t *operation)
{
    Query query = {0};

    if (!gw_preview_op_wants_samples(op) || try->place->kind == GW_COLL_NONE)
        return g_ptr_array_new();
    query_of(operation, "q", &query);
    return gw_try_find(try, &query.filter, query.collation, NULL,
                       is_multi(try->write->kind, operation) ? 3 : 1);
}

static gint64
limit_now(const GwPreview *preview)
{
    return preview->sweep_us > SWEEP_TIME_US ? HURRIED_LIMIT : SWEEP_LIMIT;
}

/* An array of the _ids to try a sweep on. Owned. */
static bson_t *
sample_ids(const GwTry *try, const Query *query, gint64 limit)
{
    g_autoptr(bson_t) only_id = BCON_NEW("_id", BCON_INT32(1));
    g_autoptr(GPtrArray) docs = gw_try_find(try, &query->filter, query->collation, only_id, limit);
    bson_t *ids = bson_new();

    for (guint next = 0; next < docs->len; next++) {
        bson_iter_t iter;

        if (bson_iter_init_find(&iter, g_ptr_array_index(docs, next), "_id"))
            gw_bson_append_at(ids, next, &iter);
    }
    return ids;
}

/* The operation for some of its documents only. Owned. */
static bson_t *
narrowed(const bson_t *operation, const Query *query, const bson_t *ids)
{
    bson_t *narrow = BCON_NEW("q", "{", "$and", "[", BCON_DOCUMENT(&query->filter), "{", "_id", "{",
                              "$in", BCON_ARRAY(ids), "}", "}", "]", "}");

    bson_copy_to_excluding_noinit(operation, narrow, "q", NULL);
    return narrow;
}

static void
append_count(bson_t *reply, const char *key, gint64 count)
{
    if (count <= G_MAXINT32)
        BSON_APPEND_INT32(reply, key, (int32_t)count);
    else
        BSON_APPEND_INT64(reply, key, count);
}

/* Try a sweep of `total` documents on some of them, and answer for all. */
static bool
sample_sweep(const Batch *batch, GwPreviewOp *op, size_t index, gint64 total, GwReplySum *sum,
             GError **error)
{
    const GwTry *try = batch->try;
    gint64 limit = MIN(SWEEP_SAMPLE, limit_now(try->preview));
    bson_t operation = BSON_INITIALIZER;
    Query query = {0};
    g_autoptr(bson_t) ids = NULL;
    g_autoptr(bson_t) narrow = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    g_auto(bson_t) answer = BSON_INITIALIZER;
    gint64 start_us = 0;
    gint64 tried = 0;

    view_operation(batch, index, &operation);
    query_of(&operation, "q", &query);
    ids = sample_ids(try, &query, limit);
    narrow = narrowed(&operation, &query, ids);
    const Part part = {
        .bytes = bson_get_data(narrow), .size = narrow->len, .first = index, .count = 1};
    start_us = g_get_monotonic_time();
    if (!send(batch, &part, &reply, error))
        return false;
    tried = MAX(1, gw_bson_get_int(&reply, "n", 0));
    op->is_sampled = try->preview->is_partial = true;
    op->estimate_us += (g_get_monotonic_time() - start_us) * total / tried;
    if (gw_bson_has(&reply, "writeErrors")) {
        gw_reply_sum_add(sum, &reply, index);
        return true;
    }
    append_count(&answer, "n", total);
    if (try->write->kind == GW_WRITE_UPDATE)
        append_count(&answer, "nModified", total * gw_bson_get_int(&reply, "nModified", 0) / tried);
    BSON_APPEND_DOUBLE(&answer, "ok", 1);
    gw_reply_sum_add(sum, &answer, index);
    return true;
}

/* How many documents a sweep would change where that is above the limit; 0 = few enough, or not
 * known. */
static gint64
oversize(const GwTry *try, const bson_t *operation)
{
    gint64 limit = limit_now(try->preview);
    Query query = {0};

    if (!is_multi(try->write->kind, operation) || try->place->kind == GW_COLL_NONE)
        return 0;
    query_of(operation, "q", &query);
    if (gw_try_count(try, &query.filter, query.collation, limit + 1) <= limit)
        return 0;
    return gw_try_count(try, &query.filter, query.collation, 0);
}

/* How many documents the operations of a part match: all of them at once, in one command. */
static gint64
count_part(const Batch *batch, const Part *part)
{
    g_auto(bson_t) any = BSON_INITIALIZER;
    g_autoptr(bson_t) filter = NULL;
    bson_t operation = BSON_INITIALIZER;
    Query query = {0};

    view_operation(batch, part->first, &operation);
    query_of(&operation, "q", &query);
    if (part->count == 1)
        return gw_try_count(batch->try, &query.filter, query.collation,
                            is_multi(batch->try->write->kind, &operation) ? 0 : 1);
    for (size_t index = 0; index < part->count; index++) {
        const char *key = NULL;
        char digits[16];

        view_operation(batch, part->first + index, &operation);
        query_of(&operation, "q", &query);
        bson_uint32_to_string((guint32)index, &key, digits, sizeof digits);
        bson_append_document(&any, key, -1, &query.filter);
    }
    filter = BCON_NEW("$or", BCON_ARRAY(&any));
    return MIN(gw_try_count(batch->try, filter, query.collation, 0), (gint64)part->count);
}

/* Answer as if `total` documents were changed. */
static bool
answer_untried(const Batch *batch, const Part *part, gint64 total, GwReplySum *sum)
{
    const GwTry *try = batch->try;
    g_auto(bson_t) answer = BSON_INITIALIZER;

    try->preview->is_partial = true;
    append_count(&answer, "n", total);
    if (try->write->kind == GW_WRITE_UPDATE)
        append_count(&answer, "nModified", total);
    BSON_APPEND_DOUBLE(&answer, "ok", 1);
    gw_reply_sum_add(sum, &answer, part->first);
    return true;
}

static bool
simulate(const Batch *batch, GwPreviewOp *op, const Part *part, GwReplySum *sum)
{
    op->is_simulated = true;
    op->estimate_us = -1;
    gw_preview_op_find(op, batch->try->write->kind == GW_WRITE_INSERT
                               ? "not tried: whether the documents are accepted is not known"
                               : "not tried: how many of the matches would really change is not "
                                 "known");
    if (batch->try->write->kind == GW_WRITE_INSERT)
        return answer_untried(batch, part, (gint64)part->count, sum);
    return answer_untried(batch, part, MAX(0, count_part(batch, part)), sum);
}

/* Whether each operation is about one document by its _id. */
static bool
is_by_id(const Batch *batch, const Part *part)
{
    for (size_t index = part->first; index < part->first + part->count; index++) {
        bson_t operation = BSON_INITIALIZER;
        Query query = {0};
        bson_iter_t iter;

        view_operation(batch, index, &operation);
        query_of(&operation, "q", &query);
        if (!bson_iter_init_find(&iter, &query.filter, "_id") || BSON_ITER_HOLDS_DOCUMENT(&iter) ||
            bson_count_keys(&query.filter) != 1)
            return false;
    }
    return true;
}

/* A loop of single operations adds up to a sweep: more in one transaction would press on the
 * server's cache until it gives the transaction up. Where all before found their document by its
 * _id, the rest is not even looked for, which would take as long as changing it. */
static bool
leave_rest(const Batch *batch, GwPreviewOp *op, const Part *part, GwReplySum *sum)
{
    bool is_alike = batch->try->write->kind == GW_WRITE_INSERT ||
                    (op->matched == op->operations - (gint64)part->count && is_by_id(batch, part));

    op->is_sampled = true;
    gw_preview_op_find(op, "the first %" G_GINT64_FORMAT " documents were tried, the rest %s",
                       op->tried, is_alike ? "taken for alike" : "counted");
    return answer_untried(batch, part,
                          is_alike ? (gint64)part->count : MAX(0, count_part(batch, part)), sum);
}

static bool
try_part(const Batch *batch, GwPreviewOp *op, const Part *part, GwReplySum *sum, GError **error)
{
    bson_t operation = BSON_INITIALIZER;
    gint64 total = 0;
    gint64 before = sum->n;
    gint64 start_us = g_get_monotonic_time();

    if (!gw_try_is_possible(batch->try))
        return simulate(batch, op, part, sum);
    view_operation(batch, part->first, &operation);
    total = batch->try->write->kind == GW_WRITE_INSERT ? 0 : oversize(batch->try, &operation);
    if (total > 0)
        return sample_sweep(batch, op, part->first, total, sum, error);
    if (op->tried >= SWEEP_LIMIT)
        return leave_rest(batch, op, part, sum);
    if (!send_part(batch, part, sum, error))
        return false;
    op->tried += sum->n - before;
    op->tried_us += g_get_monotonic_time() - start_us;
    return true;
}

static void
add_inserted_samples(const Batch *batch, GwPreviewOp *op, const Part *part, gint64 inserted)
{
    for (size_t index = part->first; index < part->first + (size_t)inserted; index++) {
        bson_t doc = BSON_INITIALIZER;

        if (!gw_preview_op_wants_samples(op))
            return;
        view_operation(batch, index, &doc);
        gw_preview_op_add_sample(op, NULL, &doc);
    }
}

static void
note_counts(const Batch *batch, GwPreviewOp *op, const GwReplySum *before, const GwReplySum *sum)
{
    GwWriteKind kind = batch->try->write->kind;
    gint64 n = sum->n - before->n;
    gint64 upserted = (gint64)sum->upserted_count - before->upserted_count;

    if (kind != GW_WRITE_INSERT)
        op->matched += n - upserted;
    op->changed += kind == GW_WRITE_UPDATE ? sum->modified - before->modified + upserted : n;
    if (sum->error_count > before->error_count && op->failure == NULL) {
        g_autofree char *path = g_strdup_printf("%u.errmsg", before->error_count);

        gw_preview_op_fail(op, gw_bson_get_str(&sum->errors, path));
    }
}

/* An insert or upsert makes the collection that is not there. */
static void
note_place(const GwTry *try, const GwPreviewOp *op)
{
    if (op->changed == 0)
        return;
    if (try->place->kind == GW_COLL_NONE) {
        gw_overlay_make(try->preview->overlay, try->place, GW_COLL_PLAIN, NULL);
        try->place->owner = try->owner;
    }
    try->place->is_touched = true;
}

static GwPreviewOp *
entry_of_run(const Batch *batch, size_t first, size_t end)
{
    const GwTry *try = batch->try;
    bson_t operation = BSON_INITIALIZER;
    Query query = {0};
    g_autofree char *shape = NULL;
    GwPreviewOp *op = NULL;

    view_operation(batch, first, &operation);
    shape = shape_of(try->write->kind, &operation);
    op = gw_try_entry(try, what_of(try->write->kind, &operation), shape, (gint64)(end - first));
    if (op->operations > (gint64)(end - first) || try->write->kind == GW_WRITE_INSERT)
        return op;
    query_of(&operation, "q", &query);
    op->access = gw_try_explain(try, &query.filter, query.collation);
    return op;
}

static bool
try_run(const Batch *batch, size_t first, size_t end, GwReplySum *sum, GError **error)
{
    const GwTry *try = batch->try;
    GwPreviewOp *op = entry_of_run(batch, first, end);
    Part part = part_of(batch, first, end);
    const GwReplySum before = *sum;
    g_autoptr(GPtrArray) old = NULL;
    bson_t operation = BSON_INITIALIZER;
    gint64 start_us = 0;
    bool was_sampled = op->is_sampled;

    view_operation(batch, first, &operation);
    old = try->write->kind == GW_WRITE_INSERT ? g_ptr_array_new()
                                              : samples_before(try, op, &operation);
    start_us = g_get_monotonic_time();
    if (!try_part(batch, op, &part, sum, error)) {
        gw_preview_op_fail(op, error != NULL && *error != NULL ? (*error)->message : "it failed");
        return false;
    }
    op->elapsed_us += g_get_monotonic_time() - start_us;
    try->preview->sweep_us += g_get_monotonic_time() - start_us;
    if (op->estimate_us >= 0 && op->is_sampled == was_sampled)
        op->estimate_us += g_get_monotonic_time() - start_us;
    note_counts(batch, op, &before, sum);
    if (op->tried >= SWEEP_LIMIT)
        op->estimate_us = op->tried_us * MAX(op->changed, op->tried) / op->tried;
    note_place(try, op);
    if (op->is_simulated)
        return true;
    if (try->write->kind == GW_WRITE_INSERT)
        add_inserted_samples(batch, op, &part, sum->n - before.n);
    else
        add_samples_after(try, op, old);
    return true;
}

static bool
try_batch(const GwTry *try, bson_t *out_reply, GError **error)
{
    g_auto(Batch) batch = {0};
    g_auto(GwReplySum) sum = {0};
    g_autoptr(bson_t) last = BCON_NEW("ok", BCON_DOUBLE(1));

    gw_reply_sum_init(&sum);
    if (!batch_init(&batch, try, error))
        return false;
    for (size_t first = 0; first < batch.ends->len;) {
        size_t end = end_of_run(&batch, first);

        if (!try_run(&batch, first, end, &sum, error))
            return false;
        if (batch.is_ordered && sum.error_count > 0)
            break;
        first = end;
    }
    gw_reply_sum_append(&sum, last, out_reply);
    return true;
}

bool
gw_try_insert(const GwTry *try, bson_t *out_reply, GError **error)
{
    return try_batch(try, out_reply, error);
}

bool
gw_try_change(const GwTry *try, bson_t *out_reply, GError **error)
{
    return try_batch(try, out_reply, error);
}

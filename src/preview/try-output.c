/* SPDX-License-Identifier: Apache-2.0 */
/*
 * $out and $merge. The pipeline is run without its last stage; what $out would leave is put into a
 * new collection of the transaction, which takes the target's name.
 */
#include "preview/shape.h"
#include "preview/try.h"

#define RESULTS_MAX 10000

/* The pipeline without the stage that writes, then `extra`. Owned. */
static bson_t *
reading_command(const GwTry *try, const bson_t *rewritten, const bson_t *extra)
{
    g_autoptr(bson_t) command = bson_new();
    bson_t old = BSON_INITIALIZER;
    bson_t pipeline = BSON_INITIALIZER;
    bson_iter_t iter;
    guint32 count = 0;
    char digits[16];
    const char *at = NULL;

    bson_copy_to_excluding_noinit(rewritten, command, "pipeline", "cursor", NULL);
    (void)gw_bson_get_doc(rewritten, "pipeline", &old);
    bson_append_array_begin(command, "pipeline", -1, &pipeline);
    for (bool more = bson_iter_init(&iter, &old); more && bson_iter_next(&iter);) {
        bson_t stage = BSON_INITIALIZER;

        if (!gw_bson_get_doc(&old, bson_iter_key(&iter), &stage) || gw_bson_has(&stage, "$out") ||
            gw_bson_has(&stage, "$merge"))
            continue;
        bson_uint32_to_string(count++, &at, digits, sizeof digits);
        bson_append_document(&pipeline, at, -1, &stage);
    }
    bson_uint32_to_string(count++, &at, digits, sizeof digits);
    bson_append_document(&pipeline, at, -1, extra);
    bson_append_array_end(command, &pipeline);
    BCON_APPEND(command, "cursor", "{", "batchSize", BCON_INT32(RESULTS_MAX), "}");
    return g_steal_pointer(&command);
}

static bool
read_results(const GwTry *try, const char *db, const bson_t *rewritten, const bson_t *extra,
             bson_t *out_reply, GError **error)
{
    g_autoptr(bson_t) command = reading_command(try, rewritten, extra);

    return gw_trial_read(try->preview->trial, db, command, out_reply, error);
}

static bool
count_results(const GwTry *try, const char *db, const bson_t *rewritten, gint64 *out_count,
              GError **error)
{
    g_autoptr(bson_t) stage = BCON_NEW("$count", "n");
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!read_results(try, db, rewritten, stage, &reply, error))
        return false;
    *out_count = gw_bson_get_int(&reply, "cursor.firstBatch.0.n", 0);
    return true;
}

/* Put the documents of a batch into the target's new place, all in one command. */
static bool
put(const GwTry *try, const bson_t *docs, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(bson_t) command = BCON_NEW("insert", BCON_UTF8(try->place->real));
    GwWrite write = {.kind = GW_WRITE_INSERT,
                     .db = try->place->real_db,
                     .command = command,
                     .batch_name = "documents"};
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_iter_t iter;

    for (bool more = bson_iter_init(&iter, docs); more && bson_iter_next(&iter);) {
        const uint8_t *doc = NULL;
        uint32_t length = 0;

        bson_iter_document(&iter, &length, &doc);
        g_byte_array_append(bytes, doc, length);
        write.batch_count++;
    }
    if (write.batch_count == 0)
        return true;
    write.batch = bytes->data;
    write.batch_bytes = bytes->len;
    return gw_trial_write(try->preview->trial, &write, NULL, &reply, error);
}

static bool
replace_target(const GwTry *try, GwPreviewOp *op, const char *db, const bson_t *rewritten,
               GError **error)
{
    g_autoptr(bson_t) limit = BCON_NEW("$limit", BCON_INT32(RESULTS_MAX));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t docs = BSON_INITIALIZER;

    if (!read_results(try, db, rewritten, limit, &reply, error))
        return false;
    gw_overlay_drop(try->preview->overlay, try->place);
    gw_overlay_make(try->preview->overlay, try->place, GW_COLL_PLAIN, NULL);
    try->place->is_touched = true;
    if (!gw_trial_has_transactions(try->preview->trial) ||
        !gw_bson_get_doc(&reply, "cursor.firstBatch", &docs))
        return true;
    if (op->changed > RESULTS_MAX || gw_bson_get_int(&reply, "cursor.id", 0) != 0) {
        try->preview->is_partial = op->is_sampled = true;
        gw_preview_op_find(op, "what follows sees the first of them only");
    }
    return put(try, &docs, error);
}

static void
add_samples(const GwTry *try, GwPreviewOp *op, const char *db, const bson_t *rewritten)
{
    g_autoptr(bson_t) stage = BCON_NEW("$limit", BCON_INT32(2));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t docs = BSON_INITIALIZER;
    bson_iter_t iter;

    if (!read_results(try, db, rewritten, stage, &reply, NULL) ||
        !gw_bson_get_doc(&reply, "cursor.firstBatch", &docs))
        return;
    for (bool more = bson_iter_init(&iter, &docs); more && bson_iter_next(&iter);) {
        bson_t doc = BSON_INITIALIZER;

        if (gw_bson_get_doc(&docs, bson_iter_key(&iter), &doc))
            gw_preview_op_add_sample(op, NULL, &doc);
    }
}

/* The stage that writes, of the script's own pipeline. */
static bool
last_stage(const bson_t *command, bson_t *out_stage)
{
    bson_t pipeline = BSON_INITIALIZER;
    bson_iter_t iter;
    bool has_one = false;

    (void)gw_bson_get_doc(command, "pipeline", &pipeline);
    for (bool more = bson_iter_init(&iter, &pipeline); more && bson_iter_next(&iter);)
        has_one = gw_bson_get_doc(&pipeline, bson_iter_key(&iter), out_stage);
    return has_one;
}

/* False where it can't be done in the transaction. */
static bool
merge(const GwTry *try, const GwPreviewOp *op, const char *db, const bson_t *rewritten)
{
    g_autoptr(bson_t) limit = BCON_NEW("$limit", BCON_INT32(RESULTS_MAX));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t docs = BSON_INITIALIZER;
    bson_t stage = BSON_INITIALIZER;

    if (op->changed > RESULTS_MAX || !gw_try_is_possible(try) ||
        !last_stage(try->write->command, &stage) ||
        !read_results(try, db, rewritten, limit, &reply, NULL) ||
        gw_bson_get_int(&reply, "cursor.id", 0) != 0 ||
        !gw_bson_get_doc(&reply, "cursor.firstBatch", &docs))
        return false;
    return gw_try_merge(try, &stage, &docs);
}

static bool
try_pipeline(const GwTry *try, GwPreviewOp *op, GError **error)
{
    g_autofree char *db = NULL;
    g_autoptr(bson_t) rewritten =
        gw_overlay_rewrite(try->preview->overlay, try->write->db, try->write->command, &db, error);
    gint64 start_us = g_get_monotonic_time();
    gint64 count = 0;

    if (rewritten == NULL || !count_results(try, db, rewritten, &count, error))
        return false;
    op->matched += count;
    op->changed += count;
    add_samples(try, op, db, rewritten);
    if (g_str_equal(try->facts->what, "$out") && !replace_target(try, op, db, rewritten, error))
        return false;
    op->estimate_us = g_get_monotonic_time() - start_us;
    if (g_str_equal(try->facts->what, "$out"))
        return true;
    if (!merge(try, op, db, rewritten)) {
        try->preview->is_partial = true;
        gw_preview_op_find(op, "not merged: what follows sees the collection as it is before");
    }
    if (try->place->kind == GW_COLL_NONE)
        gw_overlay_make(try->preview->overlay, try->place, GW_COLL_PLAIN, NULL);
    return true;
}

bool
gw_try_output(const GwTry *try, bson_t *out_reply, GError **error)
{
    GwPreviewOp *op = gw_try_simulated(try, try->facts->what);
    g_autofree char *ns = g_strconcat(op->db, ".", op->coll, NULL);
    g_autoptr(GError) failure = NULL;

    if (try->place == NULL || !gw_bson_has(try->write->command, "pipeline")) {
        gw_preview_op_find(op, "not tried: what a mapReduce writes is not known");
        BSON_APPEND_DOUBLE(out_reply, "ok", 1);
        return true;
    }
    if (!try_pipeline(try, op, &failure)) {
        gw_preview_op_fail(op, failure->message);
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    BCON_APPEND(out_reply, "cursor", "{", "firstBatch", "[", "]", "id", BCON_INT64(0), "ns",
                BCON_UTF8(ns), "}", "ok", BCON_DOUBLE(1));
    return true;
}

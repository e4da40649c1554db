/* SPDX-License-Identifier: Apache-2.0 */
/* findAndModify, and what godwit knows nothing of. */
#include "mongo/command.h"
#include "mongo/names.h"
#include "preview/shape.h"
#include "preview/try.h"

static const char *
what_of(const bson_t *command)
{
    bson_t update = BSON_INITIALIZER;

    if (gw_bson_get_bool(command, "remove", false))
        return "findOneAndDelete";
    if (gw_bson_get_doc(command, "update", &update) && gw_command_name(&update)[0] != '$' &&
        !gw_bson_has(command, "update.0"))
        return "findOneAndReplace";
    return "findOneAndUpdate";
}

/* The document that it would take. An owned array of one or none. */
static GPtrArray *
document_before(const GwTry *try)
{
    bson_t query = BSON_INITIALIZER;
    bson_t sort = BSON_INITIALIZER;
    g_autoptr(bson_t) find = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    GPtrArray *docs = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    bson_t first = BSON_INITIALIZER;

    (void)gw_bson_get_doc(try->write->command, "query", &query);
    find = BCON_NEW("find", BCON_UTF8(try->place->real), "filter", BCON_DOCUMENT(&query), "limit",
                    BCON_INT64(1), "singleBatch", BCON_BOOL(true));
    if (gw_bson_get_doc(try->write->command, "sort", &sort))
        BSON_APPEND_DOCUMENT(find, "sort", &sort);
    if (gw_trial_read(try->preview->trial, try->place->real_db, find, &reply, NULL) &&
        gw_bson_get_doc(&reply, "cursor.firstBatch.0", &first))
        g_ptr_array_add(docs, bson_copy(&first));
    return docs;
}

static void
simulate(GwPreviewOp *op, const GPtrArray *before, bson_t *out_reply)
{
    op->is_simulated = true;
    op->estimate_us = -1;
    op->matched += before->len;
    op->changed += before->len;
    BCON_APPEND(out_reply, "lastErrorObject", "{", "n", BCON_INT32((int32_t)before->len),
                "updatedExisting", BCON_BOOL(before->len > 0), "}");
    if (before->len > 0)
        BSON_APPEND_DOCUMENT(out_reply, "value", g_ptr_array_index(before, 0));
    else
        BSON_APPEND_NULL(out_reply, "value");
    BSON_APPEND_DOUBLE(out_reply, "ok", 1);
    gw_preview_op_find(op, "not tried: the document is shown as it is before the change");
}

static void
note(const GwTry *try, GwPreviewOp *op, const GPtrArray *before, const bson_t *reply)
{
    bool is_upsert = gw_bson_has(reply, "lastErrorObject.upserted");
    gint64 n = gw_bson_get_int(reply, "lastErrorObject.n", 0);
    g_autoptr(GPtrArray) after = NULL;
    g_autoptr(bson_t) filter = NULL;
    bson_iter_t id;

    op->matched += is_upsert ? 0 : n;
    op->changed += n;
    if (n > 0 && try->place->kind == GW_COLL_NONE) {
        gw_overlay_make(try->preview->overlay, try->place, GW_COLL_PLAIN, NULL);
        try->place->owner = try->owner;
    }
    try->place->is_touched = try->place->is_touched || n > 0;
    if (before->len == 0 || !gw_preview_op_wants_samples(op) ||
        !bson_iter_init_find(&id, g_ptr_array_index(before, 0), "_id"))
        return;
    filter = bson_new();
    bson_append_iter(filter, "_id", -1, &id);
    after = gw_try_find(try, filter, NULL, NULL, 1);
    gw_preview_op_add_sample(op, g_ptr_array_index(before, 0),
                             after->len > 0 ? g_ptr_array_index(after, 0) : NULL);
}

static GwPreviewOp *
entry(const GwTry *try)
{
    g_autoptr(GString) shape = g_string_new(NULL);
    bson_t query = BSON_INITIALIZER;
    bson_iter_t update;
    GwPreviewOp *op = NULL;

    (void)gw_bson_get_doc(try->write->command, "query", &query);
    gw_shape_append_doc(shape, &query);
    if (bson_iter_init_find(&update, try->write->command, "update")) {
        g_string_append(shape, " -> ");
        gw_shape_append(shape, &update);
    }
    op = gw_try_entry(try, what_of(try->write->command), shape->str, 1);
    if (op->operations == 1)
        op->access = gw_try_explain(try, &query, NULL);
    return op;
}

bool
gw_try_find_and_modify(const GwTry *try, bson_t *out_reply, GError **error)
{
    GwPreviewOp *op = entry(try);
    g_autoptr(GPtrArray) before = NULL;
    g_autoptr(bson_t) command = NULL;
    g_autofree char *db = NULL;
    gint64 start_us = 0;

    before = gw_preview_op_wants_samples(op) || !gw_try_is_possible(try) ? document_before(try)
                                                                         : g_ptr_array_new();
    if (!gw_try_is_possible(try)) {
        simulate(op, before, out_reply);
        return true;
    }
    command =
        gw_overlay_rewrite(try->preview->overlay, try->write->db, try->write->command, &db, error);
    if (command == NULL)
        return false;
    start_us = g_get_monotonic_time();
    if (!gw_try_send(try, command, out_reply, error)) {
        gw_preview_op_fail(op, error != NULL && *error != NULL ? (*error)->message : "it failed");
        return false;
    }
    op->elapsed_us += g_get_monotonic_time() - start_us;
    op->estimate_us = op->elapsed_us;
    note(try, op, before, out_reply);
    return true;
}

/* The server names all commands that it has. */
static bool
is_known(const GwTry *try)
{
    g_autoptr(bson_t) list = BCON_NEW("listCommands", BCON_INT32(1));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    g_autofree char *path = g_strconcat("commands.", gw_command_name(try->write->command), NULL);

    return !gw_command_read(gw_trial_outside(try->preview->trial), "admin", list, NULL, &reply,
                            NULL) ||
           gw_bson_has(&reply, path);
}

bool
gw_try_other(const GwTry *try, bson_t *out_reply, GError **error)
{
    GwPreviewOp *op = gw_preview_report_entry(try->preview->report, try->write->db, NULL,
                                              gw_command_name(try->write->command), "");

    op->operations++;
    op->is_simulated = op->is_irreversible = true;
    op->estimate_us = -1;
    op->undo = "Cannot be undone from data.";
    if (!is_known(try)) {
        gw_preview_op_fail(op, "the server has no such command");
        return gw_try_throw(try, error, 59, "CommandNotFound", "no such command: '%s'",
                            gw_command_name(try->write->command));
    }
    gw_preview_op_find(op, "not tried: godwit does not know what this command does");
    BSON_APPEND_DOUBLE(out_reply, "ok", 1);
    return true;
}

bool
gw_try_beyond(const GwTry *try, bson_t *out_reply, GError **error)
{
    return gw_throw(error, GW_ERROR_REFUSED,
                    "a dry run refuses a connection of its own to '%s': what is written through it "
                    "could not be taken back",
                    try->facts->db);
}

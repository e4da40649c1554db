/* SPDX-License-Identifier: Apache-2.0 */
#include "preview/try.h"

#include "mongo/command.h"
#include "mongo/reader.h"
#include "preview/shape.h"

/* As the table in docs/design/dry-run.md has it. */
static const char *const undo_sentences[] = {
    [GW_WRITE_INSERT] = "Deletes what was inserted, where unchanged.",
    [GW_WRITE_UPDATE] = "Puts the old fields back, where they are still what the migration left.",
    [GW_WRITE_DELETE] = "Inserts the deleted documents again.",
    [GW_WRITE_FIND_AND_MODIFY] = "Puts the old document back, where unchanged since.",
    [GW_WRITE_AGGREGATE] = "Puts the collection back that was kept aside.",
    [GW_WRITE_CREATE] = "Drops it, where it is still empty or all documents are the migration's.",
    [GW_WRITE_DROP] = "Renames the collection back, with its indexes and options.",
    [GW_WRITE_DROP_DATABASE] = "Cannot be undone from data: restore a backup.",
    [GW_WRITE_CREATE_INDEXES] = "Drops the new indexes.",
    [GW_WRITE_DROP_INDEXES] = "Creates the indexes again from their specifications.",
    [GW_WRITE_RENAME] = "Renames it back.",
    [GW_WRITE_COLL_MOD] = "Sets the old options again.",
    [GW_WRITE_BEYOND] = "Cannot be undone from data.",
    [GW_WRITE_OTHER] = "Cannot be undone from data.",
};

GwPreviewOp *
gw_try_entry(const GwTry *try, const char *what, const char *shape, gint64 operations)
{
    const GwWriteFacts *facts = try->facts;
    GwWriteKind kind = try->write->kind;
    GwPreviewOp *op =
        gw_preview_report_entry(try->preview->report, facts->db, facts->coll, what, shape);

    op->operations += operations;
    op->undo = undo_sentences[kind];
    op->is_destructive = op->is_destructive || facts->loss == GW_LOSS_DATA;
    op->is_irreversible = facts->loss == GW_LOSS_IRREVERSIBLE || kind == GW_WRITE_DROP_DATABASE;
    return op;
}

GwPreviewOp *
gw_try_simulated(const GwTry *try, const char *what)
{
    g_autoptr(GString) shape = g_string_new(NULL);
    GwPreviewOp *op = NULL;

    gw_shape_append_doc(shape, try->write->command);
    op = gw_try_entry(try, what, shape->str, 1);
    op->is_simulated = true;
    op->estimate_us = -1;
    return op;
}

bool
gw_try_throw(const GwTry *try, GError **error, int code, const char *name, const char *format, ...)
{
    g_autofree char *message = NULL;
    GwErrorInfo *info = NULL;
    va_list arguments;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    gw_throw(error, GW_ERROR_SERVER, "%s", message);
    info = error != NULL ? gw_error_info(*error) : NULL;
    if (info == NULL)
        return false;
    info->server_code = code;
    info->server_name = g_strdup(name);
    return false;
}

bool
gw_try_send(const GwTry *try, const bson_t *command, bson_t *out_reply, GError **error)
{
    GwWrite write = *try->write;

    write.db = try->place != NULL ? try->place->real_db : try->write->db;
    write.command = command;
    write.batch_name = NULL;
    write.batch = NULL;
    bson_destroy(out_reply);
    return gw_trial_write(try->preview->trial, &write, try->owner, out_reply, error);
}

/* Where the server refuses writes in a transaction whatever they are. */
static bool
is_system(const GwPlace *place)
{
    static const char *const databases[] = {"config", "local", NULL};

    return g_strv_contains(databases, place->db) || g_str_has_prefix(place->name, "system.");
}

bool
gw_try_is_possible(const GwTry *try)
{
    return gw_trial_has_transactions(try->preview->trial) && !is_system(try->place) &&
           !try->place->is_capped && try->place->kind != GW_COLL_TIME_SERIES;
}

/* Read in the transaction with what is sent rewritten already; failures are not the script's. */
static GPtrArray *
read_all(const GwTry *try, const bson_t *command)
{
    g_autoptr(GPtrArray) docs = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t batch = BSON_INITIALIZER;
    bson_iter_t iter;

    if (!gw_trial_read(try->preview->trial, try->place->real_db, command, &reply, NULL) ||
        !gw_bson_get_doc(&reply, "cursor.firstBatch", &batch) || !bson_iter_init(&iter, &batch))
        return g_steal_pointer(&docs);
    while (bson_iter_next(&iter)) {
        const uint8_t *bytes = NULL;
        uint32_t length = 0;

        bson_iter_document(&iter, &length, &bytes);
        g_ptr_array_add(docs, bson_new_from_data(bytes, length));
    }
    return g_steal_pointer(&docs);
}

gint64
gw_try_count(const GwTry *try, const bson_t *filter, const bson_t *collation, gint64 limit)
{
    g_autoptr(bson_t) command = bson_new();
    g_autoptr(GPtrArray) docs = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t pipeline = BSON_INITIALIZER;

    BSON_APPEND_UTF8(command, "aggregate", try->place->real);
    bson_append_array_begin(command, "pipeline", -1, &pipeline);
    BCON_APPEND(&pipeline, "0", "{", "$match", BCON_DOCUMENT(filter), "}");
    if (limit > 0)
        BCON_APPEND(&pipeline, "1", "{", "$limit", BCON_INT64(limit), "}");
    BCON_APPEND(&pipeline, "2", "{", "$count", "n", "}");
    bson_append_array_end(command, &pipeline);
    BCON_APPEND(command, "cursor", "{", "}");
    if (collation != NULL)
        BSON_APPEND_DOCUMENT(command, "collation", collation);
    if (!gw_trial_read(try->preview->trial, try->place->real_db, command, &reply, NULL))
        return -1;
    return gw_bson_get_int(&reply, "cursor.firstBatch.0.n", 0);
}

GPtrArray *
gw_try_find(const GwTry *try, const bson_t *filter, const bson_t *collation,
            const bson_t *projection, gint64 limit)
{
    g_autoptr(bson_t) command =
        BCON_NEW("find", BCON_UTF8(try->place->real), "filter", BCON_DOCUMENT(filter), "limit",
                 BCON_INT64(limit), "batchSize", BCON_INT64(limit), "singleBatch", BCON_BOOL(true));

    if (collation != NULL)
        BSON_APPEND_DOCUMENT(command, "collation", collation);
    if (projection != NULL)
        BSON_APPEND_DOCUMENT(command, "projection", projection);
    return read_all(try, command);
}

/* The innermost stage is the one that reads. */
static void
find_stage(const bson_t *plan, GString *out)
{
    const char *stage = gw_bson_get_str(plan, "stage");
    const char *index = gw_bson_get_str(plan, "indexName");
    bson_t inside = BSON_INITIALIZER;
    bson_iter_t iter;

    if (index != NULL)
        g_string_printf(out, "index %s", index);
    else if (g_strcmp0(stage, "COLLSCAN") == 0)
        g_string_assign(out, "collection scan");
    else if (g_strcmp0(stage, "IDHACK") == 0)
        g_string_assign(out, "index _id_");
    if (gw_bson_get_doc(plan, "queryPlan", &inside) ||
        gw_bson_get_doc(plan, "inputStage", &inside)) {
        find_stage(&inside, out);
        return;
    }
    if (!gw_bson_get_doc(plan, "inputStages", &inside) || !bson_iter_init(&iter, &inside))
        return;
    while (bson_iter_next(&iter)) {
        bson_t child = BSON_INITIALIZER;

        if (gw_bson_get_doc(&inside, bson_iter_key(&iter), &child))
            find_stage(&child, out);
    }
}

char *
gw_try_explain(const GwTry *try, const bson_t *filter, const bson_t *collation)
{
    g_autoptr(bson_t) find =
        BCON_NEW("find", BCON_UTF8(try->place->real), "filter", BCON_DOCUMENT(filter));
    g_autoptr(bson_t) command = NULL;
    g_autoptr(GString) found = g_string_new(NULL);
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t plan = BSON_INITIALIZER;

    if (try->place->is_new || try->place->kind == GW_COLL_NONE)
        return NULL;
    if (collation != NULL)
        BSON_APPEND_DOCUMENT(find, "collation", collation);
    command = BCON_NEW("explain", BCON_DOCUMENT(find), "verbosity", "queryPlanner");
    if (!gw_command_read(gw_trial_outside(try->preview->trial), try->place->real_db, command, NULL,
                         &reply, NULL) ||
        !gw_bson_get_doc(&reply, "queryPlanner.winningPlan", &plan))
        return NULL;
    find_stage(&plan, found);
    return found->len > 0 ? g_string_free(g_steal_pointer(&found), FALSE) : NULL;
}

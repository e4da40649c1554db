/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reads of scripts: in the transaction where it takes them, from the overlay where they are
 * about names and indexes, else outside.
 */
#include "mongo/command.h"
#include "mongo/names.h"
#include "preview/try.h"

static bool
is_one_of(const char *name, const char *const *names)
{
    return g_strv_contains(names, name);
}

static bool
has_union(const bson_iter_t *value)
{
    bson_iter_t inside;

    if ((!BSON_ITER_HOLDS_ARRAY(value) && !BSON_ITER_HOLDS_DOCUMENT(value)) ||
        !bson_iter_recurse(value, &inside))
        return false;
    while (bson_iter_next(&inside)) {
        if (g_str_equal(bson_iter_key(&inside), "$unionWith") || has_union(&inside))
            return true;
    }
    return false;
}

/* Stages that the server refuses in a transaction. */
static bool
is_outside_pipeline(const bson_t *command)
{
    static const char *const stages[] = {
        "$collStats",    "$currentOp",      "$indexStats", "$listLocalSessions",
        "$listSessions", "$planCacheStats", NULL};
    bson_t first = BSON_INITIALIZER;
    bson_iter_t pipeline;

    if (bson_iter_init_find(&pipeline, command, "pipeline") && has_union(&pipeline))
        return true;
    return gw_bson_get_bool(command, "explain", false) ||
           (gw_bson_get_doc(command, "pipeline.0", &first) &&
            is_one_of(gw_command_name(&first), stages));
}

static bool
is_inside(GwPreview *preview, const bson_t *command)
{
    static const char *const names[] = {"find", "distinct", "getMore", "killCursors", NULL};
    const char *name = gw_command_name(command);
    gint64 cursor = gw_bson_get_int(command, "getMore", gw_bson_get_int(command, "cursors.0", 0));

    if (cursor != 0 && g_hash_table_contains(preview->outside, &cursor))
        return false;
    if (g_str_equal(name, "aggregate"))
        return !is_outside_pipeline(command);
    return is_one_of(name, names);
}

static bool
names_cursor(const bson_t *command)
{
    static const char *const names[] = {"getMore", "killCursors", NULL};

    return is_one_of(gw_command_name(command), names);
}

static bool
read_outside(GwPreview *preview, const char *db, const bson_t *command, bson_t *out_reply,
             GError **error)
{
    gint64 id = 0;

    if (g_str_equal(gw_command_name(command), "aggregate") && gw_trial_has_writes(preview->trial)) {
        preview->is_partial = true;
        gw_preview_note(preview, "an aggregation that no transaction takes ($unionWith, $collStats "
                                 "and their like) saw nothing of the changes before it");
    }
    if (!gw_command_read(gw_trial_outside(preview->trial), db, command, NULL, out_reply, error))
        return false;
    id = gw_bson_get_int(out_reply, "cursor.id", 0);
    if (id != 0)
        g_hash_table_add(preview->outside, g_memdup2(&id, sizeof id));
    return true;
}

/* The documents of `docs` as one batch. */
static void
answer_cursor(bson_t *out_reply, const char *ns, const GPtrArray *docs)
{
    bson_t cursor = BSON_INITIALIZER;
    bson_t batch = BSON_INITIALIZER;

    bson_append_document_begin(out_reply, "cursor", -1, &cursor);
    BSON_APPEND_INT64(&cursor, "id", 0);
    BSON_APPEND_UTF8(&cursor, "ns", ns);
    bson_append_array_begin(&cursor, "firstBatch", -1, &batch);
    for (guint next = 0; next < docs->len; next++) {
        const char *key = NULL;
        char digits[16];

        bson_uint32_to_string(next, &key, digits, sizeof digits);
        bson_append_document(&batch, key, -1, g_ptr_array_index(docs, next));
    }
    bson_append_array_end(&cursor, &batch);
    bson_append_document_end(out_reply, &cursor);
    BSON_APPEND_DOUBLE(out_reply, "ok", 1);
}

static bson_t *
listing_of(const GwPlace *place, bool is_name_only)
{
    static const char *const types[] = {[GW_COLL_NONE] = "collection",
                                        [GW_COLL_PLAIN] = "collection",
                                        [GW_COLL_VIEW] = "view",
                                        [GW_COLL_TIME_SERIES] = "timeseries"};
    g_auto(bson_t) none = BSON_INITIALIZER;
    bson_t *doc = BCON_NEW("name", BCON_UTF8(place->name), "type", BCON_UTF8(types[place->kind]));

    if (is_name_only)
        return doc;
    BSON_APPEND_DOCUMENT(doc, "options", place->options != NULL ? place->options : &none);
    BCON_APPEND(doc, "info", "{", "readOnly", BCON_BOOL(place->kind == GW_COLL_VIEW), "}");
    if (place->kind == GW_COLL_PLAIN)
        BCON_APPEND(doc, "idIndex", "{", "v", BCON_INT32(2), "key", "{", "_id", BCON_INT32(1), "}",
                    "name", BCON_UTF8("_id_"), "}");
    return doc;
}

static bool
is_unchanged(const GwPlace *place)
{
    return place->kind != GW_COLL_NONE && !place->is_new && !place->is_changed &&
           g_str_equal(place->name, place->real);
}

/* The server's own list, without what the overlay knows better. */
static bool
list_real(GwPreview *preview, const char *db, const bson_t *command, GPtrArray *docs,
          GError **error)
{
    g_auto(bson_t) reply = BSON_INITIALIZER;
    g_autoptr(bson_t) wide = bson_new();
    bson_t batch = BSON_INITIALIZER;
    bson_iter_t iter;

    bson_copy_to_excluding_noinit(command, wide, "cursor", "$readPreference", NULL);
    BCON_APPEND(wide, "cursor", "{", "batchSize", BCON_INT32(100000), "}");
    if (!gw_command_read(gw_trial_outside(preview->trial), db, wide, NULL, &reply, error))
        return false;
    if (!gw_bson_get_doc(&reply, "cursor.firstBatch", &batch))
        return true;
    for (bool more = bson_iter_init(&iter, &batch); more && bson_iter_next(&iter);) {
        bson_t doc = BSON_INITIALIZER;
        const GwPlace *place = NULL;

        if (!gw_bson_get_doc(&batch, bson_iter_key(&iter), &doc))
            continue;
        place = gw_overlay_known(preview->overlay, db, gw_bson_get_str(&doc, "name"));
        if (place == NULL || is_unchanged(place))
            g_ptr_array_add(docs, bson_copy(&doc));
    }
    return true;
}

/* What the overlay knows better. An owned array of bson_t. */
static GPtrArray *
list_changed(GwPreview *preview, const char *db, bool is_name_only, GError **error)
{
    g_autoptr(GPtrArray) docs = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    g_autoptr(GPtrArray) names = gw_overlay_list(preview->overlay, db, error);

    if (names == NULL)
        return NULL;
    for (guint next = 0; next < names->len; next++) {
        const GwPlace *place =
            gw_overlay_known(preview->overlay, db, g_ptr_array_index(names, next));

        if (place != NULL && !is_unchanged(place))
            g_ptr_array_add(docs, listing_of(place, is_name_only));
    }
    return g_steal_pointer(&docs);
}

static bson_t *
match_command(const GPtrArray *docs, const bson_t *filter)
{
    g_auto(bson_t) array = BSON_INITIALIZER;

    for (guint next = 0; next < docs->len; next++) {
        const char *key = NULL;
        char digits[16];

        bson_uint32_to_string(next, &key, digits, sizeof digits);
        bson_append_document(&array, key, -1, g_ptr_array_index(docs, next));
    }
    return BCON_NEW("aggregate", BCON_INT32(1), "pipeline", "[", "{", "$documents", "{", "$literal",
                    BCON_ARRAY(&array), "}", "}", "{", "$match", BCON_DOCUMENT(filter), "}", "]",
                    "cursor", "{", "}");
}

/* The server judges the filter: servers before 5.1, which can't, let all pass. */
static bool
add_matching(GwPreview *preview, const char *db, const GPtrArray *changed, const bson_t *filter,
             GPtrArray *docs)
{
    g_autoptr(bson_t) command = match_command(changed, filter);
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t batch = BSON_INITIALIZER;
    bson_iter_t iter;

    if (!gw_command_read(gw_trial_outside(preview->trial), db, command, NULL, &reply, NULL) ||
        !gw_bson_get_doc(&reply, "cursor.firstBatch", &batch))
        return false;
    for (bool more = bson_iter_init(&iter, &batch); more && bson_iter_next(&iter);) {
        bson_t doc = BSON_INITIALIZER;

        if (gw_bson_get_doc(&batch, bson_iter_key(&iter), &doc))
            g_ptr_array_add(docs, bson_copy(&doc));
    }
    return true;
}

static bool
list_collections(GwPreview *preview, const char *db, const bson_t *command, bson_t *out_reply,
                 GError **error)
{
    bool is_name_only = gw_bson_get_bool(command, "nameOnly", false);
    g_autoptr(GPtrArray) docs = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    g_autoptr(GPtrArray) changed = NULL;
    g_autofree char *ns = g_strconcat(db, ".$cmd.listCollections", NULL);
    bson_t filter = BSON_INITIALIZER;

    if (!list_real(preview, db, command, docs, error))
        return false;
    changed = list_changed(preview, db, is_name_only, error);
    if (changed == NULL)
        return false;
    (void)gw_bson_get_doc(command, "filter", &filter);
    if (changed->len > 0 && !add_matching(preview, db, changed, &filter, docs))
        g_ptr_array_extend_and_steal(docs, g_steal_pointer(&changed));
    answer_cursor(out_reply, ns, docs);
    return true;
}

static bool
list_indexes(GwPreview *preview, const char *db, const bson_t *command, bson_t *out_reply,
             GError **error)
{
    const char *name = gw_bson_get_str(command, "listIndexes");
    const GwPlace *place = NULL;
    g_autofree char *ns = g_strconcat(db, ".", name, NULL);
    const GwTry try = {.preview = preview};

    if (name == NULL)
        return gw_try_throw(&try, error, 2, "BadValue", "collection name has invalid type");
    place = gw_overlay_place(preview->overlay, db, name, error);
    if (place == NULL)
        return false;
    if (place->kind == GW_COLL_NONE)
        return gw_try_throw(&try, error, 26, "NamespaceNotFound", "ns does not exist: %s.%s", db,
                            name);
    if (place->indexes == NULL) {
        bson_destroy(out_reply);
        return read_outside(preview, db, command, out_reply, error);
    }
    answer_cursor(out_reply, ns, place->indexes);
    return true;
}

/* No transaction takes `count`: the same as an aggregation. */
static bool
count(GwPreview *preview, const char *db, const bson_t *command, bson_t *out_reply, GError **error)
{
    g_autoptr(bson_t) aggregate =
        BCON_NEW("aggregate", BCON_UTF8(gw_bson_get_str(command, "count")));
    gint64 skip = gw_bson_get_int(command, "skip", 0);
    gint64 limit = ABS(gw_bson_get_int(command, "limit", 0));
    bson_t pipeline = BSON_INITIALIZER;
    bson_t query = BSON_INITIALIZER;
    g_autofree char *real_db = NULL;
    g_autoptr(bson_t) unfolded = NULL;
    g_autoptr(bson_t) rewritten = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    gint64 n = 0;

    (void)gw_bson_get_doc(command, "query", &query);
    bson_append_array_begin(aggregate, "pipeline", -1, &pipeline);
    BCON_APPEND(&pipeline, "0", "{", "$match", BCON_DOCUMENT(&query), "}");
    if (skip > 0)
        BCON_APPEND(&pipeline, "1", "{", "$skip", BCON_INT64(skip), "}");
    if (limit > 0)
        BCON_APPEND(&pipeline, "2", "{", "$limit", BCON_INT64(limit), "}");
    BCON_APPEND(&pipeline, "3", "{", "$count", "n", "}");
    bson_append_array_end(aggregate, &pipeline);
    BCON_APPEND(aggregate, "cursor", "{", "}");
    bson_copy_to_excluding_noinit(command, aggregate, "count", "query", "skip", "limit", "fields",
                                  "readConcern", "$readPreference", NULL);
    unfolded = gw_views_unfold(preview->overlay, db, aggregate);
    rewritten = gw_overlay_rewrite(preview->overlay, db, unfolded, &real_db, error);
    if (rewritten == NULL)
        return false;
    if (!gw_trial_read(preview->trial, real_db, rewritten, &reply, error))
        return false;
    n = gw_bson_get_int(&reply, "cursor.firstBatch.0.n", 0);
    BCON_APPEND(out_reply, "n", BCON_INT64(n), "ok", BCON_DOUBLE(1));
    return true;
}

static bool
read_rewritten(GwPreview *preview, const char *db, const bson_t *command, bson_t *out_reply,
               GError **error)
{
    g_autofree char *real_db = NULL;
    g_autoptr(bson_t) unfolded = gw_views_unfold(preview->overlay, db, command);
    g_autoptr(bson_t) rewritten =
        gw_overlay_rewrite(preview->overlay, db, unfolded, &real_db, error);

    if (rewritten == NULL) {
        bson_init(out_reply);
        return false;
    }
    if (is_inside(preview, command))
        return gw_trial_read(preview->trial, real_db, rewritten, out_reply, error);
    return read_outside(preview, real_db, rewritten, out_reply, error);
}

static bool
read_cursor(GwPreview *preview, const char *db, const bson_t *command, bson_t *out_reply,
            GError **error)
{
    if (is_inside(preview, command))
        return gw_trial_read(preview->trial, db, command, out_reply, error);
    return read_outside(preview, db, command, out_reply, error);
}

typedef bool (*ReadFunc)(GwPreview *preview, const char *db, const bson_t *command,
                         bson_t *out_reply, GError **error);

/* What is answered without asking the server the same. NULL: nothing special. */
static ReadFunc
own_answer(const bson_t *command)
{
    const char *name = gw_command_name(command);

    if (g_str_equal(name, "listCollections"))
        return list_collections;
    if (g_str_equal(name, "listIndexes"))
        return list_indexes;
    if (g_str_equal(name, "count") && gw_bson_get_str(command, "count") != NULL)
        return count;
    return NULL;
}

bool
gw_preview_read(GwPreview *preview, const char *db, const bson_t *command, bson_t *out_reply,
                GError **error)
{
    ReadFunc own = own_answer(command);

    if (gw_trial_end(preview->trial) != NULL) {
        bson_init(out_reply);
        return gw_throw(error, GW_ERROR_FAILED, "the dry run ended here, %s",
                        gw_trial_end(preview->trial));
    }
    if (own != NULL) {
        bson_init(out_reply);
        return own(preview, db, command, out_reply, error);
    }
    return names_cursor(command) ? read_cursor(preview, db, command, out_reply, error)
                                 : read_rewritten(preview, db, command, out_reply, error);
}

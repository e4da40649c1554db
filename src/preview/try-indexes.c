/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Indexes. The server itself judges new ones: a scratch collection is made in the transaction with
 * the indexes that there are, and asked for the new ones, so that conflicts and wrong
 * specifications are the server's own words. What it can't know there is whether the documents fit;
 * a unique index is checked for duplicates.
 */
#include "mongo/command.h"
#include "preview/try.h"

#define DUPLICATES_WAIT_MS 20000

static bson_t *
create_command(const char *coll, const GPtrArray *indexes)
{
    bson_t *command = BCON_NEW("createIndexes", BCON_UTF8(coll));
    bson_t array = BSON_INITIALIZER;
    guint count = 0;

    bson_append_array_begin(command, "indexes", -1, &array);
    for (guint next = 0; next < indexes->len; next++) {
        const bson_t *index = g_ptr_array_index(indexes, next);
        const char *key = NULL;
        char digits[16];

        if (g_strcmp0(gw_bson_get_str(index, "name"), "_id_") == 0)
            continue;
        bson_uint32_to_string(count++, &key, digits, sizeof digits);
        bson_append_document(&array, key, -1, index);
    }
    bson_append_array_end(command, &array);
    if (count == 0)
        g_clear_pointer(&command, bson_destroy);
    return command;
}

/* The indexes that a command asks for. An owned array of bson_t. */
static GPtrArray *
asked_for(const bson_t *command)
{
    GPtrArray *indexes = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    bson_t array = BSON_INITIALIZER;
    bson_iter_t iter;

    if (!gw_bson_get_doc(command, "indexes", &array) || !bson_iter_init(&iter, &array))
        return indexes;
    while (bson_iter_next(&iter)) {
        bson_t index = BSON_INITIALIZER;

        if (gw_bson_get_doc(&array, bson_iter_key(&iter), &index))
            g_ptr_array_add(indexes, bson_copy(&index));
    }
    return indexes;
}

static bool
has_index(const GwPlace *place, const char *name)
{
    for (guint next = 0; place->indexes != NULL && next < place->indexes->len; next++) {
        if (g_strcmp0(gw_bson_get_str(g_ptr_array_index(place->indexes, next), "name"), name) == 0)
            return true;
    }
    return false;
}

/* Ask the server on an empty collection that looks alike. */
static bool
ask_server(const GwTry *try, bson_t *out_reply, GError **error)
{
    g_autofree char *scratch = gw_overlay_scratch(try->preview->overlay);
    g_autoptr(bson_t) existing =
        try->place->indexes != NULL ? create_command(scratch, try->place->indexes) : NULL;
    g_autoptr(bson_t) wanted = BCON_NEW("createIndexes", BCON_UTF8(scratch));

    bson_copy_to_excluding_noinit(try->write->command, wanted, "createIndexes", "writeConcern",
                                  "commitQuorum", "readConcern", NULL);
    if (existing != NULL && !gw_try_send(try, existing, out_reply, error))
        return false;
    return gw_try_send(try, wanted, out_reply, error);
}

/* Append {field: test} to an array. */
static void
append_test(bson_t *array, guint32 *count, const char *field, const bson_t *test)
{
    bson_t one = BSON_INITIALIZER;
    const char *at = NULL;
    char digits[16];

    bson_uint32_to_string((*count)++, &at, digits, sizeof digits);
    bson_append_document_begin(array, at, -1, &one);
    bson_append_document(&one, field, -1, test);
    bson_append_document_end(array, &one);
}

/* Whether any document has an array in a field of the index, or above it. */
static bool
has_arrays(const GwTry *try, const bson_t *index)
{
    g_autoptr(bson_t) test = BCON_NEW("$type", "array");
    bson_t keys = BSON_INITIALIZER;
    g_auto(bson_t) any = BSON_INITIALIZER;
    g_autoptr(bson_t) filter = NULL;
    guint32 count = 0;
    bson_iter_t iter;

    (void)gw_bson_get_doc(index, "key", &keys);
    for (bool more = bson_iter_init(&iter, &keys); more && bson_iter_next(&iter);) {
        const char *path = bson_iter_key(&iter);

        for (const char *dot = strchr(path, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
            g_autofree char *above = g_strndup(path, (gsize)(dot - path));

            append_test(&any, &count, above, test);
        }
        append_test(&any, &count, path, test);
    }
    filter = BCON_NEW("$or", BCON_ARRAY(&any));
    return gw_try_count(try, filter, NULL, 1) != 0;
}

/* {k0: "$a.b", k1: ...} and the same after unwinding: what an index has as keys. Without arrays
 * each document has one key, and need not be told apart from itself. */
static void
append_keys(bson_t *pipeline, const bson_t *index, bool is_multikey, guint32 *stage)
{
    bson_t keys = BSON_INITIALIZER;
    g_auto(bson_t) fields = BSON_INITIALIZER;
    g_auto(bson_t) group = BSON_INITIALIZER;
    guint count = 0;
    bson_iter_t iter;
    const char *at = NULL;
    char digits[16];

    (void)gw_bson_get_doc(index, "key", &keys);
    for (bool more = bson_iter_init(&iter, &keys); more && bson_iter_next(&iter); count++) {
        g_autofree char *name = g_strdup_printf("k%u", count);
        g_autofree char *path = g_strconcat("$", bson_iter_key(&iter), NULL);
        g_autofree char *value = g_strconcat("$", name, NULL);

        BSON_APPEND_UTF8(&fields, name, path);
        BCON_APPEND(&group, name, "{", "$ifNull", "[", BCON_UTF8(value), BCON_NULL, "]", "}");
    }
    bson_uint32_to_string((*stage)++, &at, digits, sizeof digits);
    BCON_APPEND(pipeline, at, "{", "$project", BCON_DOCUMENT(&fields), "}");
    for (guint key = 0; is_multikey && key < count; key++) {
        g_autofree char *value = g_strdup_printf("$k%u", key);

        bson_uint32_to_string((*stage)++, &at, digits, sizeof digits);
        BCON_APPEND(pipeline, at, "{", "$unwind", "{", "path", BCON_UTF8(value),
                    "preserveNullAndEmptyArrays", BCON_BOOL(true), "}", "}");
    }
    bson_uint32_to_string((*stage)++, &at, digits, sizeof digits);
    if (is_multikey)
        BCON_APPEND(pipeline, at, "{", "$group", "{", "_id", "{", "k", BCON_DOCUMENT(&group), "d",
                    "$_id", "}", "}", "}");
    else
        BCON_APPEND(pipeline, at, "{", "$project", "{", "_id", "{", "k", BCON_DOCUMENT(&group), "}",
                    "}", "}");
}

/* A sparse index leaves out what has none of its fields. */
static void
append_filter(bson_t *pipeline, const bson_t *index, guint32 *stage)
{
    g_autoptr(bson_t) test = BCON_NEW("$exists", BCON_BOOL(true));
    bson_t partial = BSON_INITIALIZER;
    bson_t keys = BSON_INITIALIZER;
    g_auto(bson_t) any = BSON_INITIALIZER;
    guint32 count = 0;
    bson_iter_t iter;
    const char *at = NULL;
    char digits[16];

    bson_uint32_to_string(*stage, &at, digits, sizeof digits);
    if (gw_bson_get_doc(index, "partialFilterExpression", &partial)) {
        (*stage)++;
        BCON_APPEND(pipeline, at, "{", "$match", BCON_DOCUMENT(&partial), "}");
        return;
    }
    if (!gw_bson_get_bool(index, "sparse", false) || !gw_bson_get_doc(index, "key", &keys))
        return;
    for (bool more = bson_iter_init(&iter, &keys); more && bson_iter_next(&iter);)
        append_test(&any, &count, bson_iter_key(&iter), test);
    (*stage)++;
    BCON_APPEND(pipeline, at, "{", "$match", "{", "$or", BCON_ARRAY(&any), "}", "}");
}

static bson_t *
duplicates_command(const GwTry *try, const bson_t *index)
{
    bson_t *command = BCON_NEW("aggregate", BCON_UTF8(try->place->real));
    bson_t pipeline = BSON_INITIALIZER;
    bson_t collation = BSON_INITIALIZER;
    guint32 stage = 0;
    const char *at = NULL;
    char digits[16];

    bson_append_array_begin(command, "pipeline", -1, &pipeline);
    append_filter(&pipeline, index, &stage);
    append_keys(&pipeline, index, has_arrays(try, index), &stage);
    bson_uint32_to_string(stage++, &at, digits, sizeof digits);
    BCON_APPEND(&pipeline, at, "{", "$group", "{", "_id", "$_id.k", "n", "{", "$sum", BCON_INT32(1),
                "}", "}", "}");
    bson_uint32_to_string(stage++, &at, digits, sizeof digits);
    BCON_APPEND(&pipeline, at, "{", "$match", "{", "n", "{", "$gt", BCON_INT32(1), "}", "}", "}");
    bson_uint32_to_string(stage++, &at, digits, sizeof digits);
    BCON_APPEND(&pipeline, at, "{", "$group", "{", "_id", BCON_NULL, "values", "{", "$sum",
                BCON_INT32(1), "}", "documents", "{", "$sum", "$n", "}", "first", "{", "$first",
                "$_id", "}", "}", "}");
    bson_append_array_end(command, &pipeline);
    BCON_APPEND(command, "cursor", "{", "}", "allowDiskUse", BCON_BOOL(true), "maxTimeMS",
                BCON_INT32(DUPLICATES_WAIT_MS));
    if (gw_bson_get_doc(index, "collation", &collation))
        BSON_APPEND_DOCUMENT(command, "collation", &collation);
    return command;
}

/* Where the dry run has changed nothing, it is looked at from outside, where a time-out costs
 * nothing. */
static bool
read_duplicates(const GwTry *try, const bson_t *command, bson_t *out_reply)
{
    if (try->place->is_touched || try->place->is_new)
        return gw_trial_read(try->preview->trial, try->place->real_db, command, out_reply, NULL);
    return gw_command_read(gw_trial_outside(try->preview->trial), try->place->real_db, command,
                           NULL, out_reply, NULL);
}

/* {k0: 1, k1: "x"} as the server writes a key: { a: 1, b: "x" }. Owned. */
static char *
key_text(const bson_t *index, const bson_t *value)
{
    g_autoptr(GString) text = g_string_new("{ ");
    bson_t keys = BSON_INITIALIZER;
    bson_iter_t iter;
    guint count = 0;

    (void)gw_bson_get_doc(index, "key", &keys);
    for (bool more = bson_iter_init(&iter, &keys); more && bson_iter_next(&iter); count++) {
        g_autofree char *name = g_strdup_printf("k%u", count);
        g_auto(bson_t) one = BSON_INITIALIZER;
        g_autoptr(GwBsonStr) json = NULL;
        bson_iter_t found;

        if (bson_iter_init_find(&found, value, name))
            bson_append_iter(&one, bson_iter_key(&iter), -1, &found);
        json = bson_as_relaxed_extended_json(&one, NULL);
        g_string_append_printf(text, "%s%.*s", count > 0 ? ", " : "",
                               json != NULL && strlen(json) > 4 ? (int)strlen(json) - 4 : 0,
                               json != NULL ? json + 2 : "");
    }
    g_string_append(text, " }");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* A key that stands twice: owned, NULL = there is none, or it could not be found out. */
static char *
find_duplicates(const GwTry *try, GwPreviewOp *op, const bson_t *index)
{
    g_autoptr(bson_t) command = duplicates_command(try, index);
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t first = BSON_INITIALIZER;
    g_autofree char *key = NULL;

    if (!read_duplicates(try, command, &reply)) {
        gw_preview_op_find(op, "whether there are duplicates could not be found out in time");
        return NULL;
    }
    if (!gw_bson_has(&reply, "cursor.firstBatch.0"))
        return NULL;
    (void)gw_bson_get_doc(&reply, "cursor.firstBatch.0.first", &first);
    key = key_text(index, &first);
    gw_preview_op_find(
        op, "duplicates: %" G_GINT64_FORMAT " values in %" G_GINT64_FORMAT " documents, such as %s",
        gw_bson_get_int(&reply, "cursor.firstBatch.0.values", 0),
        gw_bson_get_int(&reply, "cursor.firstBatch.0.documents", 0), key);
    return g_steal_pointer(&key);
}

static bool
check_unique(const GwTry *try, GwPreviewOp *op, const bson_t *index, GError **error)
{
    g_autofree char *key = find_duplicates(try, op, index);
    const char *name = gw_bson_get_str(index, "name");

    return key == NULL ||
           gw_try_throw(try, error, 11000, "DuplicateKey",
                        "E11000 duplicate key error collection: %s.%s index: %s dup key: %s",
                        try->place->db, try->place->name, name, key);
}

/* The index that a collMod names, by its name or its keys; NULL = there is none. */
static const bson_t *
named_by(const GwPlace *place, const bson_t *change)
{
    const char *name = gw_bson_get_str(change, "name");
    bson_t keys = BSON_INITIALIZER;
    bool has_keys = gw_bson_get_doc(change, "keyPattern", &keys);

    for (guint next = 0; next < place->indexes->len; next++) {
        const bson_t *index = g_ptr_array_index(place->indexes, next);
        bson_t own = BSON_INITIALIZER;

        if (name != NULL
                ? g_strcmp0(gw_bson_get_str(index, "name"), name) == 0
                : has_keys && gw_bson_get_doc(index, "key", &own) && bson_compare(&own, &keys) == 0)
            return index;
    }
    return NULL;
}

bool
gw_try_index_mod(const GwTry *try, GwPreviewOp *op, GError **error)
{
    bson_t change = BSON_INITIALIZER;
    const bson_t *index = NULL;
    g_autofree char *key = NULL;

    if (try->place->indexes == NULL || !gw_bson_get_doc(try->write->command, "index", &change))
        return true;
    index = named_by(try->place, &change);
    if (index == NULL)
        return gw_try_throw(try, error, 27, "IndexNotFound", "cannot find the index in %s.%s",
                            try->place->db, try->place->name);
    if (!gw_bson_get_bool(&change, "unique", false) || gw_bson_get_bool(index, "unique", false))
        return true;
    key = find_duplicates(try, op, index);
    return key == NULL ||
           gw_try_throw(try, error, 359, "CannotConvertIndexToUnique",
                        "Cannot convert the index to unique. Please resolve conflicting documents "
                        "before running collMod again.");
}

static bool
check_documents(const GwTry *try, GwPreviewOp *op, const GPtrArray *indexes, GError **error)
{
    for (guint next = 0; next < indexes->len; next++) {
        const bson_t *index = g_ptr_array_index(indexes, next);

        if (gw_bson_get_bool(index, "unique", false) &&
            !has_index(try->place, gw_bson_get_str(index, "name")) &&
            !check_unique(try, op, index, error))
            return false;
    }
    return true;
}

static void
take_indexes(const GwTry *try, GPtrArray *indexes)
{
    GwPlace *place = try->place;

    if (place->indexes == NULL)
        return;
    for (guint next = 0; next < indexes->len; next++) {
        const bson_t *index = g_ptr_array_index(indexes, next);
        g_autoptr(bson_t) listed = NULL;

        if (has_index(place, gw_bson_get_str(index, "name")))
            continue;
        listed = BCON_NEW("v", BCON_INT32(2));
        bson_copy_to_excluding_noinit(index, listed, "v", NULL);
        g_ptr_array_add(place->indexes, g_steal_pointer(&listed));
    }
    place->is_changed = true;
}

/* A new or empty collection of this dry run takes the index in the transaction. */
static bool
create_in_transaction(const GwTry *try, bson_t *out_reply, GError **error)
{
    g_autofree char *db = NULL;
    g_autoptr(bson_t) command =
        gw_overlay_rewrite(try->preview->overlay, try->write->db, try->write->command, &db, error);
    g_autoptr(bson_t) plain = bson_new();

    if (command == NULL)
        return false;
    bson_copy_to_excluding_noinit(command, plain, "commitQuorum", NULL);
    return gw_try_send(try, plain, out_reply, error);
}

static bool
create(const GwTry *try, GwPreviewOp *op, const GPtrArray *indexes, bson_t *out_reply,
       GError **error)
{
    bool is_empty = try->place->kind == GW_COLL_NONE ||
                    (try->place->is_new && !try->place->is_touched && !try->place->is_capped &&
                     try->place->kind == GW_COLL_PLAIN);

    if (!gw_trial_has_transactions(try->preview->trial)) {
        BCON_APPEND(out_reply, "numIndexesBefore", BCON_INT32(1), "numIndexesAfter",
                    BCON_INT32((int32_t)indexes->len + 1), "ok", BCON_DOUBLE(1));
        return check_documents(try, op, indexes, error);
    }
    if (is_empty) {
        op->is_simulated = false;
        return create_in_transaction(try, out_reply, error);
    }
    return ask_server(try, out_reply, error) && check_documents(try, op, indexes, error);
}

static void
name_indexes(GwPreviewOp *op, const GPtrArray *indexes)
{
    for (guint next = 0; next < indexes->len; next++) {
        const bson_t *index = g_ptr_array_index(indexes, next);
        bson_t keys = BSON_INITIALIZER;
        g_autoptr(GwBsonStr) json = NULL;

        if (gw_bson_get_doc(index, "key", &keys))
            json = bson_as_relaxed_extended_json(&keys, NULL);
        gw_preview_op_find(op, "%s%s on %s",
                           gw_bson_get_bool(index, "unique", false) ? "unique " : "",
                           gw_bson_get_str(index, "name"), json != NULL ? json : "?");
    }
}

bool
gw_try_create_indexes(const GwTry *try, bson_t *out_reply, GError **error)
{
    g_autoptr(GPtrArray) indexes = asked_for(try->write->command);
    GwPreviewOp *op = gw_try_simulated(try, "createIndexes");
    g_autoptr(GError) failure = NULL;

    if (try->place == NULL)
        return gw_try_throw(try, error, 2, "BadValue", "collection name has invalid type");
    name_indexes(op, indexes);
    if (!create(try, op, indexes, out_reply, &failure)) {
        gw_preview_op_fail(op, failure->message);
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    if (gw_bson_has(out_reply, "note"))
        gw_preview_op_find(op, "all of them are there already");
    if (try->place->kind == GW_COLL_NONE) {
        gw_overlay_make(try->preview->overlay, try->place, GW_COLL_PLAIN, NULL);
        try->place->owner = try->owner;
    }
    take_indexes(try, indexes);
    return true;
}

/* Whether `index` is what `wanted` (a name, or keys) names. */
static bool
is_named(const bson_t *index, const bson_iter_t *wanted)
{
    bson_t keys = BSON_INITIALIZER;
    bson_t view = BSON_INITIALIZER;
    const uint8_t *bytes = NULL;
    uint32_t length = 0;

    if (BSON_ITER_HOLDS_UTF8(wanted))
        return g_strcmp0(gw_bson_get_str(index, "name"), bson_iter_utf8(wanted, NULL)) == 0;
    if (!BSON_ITER_HOLDS_DOCUMENT(wanted) || !gw_bson_get_doc(index, "key", &keys))
        return false;
    bson_iter_document(wanted, &length, &bytes);
    return bson_init_static(&view, bytes, length) && bson_compare(&keys, &view) == 0;
}

static bool
throw_not_found(const GwTry *try, GwPreviewOp *op, const bson_iter_t *wanted, GError **error)
{
    gw_preview_op_fail(op, "there is no such index");
    if (BSON_ITER_HOLDS_UTF8(wanted))
        return gw_try_throw(try, error, 27, "IndexNotFound", "index not found with name [%s]",
                            bson_iter_utf8(wanted, NULL));
    return gw_try_throw(try, error, 27, "IndexNotFound", "can't find index with that key");
}

static bool
drop_one(const GwTry *try, GwPreviewOp *op, const bson_iter_t *wanted, GError **error)
{
    GPtrArray *indexes = try->place->indexes;

    for (guint next = 0; indexes != NULL && next < indexes->len; next++) {
        const bson_t *index = g_ptr_array_index(indexes, next);
        g_autofree char *name = g_strdup(gw_bson_get_str(index, "name"));

        if (!is_named(index, wanted))
            continue;
        if (g_strcmp0(name, "_id_") == 0) {
            gw_preview_op_fail(op, "cannot drop _id index");
            return gw_try_throw(try, error, 72, "InvalidOptions", "cannot drop _id index");
        }
        gw_preview_op_find(op, "drops %s", name);
        g_ptr_array_remove_index(indexes, next);
        try->place->is_changed = true;
        return true;
    }
    return throw_not_found(try, op, wanted, error);
}

static bool
drop_all(const GwTry *try, GwPreviewOp *op)
{
    GPtrArray *indexes = try->place->indexes;

    for (guint next = indexes != NULL ? indexes->len : 0; next > 0; next--) {
        const char *name = gw_bson_get_str(g_ptr_array_index(indexes, next - 1), "name");

        if (g_strcmp0(name, "_id_") == 0)
            continue;
        gw_preview_op_find(op, "drops %s", name);
        g_ptr_array_remove_index(indexes, next - 1);
    }
    try->place->is_changed = true;
    return true;
}

static bool
drop_wanted(const GwTry *try, GwPreviewOp *op, const bson_iter_t *wanted, GError **error)
{
    bson_iter_t each;

    if (BSON_ITER_HOLDS_UTF8(wanted) && g_str_equal(bson_iter_utf8(wanted, NULL), "*"))
        return drop_all(try, op);
    if (!BSON_ITER_HOLDS_ARRAY(wanted))
        return drop_one(try, op, wanted, error);
    for (bool more = bson_iter_recurse(wanted, &each); more && bson_iter_next(&each);) {
        if (!drop_one(try, op, &each, error))
            return false;
    }
    return true;
}

bool
gw_try_drop_indexes(const GwTry *try, bson_t *out_reply, GError **error)
{
    GwPreviewOp *op = gw_try_simulated(try, "dropIndexes");
    bson_iter_t wanted;
    guint before = 0;

    if (try->place == NULL || try->place->kind == GW_COLL_NONE) {
        gw_preview_op_fail(op, "there is no such collection");
        return gw_try_throw(try, error, 26, "NamespaceNotFound", "ns not found %s.%s",
                            try->facts->db, try->facts->coll);
    }
    before = try->place->indexes != NULL ? try->place->indexes->len : 0;
    if (bson_iter_init_find(&wanted, try->write->command, "index") &&
        !drop_wanted(try, op, &wanted, error))
        return false;
    BCON_APPEND(out_reply, "nIndexesWas", BCON_INT32((int32_t)before), "ok", BCON_DOUBLE(1));
    return true;
}

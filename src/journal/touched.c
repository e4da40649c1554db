/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/touched.h"

void
gw_touched_init(GwTouched *touched)
{
    *touched = (GwTouched){.fields = g_ptr_array_new_with_free_func(g_free), .is_constant = true};
}

void
gw_touched_clear(GwTouched *touched)
{
    g_clear_pointer(&touched->fields, g_ptr_array_unref);
}

static bool
has_positional(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, ".", -1);

    return g_strv_contains((const char *const *)parts, "$");
}

/* The field at the top of a path such as "a.b.$.c". */
static void
add_path(GwTouched *touched, const char *path)
{
    const char *dot = strchr(path, '.');
    g_autofree char *field = dot != NULL ? g_strndup(path, (gsize)(dot - path)) : g_strdup(path);

    touched->is_whole = touched->is_whole || *field == '\0' || g_str_equal(field, "_id");
    touched->is_positional = touched->is_positional || has_positional(path);
    touched->is_constant = touched->is_constant && dot == NULL;
    if (!g_ptr_array_find_with_equal_func(touched->fields, field, g_str_equal, NULL))
        g_ptr_array_add(touched->fields, g_steal_pointer(&field));
}

static bool
is_one_of(const char *name, const char *const *names)
{
    return g_strv_contains(names, name);
}

/* The server stores some values as something else than what was sent. */
static bool
is_stored_as_sent(const bson_iter_t *value)
{
    return bson_iter_type(value) != BSON_TYPE_TIMESTAMP;
}

static void
add_operator(GwTouched *touched, const char *name, bson_iter_t *arguments)
{
    static const char *const known[] = {"$set", "$unset",    "$inc",         "$mul",     "$min",
                                        "$max", "$push",     "$pushAll",     "$pop",     "$pull",
                                        "$bit", "$addToSet", "$currentDate", "$pullAll", NULL};
    bool is_set = g_str_equal(name, "$set");
    bool is_unset = g_str_equal(name, "$unset");

    if (g_str_equal(name, "$setOnInsert"))
        return;
    touched->is_whole = touched->is_whole || !is_one_of(name, known);
    touched->is_constant = touched->is_constant && (is_set || is_unset);
    while (bson_iter_next(arguments)) {
        const char *path = bson_iter_key(arguments);

        add_path(touched, path);
        touched->is_constant = touched->is_constant && (is_unset || is_stored_as_sent(arguments));
        /* A field that goes from the top takes its place among the others with it. */
        touched->is_whole = touched->is_whole || (is_unset && strchr(path, '.') == NULL);
    }
}

void
gw_touched_add(GwTouched *touched, const bson_iter_t *update)
{
    bson_iter_t operators;

    if (!BSON_ITER_HOLDS_DOCUMENT(update) || !bson_iter_recurse(update, &operators)) {
        touched->is_whole = true;
        touched->is_constant = false;
        return;
    }
    while (bson_iter_next(&operators)) {
        bson_iter_t arguments;
        const char *name = bson_iter_key(&operators);

        if (name[0] == '$' && BSON_ITER_HOLDS_DOCUMENT(&operators) &&
            bson_iter_recurse(&operators, &arguments)) {
            add_operator(touched, name, &arguments);
            continue;
        }
        touched->is_whole = true;
        touched->is_constant = false;
    }
}

const char **
gw_touched_names(const GwTouched *touched)
{
    const char **names = g_new0(const char *, touched->fields->len + 1);

    for (guint index = 0; index < touched->fields->len; index++)
        names[index] = g_ptr_array_index(touched->fields, index);
    return names;
}

bson_t *
gw_touched_projection(const GwTouched *touched)
{
    bson_t *projection = NULL;

    if (touched->is_whole)
        return NULL;
    projection = BCON_NEW("_id", BCON_INT32(1));
    for (guint index = 0; index < touched->fields->len; index++)
        bson_append_int32(projection, g_ptr_array_index(touched->fields, index), -1, 1);
    return projection;
}

/* Whether the path of an index goes through a field that is touched; wildcard and text indexes go
 * through all of them. */
static bool
is_path_touched(const GwTouched *touched, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, ".", 2);

    return strstr(path, "$**") != NULL || g_str_equal(path, "_fts") ||
           g_ptr_array_find_with_equal_func(touched->fields, parts[0], g_str_equal, NULL);
}

/* Whether such a change can move a document along the index `spec`. */
static bool
moves_along(const GwTouched *touched, const bson_t *spec)
{
    bson_iter_t top;
    bson_iter_t keys;

    if (touched->is_whole || bson_has_field(spec, "partialFilterExpression"))
        return true;
    if (!bson_iter_init_find(&top, spec, "key") || !bson_iter_recurse(&top, &keys))
        return true;
    while (bson_iter_next(&keys)) {
        if (is_path_touched(touched, bson_iter_key(&keys)))
            return true;
    }
    return false;
}

bool
gw_touched_moves_along_any(const GwTouched *touched, const GPtrArray *indexes, bool is_unique)
{
    for (guint index = 0; indexes != NULL && index < indexes->len; index++) {
        const bson_t *spec = g_ptr_array_index(indexes, index);

        if (g_strcmp0(gw_bson_get_str(spec, "name"), "_id_") != 0 &&
            (!is_unique || gw_bson_get_bool(spec, "unique", false)) && moves_along(touched, spec))
            return true;
    }
    return false;
}

/* The operator's argument for `field`. */
static bool
find_argument(const bson_iter_t *update, const char *name, const char *field,
              bson_iter_t *out_value)
{
    bson_iter_t operators;

    return bson_iter_recurse(update, &operators) && bson_iter_find(&operators, name) &&
           bson_iter_recurse(&operators, out_value) && bson_iter_find(out_value, field);
}

static void
append_new(const bson_iter_t *update, const bson_t *pre, bson_t *post)
{
    bson_iter_t operators;
    bson_iter_t value;

    if (!bson_iter_recurse(update, &operators) || !bson_iter_find(&operators, "$set") ||
        !bson_iter_recurse(&operators, &value))
        return;
    while (bson_iter_next(&value)) {
        if (!gw_bson_has_field(pre, bson_iter_key(&value)))
            bson_append_iter(post, NULL, 0, &value);
    }
}

bson_t *
gw_touched_apply(const bson_iter_t *update, const bson_t *pre)
{
    bson_t *post = bson_sized_new(pre->len);
    bson_iter_t iter;

    if (bson_iter_init(&iter, pre)) {
        while (bson_iter_next(&iter)) {
            const char *field = bson_iter_key(&iter);
            bson_iter_t value;

            if (find_argument(update, "$unset", field, &value))
                continue;
            if (find_argument(update, "$set", field, &value))
                bson_append_iter(post, NULL, 0, &value);
            else
                bson_append_iter(post, NULL, 0, &iter);
        }
    }
    append_new(update, pre, post);
    return post;
}

static bool
is_set_as_it_stands(const bson_iter_t *field)
{
    const char *name = bson_iter_key(field);

    return gw_bson_is_plain_name(name) && !g_str_equal(name, "_id") && is_stored_as_sent(field);
}

bool
gw_touched_only_sets(const bson_t *operation, bson_t *out_fields)
{
    bson_iter_t update;
    bson_iter_t operators;
    bson_iter_t fields;

    if (!bson_iter_init_find(&update, operation, "u") || !BSON_ITER_HOLDS_DOCUMENT(&update) ||
        !bson_iter_recurse(&update, &operators) || !bson_iter_next(&operators) ||
        !g_str_equal(bson_iter_key(&operators), "$set") || !BSON_ITER_HOLDS_DOCUMENT(&operators) ||
        !gw_bson_view(&operators, out_fields) || bson_iter_next(&operators) ||
        !bson_iter_init(&fields, out_fields))
        return false;
    while (bson_iter_next(&fields)) {
        if (!is_set_as_it_stands(&fields))
            return false;
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/layout.h"

/* The server looks an _id up by going through the list: 20 to 200 were the fastest. */
#define GROUP_MAX 64
#define GROUP_BYTES_MAX (1024 * 1024)
/* A pipeline is no longer cheaper than the document. */
#define FIELDS_MAX 100

static void
reset(GwLayout *layout)
{
    bson_reinit(&layout->ids);
    bson_reinit(&layout->values);
    bson_reinit(&layout->first);
    layout->size = 0;
    layout->is_same = true;
}

void
gw_layout_init(GwLayout *layout, GByteArray *updates, gsize *count)
{
    *layout = (GwLayout){.updates = updates,
                         .count = count,
                         .names = g_ptr_array_new_with_free_func(g_free),
                         .kept = g_byte_array_new(),
                         .is_same = true};
    bson_init(&layout->ids);
    bson_init(&layout->values);
    bson_init(&layout->first);
}

void
gw_layout_clear(GwLayout *layout)
{
    g_clear_pointer(&layout->names, g_ptr_array_unref);
    g_clear_pointer(&layout->kept, g_byte_array_unref);
    bson_destroy(&layout->ids);
    bson_destroy(&layout->values);
    bson_destroy(&layout->first);
}

/* The values are looked for by _id: {$arrayElemAt: [values, {$indexOfArray: [ids, "$_id"]}]}. */
static bson_t *
lookup_of(const GwLayout *layout)
{
    bson_t first = BSON_INITIALIZER;

    if (layout->is_same && gw_bson_get_doc(&layout->values, "0", &first))
        return BCON_NEW("$literal", BCON_DOCUMENT(&first));
    return BCON_NEW("$arrayElemAt", "[", "{", "$literal", BCON_ARRAY(&layout->values), "}", "{",
                    "$indexOfArray", "[", "{", "$literal", BCON_ARRAY(&layout->ids), "}",
                    BCON_UTF8("$_id"), "]", "}", "]");
}

/* {name: "$name", changed: "$$put.changed", ..}. Owned. */
static bson_t *
fields_of(const GwLayout *layout)
{
    bson_t *fields = bson_new();

    for (guint index = 0; index < layout->names->len; index++) {
        const char *name = g_ptr_array_index(layout->names, index);
        g_autofree char *path = g_strconcat(layout->kept->data[index] ? "$" : "$$put.", name, NULL);

        BSON_APPEND_UTF8(fields, name, path);
    }
    return fields;
}

static void
append_statement(const GwLayout *layout, bson_t *statement)
{
    g_autoptr(bson_t) lookup = NULL;
    g_autoptr(bson_t) fields = NULL;
    bson_iter_t id;

    if (layout->size == 1 && bson_iter_init_find(&id, &layout->ids, "0")) {
        BCON_APPEND(statement, "q", "{", "_id", BCON_ITER(&id), "}", "u",
                    BCON_DOCUMENT(&layout->first));
        return;
    }
    lookup = lookup_of(layout);
    fields = fields_of(layout);
    BCON_APPEND(statement, "q", "{", "_id", "{", "$in", BCON_ARRAY(&layout->ids), "}", "}", "u",
                "[", "{", "$replaceWith", "{", "$let", "{", "vars", "{", "put",
                BCON_DOCUMENT(lookup), "}", "in", BCON_DOCUMENT(fields), "}", "}", "}", "]",
                "multi", BCON_BOOL(true));
}

void
gw_layout_end(GwLayout *layout)
{
    g_auto(bson_t) statement = BSON_INITIALIZER;

    if (layout->size == 0)
        return;
    append_statement(layout, &statement);
    g_byte_array_append(layout->updates, bson_get_data(&statement), statement.len);
    *layout->count += 1;
    reset(layout);
}

static bool
has_twice(const GPtrArray *names)
{
    g_autoptr(GHashTable) met = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint index = 0; index < names->len; index++) {
        if (!g_hash_table_add(met, g_ptr_array_index(names, index)))
            return true;
    }
    return false;
}

static bool
is_kept(GwBsonCursor *current, const bson_iter_t *field)
{
    bson_iter_t now;

    return gw_bson_cursor_seek(current, bson_iter_key(field), &now) &&
           gw_bson_is_same_value(&now, field);
}

/* Whether the fields of `restored` are those of the group, and stay or change as they do there. */
static bool
fits(const GwLayout *layout, const bson_t *current, const bson_t *restored)
{
    GwBsonCursor now = {0};
    guint index = 0;
    bson_iter_t field;

    gw_bson_cursor_init(&now, current);
    if (layout->size == 0 || layout->size == GROUP_MAX || !bson_iter_init(&field, restored))
        return false;
    for (; bson_iter_next(&field); index++) {
        if (index == layout->names->len ||
            !g_str_equal(bson_iter_key(&field), g_ptr_array_index(layout->names, index)) ||
            is_kept(&now, &field) != (bool)layout->kept->data[index])
            return false;
    }
    return index == layout->names->len;
}

/* Begin a group of documents like this one. */
static bool
begin(GwLayout *layout, const bson_t *current, const bson_t *restored)
{
    GwBsonCursor now = {0};
    bson_iter_t field;

    gw_bson_cursor_init(&now, current);
    g_ptr_array_set_size(layout->names, 0);
    g_byte_array_set_size(layout->kept, 0);
    if (!bson_iter_init(&field, restored))
        return false;
    while (bson_iter_next(&field)) {
        const guint8 stays = is_kept(&now, &field);

        if (!gw_bson_is_plain_name(bson_iter_key(&field)) || layout->names->len == FIELDS_MAX)
            return false;
        g_ptr_array_add(layout->names, g_strdup(bson_iter_key(&field)));
        g_byte_array_append(layout->kept, &stays, 1);
    }
    bson_reinit(&layout->first);
    bson_concat(&layout->first, restored);
    return !has_twice(layout->names);
}

/* The fields of `restored` that change. */
static void
copy_changed(const GwLayout *layout, const bson_t *restored, bson_t *out)
{
    guint index = 0;
    bson_iter_t field;

    if (!bson_iter_init(&field, restored))
        return;
    for (; bson_iter_next(&field); index++) {
        if (!layout->kept->data[index])
            bson_append_iter(out, NULL, 0, &field);
    }
}

bool
gw_layout_add(GwLayout *layout, const bson_iter_t *id, const bson_t *current,
              const bson_t *restored)
{
    g_auto(bson_t) changed = BSON_INITIALIZER;
    bson_t first = BSON_INITIALIZER;
    if (!fits(layout, current, restored)) {
        gw_layout_end(layout);
        if (!begin(layout, current, restored))
            return false;
    }
    copy_changed(layout, restored, &changed);
    gw_bson_append_doc_at(&layout->values, layout->size, &changed);
    gw_bson_append_at(&layout->ids, layout->size++, id);
    layout->is_same = layout->is_same && gw_bson_get_doc(&layout->values, "0", &first) &&
                      bson_equal(&first, &changed);
    if (layout->values.len > GROUP_BYTES_MAX)
        gw_layout_end(layout);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/operations.h"

#include "mongo/write_facts.h"

#define BLOCK_VIEWS 256

/* As the server stores it: with an _id, which comes first. NULL = it is so. */
static bson_t *
with_id_first(const bson_t *doc)
{
    bson_t *stored = NULL;
    bson_iter_t iter;
    bson_oid_t oid;

    if (bson_iter_init(&iter, doc) && bson_iter_next(&iter) &&
        strcmp(bson_iter_key(&iter), "_id") == 0)
        return NULL;
    stored = bson_sized_new(doc->len + 32);
    if (bson_iter_init_find(&iter, doc, "_id")) {
        bson_append_iter(stored, NULL, 0, &iter);
    } else {
        bson_oid_init(&oid, NULL);
        BSON_APPEND_OID(stored, "_id", &oid);
    }
    bson_copy_to_excluding_noinit(doc, stored, "_id", NULL);
    return stored;
}

/* They are many and small: one at a time, they would cost more than what they show. */
static bson_t *
new_view(GwOperations *operations, const bson_t *operation)
{
    bson_t *block = NULL;
    bson_t *view = NULL;

    if (operations->room == 0) {
        g_ptr_array_add(operations->blocks,
                        g_aligned_alloc(BLOCK_VIEWS, sizeof(bson_t), _Alignof(bson_t)));
        operations->room = BLOCK_VIEWS;
    }
    block = g_ptr_array_index(operations->blocks, operations->blocks->len - 1);
    view = &block[BLOCK_VIEWS - operations->room--];
    g_assert(bson_init_static(view, bson_get_data(operation), operation->len));
    return view;
}

static bool
collect(const bson_t *operation, gpointer data)
{
    GwOperations *operations = data;

    g_ptr_array_add(operations->list, new_view(operations, operation));
    return true;
}

static bool
collect_document(const bson_t *document, gpointer data)
{
    GwOperations *operations = data;
    bson_t *stored = with_id_first(document);

    g_ptr_array_add(operations->list, stored != NULL ? stored : new_view(operations, document));
    return true;
}

void
gw_operations_init(GwOperations *operations, const GwWrite *write)
{
    /* To destroy a view does nothing. */
    operations->list = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    operations->blocks = g_ptr_array_new_with_free_func(g_aligned_free);
    operations->room = 0;
    if (write->kind != GW_WRITE_FIND_AND_MODIFY)
        gw_write_each(write, write->kind == GW_WRITE_INSERT ? collect_document : collect,
                      operations);
}

void
gw_operations_clear(GwOperations *operations)
{
    g_clear_pointer(&operations->list, g_ptr_array_unref);
    g_clear_pointer(&operations->blocks, g_ptr_array_unref);
}

/* Where the bytes of some operations end if they lie one behind the other, else NULL. */
static const guint8 *
end_of(const GPtrArray *list, guint first, guint count)
{
    const guint8 *end = bson_get_data(g_ptr_array_index(list, first));

    for (guint index = first; index < first + count; index++) {
        const bson_t *operation = g_ptr_array_index(list, index);

        if (bson_get_data(operation) != end)
            return NULL;
        end += operation->len;
    }
    return end;
}

const guint8 *
gw_operations_bytes(const GPtrArray *list, guint first, guint count, GByteArray *room,
                    gsize *out_bytes)
{
    const guint8 *end = end_of(list, first, count);
    const guint8 *begin = bson_get_data(g_ptr_array_index(list, first));

    if (end != NULL) {
        *out_bytes = (gsize)(end - begin);
        return begin;
    }
    for (guint index = first; index < first + count; index++) {
        const bson_t *operation = g_ptr_array_index(list, index);

        g_byte_array_append(room, bson_get_data(operation), operation->len);
    }
    *out_bytes = room->len;
    return room->data;
}

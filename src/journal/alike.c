/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/alike.h"

#include <string.h>

/* The bytes behind _id; NULL = it is not the first field. */
static const guint8 *
rest_of(const bson_t *doc, gsize *out_bytes)
{
    bson_iter_t iter;

    if (!bson_iter_init(&iter, doc) || !bson_iter_next(&iter) ||
        !g_str_equal(bson_iter_key(&iter), "_id"))
        return NULL;
    *out_bytes = doc->len - iter.next_off;
    return bson_get_data(doc) + iter.next_off;
}

void
gw_alike_clear(GwAlike *alike)
{
    g_clear_pointer(&alike->rest, g_byte_array_unref);
    g_clear_pointer(&alike->record, bson_destroy);
}

bool
gw_alike_is(const GwAlike *alike, const bson_t *doc)
{
    gsize length = 0;
    const guint8 *rest = alike->rest != NULL ? rest_of(doc, &length) : NULL;

    return rest != NULL && length == alike->rest->len &&
           memcmp(rest, alike->rest->data, length) == 0;
}

/* All fields but the first. Owned. */
static bson_t *
without_first(const bson_t *record)
{
    bson_t *copy = bson_sized_new(record->len);
    bson_iter_t iter;

    if (bson_iter_init(&iter, record) && bson_iter_next(&iter)) {
        while (bson_iter_next(&iter))
            bson_append_iter(copy, NULL, 0, &iter);
    }
    return copy;
}

void
gw_alike_keep(GwAlike *alike, const bson_t *doc, const bson_t *record)
{
    gsize length = 0;
    const guint8 *rest = rest_of(doc, &length);

    gw_alike_clear(alike);
    if (rest == NULL)
        return;
    alike->rest = g_byte_array_sized_new((guint)length);
    g_byte_array_append(alike->rest, rest, (guint)length);
    alike->record = record != NULL ? without_first(record) : NULL;
}

void
gw_alike_append(const GwAlike *alike, bson_t *record)
{
    bson_concat(record, alike->record);
}

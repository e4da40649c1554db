/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/putback.h"

/* More are no longer cheaper than the whole document. */
#define FIELDS_MAX 100

/* What is larger could make a document larger than it may be, which only all of it tells. With less
 * there is the server's word. */
#define FIELDS_BYTES_MAX (16 * 1024)

/* The server would put another value in the place of an empty timestamp. */
static bool
are_fields_plain(const bson_t *fields)
{
    bson_iter_t iter;

    if (!bson_iter_init(&iter, fields))
        return false;
    while (bson_iter_next(&iter)) {
        if (!gw_bson_is_plain_name(bson_iter_key(&iter)) || BSON_ITER_HOLDS_TIMESTAMP(&iter))
            return false;
    }
    return true;
}

static bool
are_added_plain(const GwDocRecord *record)
{
    bson_iter_t names;

    if (!gw_record_begin_added(record, &names))
        return true;
    while (bson_iter_next(&names)) {
        if (!gw_bson_is_plain_name(bson_iter_utf8(&names, NULL)))
            return false;
    }
    return true;
}

bool
gw_putback_can(const GwDocRecord *record)
{
    return record->kind == GW_RECORD_UPDATED && !record->is_whole && !record->has_order &&
           record->pre.len <= FIELDS_BYTES_MAX && are_fields_plain(&record->pre) &&
           are_added_plain(record);
}

void
gw_putback_append(const GwDocRecord *record, bson_t *update)
{
    bson_t unset = BSON_INITIALIZER;
    bson_iter_t names;

    if (!bson_empty(&record->pre))
        BSON_APPEND_DOCUMENT(update, "$set", &record->pre);
    if (!gw_record_begin_added(record, &names))
        return;
    bson_append_document_begin(update, "$unset", -1, &unset);
    while (bson_iter_next(&names))
        BSON_APPEND_BOOL(&unset, bson_iter_utf8(&names, NULL), true);
    bson_append_document_end(update, &unset);
}

static void
collect_names(const GwDocRecord *record, GHashTable *names)
{
    bson_iter_t iter;

    if (bson_iter_init(&iter, &record->pre)) {
        while (bson_iter_next(&iter))
            g_hash_table_add(names, (gpointer)bson_iter_key(&iter));
    }
    if (gw_record_begin_added(record, &iter)) {
        while (bson_iter_next(&iter))
            g_hash_table_add(names, (gpointer)bson_iter_utf8(&iter, NULL));
    }
}

bson_t *
gw_putback_projection(const GPtrArray *records)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    bson_t *projection = NULL;
    GHashTableIter iter;
    gpointer name = NULL;

    for (guint index = 0; index < records->len; index++) {
        GwDocRecord record = {0};

        if (!gw_record_view(g_ptr_array_index(records, index), &record) || !gw_putback_can(&record))
            return NULL;
        collect_names(&record, names);
        if (g_hash_table_size(names) > FIELDS_MAX)
            return NULL;
    }
    projection = BCON_NEW("_id", BCON_INT32(1));
    g_hash_table_iter_init(&iter, names);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        BSON_APPEND_INT32(projection, name, 1);
    return projection;
}

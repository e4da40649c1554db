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

static bool
is_added(const GwDocRecord *record, const char *name)
{
    bson_iter_t names;

    if (!gw_record_begin_added(record, &names))
        return false;
    while (bson_iter_next(&names)) {
        if (g_str_equal(bson_iter_utf8(&names, NULL), name))
            return true;
    }
    return false;
}

/* Whether the value of the record's field `to` is in `current` as `from`. */
static bool
is_renamed(const GwDocRecord *record, const bson_t *current, const char *from, const char *to)
{
    bson_iter_t value;
    bson_iter_t now;

    return bson_iter_init_find(&value, &record->pre, to) &&
           bson_iter_init_find(&now, current, from) && gw_bson_is_same_value(&now, &value);
}

/* The names {from: to} of `like` once more, where each of them fits. */
static bool
append_same_names(const GwDocRecord *record, const bson_t *current, const bson_t *like,
                  bson_t *names)
{
    bson_t known = BSON_INITIALIZER;
    bson_iter_t pair;

    if (like == NULL || !gw_bson_get_doc(like, "$rename", &known) ||
        bson_count_keys(&known) != bson_count_keys(&record->pre) || !bson_iter_init(&pair, &known))
        return false;
    while (bson_iter_next(&pair)) {
        const char *from = bson_iter_key(&pair);

        if (!is_added(record, from) ||
            !is_renamed(record, current, from, bson_iter_utf8(&pair, NULL)))
            return false;
    }
    return bson_concat(names, &known);
}

/* A name for each field that goes back: the first one that has its value. */
static bool
append_first_names(const GwDocRecord *record, const bson_t *current, bson_t *names)
{
    bson_iter_t value;

    if (!bson_iter_init(&value, &record->pre))
        return false;
    while (bson_iter_next(&value)) {
        const char *to = bson_iter_key(&value);
        bool is_found = false;
        bson_iter_t added;

        if (!gw_record_begin_added(record, &added))
            return false;
        while (!is_found && bson_iter_next(&added)) {
            const char *from = bson_iter_utf8(&added, NULL);

            is_found = !gw_bson_has_field(names, from) && is_renamed(record, current, from, to);
            if (is_found)
                BSON_APPEND_UTF8(names, from, to);
        }
        if (!is_found)
            return false;
    }
    return true;
}

static guint
count_added(const GwDocRecord *record)
{
    guint count = 0;
    bson_iter_t names;

    if (!gw_record_begin_added(record, &names))
        return 0;
    while (bson_iter_next(&names))
        count++;
    return count;
}

/* A name that is taken would keep its place, which is another one than that of a new field. */
static bool
has_any(const bson_t *current, const bson_t *fields)
{
    bson_iter_t iter;

    if (!bson_iter_init(&iter, fields))
        return true;
    while (bson_iter_next(&iter)) {
        if (gw_bson_has_field(current, bson_iter_key(&iter)))
            return true;
    }
    return false;
}

static bool
append_names(const GwDocRecord *record, const bson_t *current, const bson_t *like, bson_t *names)
{
    if (bson_empty(&record->pre) || bson_count_keys(&record->pre) != count_added(record) ||
        has_any(current, &record->pre))
        return false;
    return append_same_names(record, current, like, names) ||
           append_first_names(record, current, names);
}

void
gw_putback_append(const GwDocRecord *record, const bson_t *current, const bson_t *like,
                  bson_t *update)
{
    g_auto(bson_t) renames = BSON_INITIALIZER;
    bson_t unset = BSON_INITIALIZER;
    bson_iter_t names;

    if (append_names(record, current, like, &renames)) {
        BSON_APPEND_DOCUMENT(update, "$rename", &renames);
        return;
    }
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

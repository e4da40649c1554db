/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/docset.h"

struct GwDocSet {
    GPtrArray *docs;   /* owned: bson_t */
    GHashTable *by_id; /* owned: GBytes -> bson_t borrowed from docs; made when it is asked for */
    guint by_id_count; /* documents that are in it */
    gsize bytes;
};

GwDocSet *
gw_doc_set_new(void)
{
    GwDocSet *set = g_new0(GwDocSet, 1);

    set->docs = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    return set;
}

void
gw_doc_set_free(GwDocSet *set)
{
    if (set == NULL)
        return;
    g_clear_pointer(&set->by_id, g_hash_table_unref);
    g_ptr_array_unref(set->docs);
    g_free(set);
}

guint
gw_doc_set_count(const GwDocSet *set)
{
    return set->docs->len;
}

gsize
gw_doc_set_bytes(const GwDocSet *set)
{
    return set->bytes;
}

const bson_t *
gw_doc_set_at(const GwDocSet *set, guint index)
{
    return g_ptr_array_index(set->docs, index);
}

/* A document of this one value, so that its type counts as well. */
static GBytes *
key_of(const bson_iter_t *id)
{
    g_auto(bson_t) doc = BSON_INITIALIZER;

    bson_append_iter(&doc, "", 0, id);
    return g_bytes_new(bson_get_data(&doc), doc.len);
}

/* Put those into the table that came since. */
static void
sort_in(GwDocSet *set)
{
    if (set->by_id == NULL)
        set->by_id =
            g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    for (; set->by_id_count < set->docs->len; set->by_id_count++) {
        bson_t *doc = g_ptr_array_index(set->docs, set->by_id_count);
        bson_iter_t id;

        if (bson_iter_init_find(&id, doc, "_id"))
            g_hash_table_replace(set->by_id, key_of(&id), doc);
    }
}

const bson_t *
gw_doc_set_find(GwDocSet *set, const bson_iter_t *id)
{
    g_autoptr(GBytes) key = key_of(id);

    sort_in(set);
    return g_hash_table_lookup(set->by_id, key);
}

void
gw_doc_set_add(GwDocSet *set, const bson_t *doc)
{
    bson_t *copy = bson_copy(doc);

    g_ptr_array_add(set->docs, copy);
    set->bytes += copy->len;
}

bool
gw_doc_set_read(GwDocSet *set, GwConn *conn, const char *db, const bson_t *command,
                GwSession *session, gsize bytes_max, GError **error)
{
    g_autoptr(GwReader) reader = gw_reader_new(conn, db, command, session);
    const bson_t *doc = NULL;

    do {
        if (!gw_reader_next(reader, &doc, error))
            return false;
        if (doc != NULL)
            gw_doc_set_add(set, doc);
    } while (doc != NULL && (bytes_max == 0 || set->bytes <= bytes_max));
    return true;
}

void
gw_doc_set_list_ids(const GwDocSet *set, bson_t *list)
{
    for (guint index = 0; index < set->docs->len; index++) {
        bson_iter_t id;

        if (bson_iter_init_find(&id, g_ptr_array_index(set->docs, index), "_id"))
            gw_bson_append_at(list, index, &id);
    }
}

void
gw_doc_set_append_ids(const GwDocSet *set, bson_t *filter)
{
    bson_t in = BSON_INITIALIZER;
    bson_t array = BSON_INITIALIZER;

    bson_append_document_begin(filter, "_id", -1, &in);
    bson_append_array_begin(&in, "$in", -1, &array);
    gw_doc_set_list_ids(set, &array);
    bson_append_array_end(&in, &array);
    bson_append_document_end(filter, &in);
}

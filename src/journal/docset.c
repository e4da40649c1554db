/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/docset.h"

#include "journal/idset.h"

/* Documents lie one behind the other in blocks: one at a time, they cost more to free than to read.
 */
#define BLOCK_BYTES (64 * 1024)
#define ALIGNMENT 128 /* that of bson_t */

struct GwDocSet {
    GPtrArray *blocks; /* owned: memory */
    guint8 *free;      /* borrowed: what is left of the last block */
    gsize free_bytes;
    GPtrArray *docs;   /* owned array of bson_t, which lie in the blocks */
    GHashTable *by_id; /* owned: GBytes -> index; made when it is asked for */
    guint by_id_count; /* documents that are in it */
    guint last;        /* the document that was found last */
    gsize bytes;
};

GwDocSet *
gw_doc_set_new(void)
{
    GwDocSet *set = g_new0(GwDocSet, 1);

    set->blocks = g_ptr_array_new_with_free_func(g_aligned_free);
    set->docs = g_ptr_array_new();
    return set;
}

void
gw_doc_set_free(GwDocSet *set)
{
    if (set == NULL)
        return;
    g_clear_pointer(&set->by_id, g_hash_table_unref);
    g_ptr_array_unref(set->docs);
    g_ptr_array_unref(set->blocks);
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

/* Put those into the table that came since. */
static void
sort_in(GwDocSet *set)
{
    if (set->by_id == NULL)
        set->by_id =
            g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    for (; set->by_id_count < set->docs->len; set->by_id_count++) {
        bson_iter_t id;

        if (bson_iter_init_find(&id, gw_doc_set_at(set, set->by_id_count), "_id"))
            g_hash_table_replace(set->by_id, gw_id_key(&id), GUINT_TO_POINTER(set->by_id_count));
    }
}

static bool
has_id(const bson_t *doc, const bson_iter_t *id)
{
    bson_iter_t own;

    return bson_iter_init_find(&own, doc, "_id") && gw_bson_is_same_value(&own, id);
}

/* Mostly they are asked for in the order in which they are here, from either end. */
static bool
find_near(GwDocSet *set, const bson_iter_t *id)
{
    const guint count = set->docs->len;
    const guint near[] = {set->last + 1, set->last > 0 ? set->last - 1 : count - 1, set->last};

    for (guint index = 0; count > 0 && index < G_N_ELEMENTS(near); index++) {
        if (near[index] < count && has_id(gw_doc_set_at(set, near[index]), id)) {
            set->last = near[index];
            return true;
        }
    }
    return false;
}

bool
gw_doc_set_find_index(GwDocSet *set, const bson_iter_t *id, guint *out_index)
{
    g_autoptr(GBytes) key = NULL;
    gpointer found = NULL;

    if (!find_near(set, id)) {
        sort_in(set);
        key = gw_id_key(id);
        if (!g_hash_table_lookup_extended(set->by_id, key, NULL, &found))
            return false;
        set->last = GPOINTER_TO_UINT(found);
    }
    *out_index = set->last;
    return true;
}

const bson_t *
gw_doc_set_find(GwDocSet *set, const bson_iter_t *id)
{
    guint index = 0;

    return gw_doc_set_find_index(set, id, &index) ? gw_doc_set_at(set, index) : NULL;
}

/* Memory that lasts as long as the set. */
static guint8 *
take_bytes(GwDocSet *set, gsize bytes)
{
    guint8 *taken = NULL;

    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (bytes > set->free_bytes) {
        set->free_bytes = MAX(bytes, BLOCK_BYTES);
        set->free = g_aligned_alloc(1, set->free_bytes, ALIGNMENT);
        g_ptr_array_add(set->blocks, set->free);
    }
    taken = set->free;
    set->free += bytes;
    set->free_bytes -= bytes;
    return taken;
}

void
gw_doc_set_add(GwDocSet *set, const bson_t *doc)
{
    guint8 *place = take_bytes(set, sizeof(bson_t) + doc->len);
    guint8 *data = place + sizeof(bson_t);

    memcpy(data, bson_get_data(doc), doc->len);
    g_assert(bson_init_static((bson_t *)(gpointer)place, data, doc->len));
    g_ptr_array_add(set->docs, place);
    set->bytes += doc->len;
}

bool
gw_doc_set_read(GwDocSet *set, GwConn *conn, const char *db, const bson_t *command,
                GwSession *session, gsize bytes_max, GError **error)
{
    g_autoptr(bson_t) find = bson_copy(command);
    g_autoptr(GwReader) reader = NULL;
    const bson_t *doc = NULL;

    /* All in one reply, as far as that has room. */
    BSON_APPEND_INT32(find, "batchSize", INT32_MAX);
    reader = gw_reader_new(conn, db, find, session);
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

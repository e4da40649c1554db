/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/idset.h"

GwIdSet *
gw_id_set_new(void)
{
    return g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
}

/* Numbers by their value, whatever their type: 1, 1.0 and NumberLong(1) are one _id. */
static void
append_key(const bson_iter_t *id, bson_t *out_key)
{
    if (BSON_ITER_HOLDS_INT32(id) || BSON_ITER_HOLDS_INT64(id))
        BSON_APPEND_DOUBLE(out_key, "", (double)bson_iter_as_int64(id));
    else
        bson_append_iter(out_key, "", 0, id);
}

bool
gw_id_set_add_path(GwIdSet *set, const bson_t *doc, const char *path)
{
    g_auto(bson_t) key = BSON_INITIALIZER;
    bson_iter_t top;
    bson_iter_t id;

    if (!bson_iter_init(&top, doc) || !bson_iter_find_descendant(&top, path, &id))
        return false;
    append_key(&id, &key);
    return g_hash_table_add(set, g_bytes_new(bson_get_data(&key), key.len));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/idset.h"

GwIdSet *
gw_id_set_new(void)
{
    return g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
}

/* Whether a double is a whole number that an int64 holds. */
static bool
is_whole(double number)
{
    return number >= -0x1p63 && number < 0x1p63 && number == (double)(gint64)number;
}

/* Whether a decimal is written as a whole number that an int64 holds. */
static bool
read_whole(const bson_iter_t *id, gint64 *out_number)
{
    char text[BSON_DECIMAL128_STRING];
    bson_decimal128_t decimal;

    bson_iter_decimal128(id, &decimal);
    bson_decimal128_to_string(&decimal, text);
    return g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, out_number, NULL);
}

/* Numbers by their value, whatever their type: 1, 1.0 and NumberLong(1) are one _id. */
GBytes *
gw_id_key(const bson_iter_t *id)
{
    g_auto(bson_t) key = BSON_INITIALIZER;
    gint64 number = 0;

    if (BSON_ITER_HOLDS_INT32(id) || BSON_ITER_HOLDS_INT64(id))
        BSON_APPEND_INT64(&key, "", bson_iter_as_int64(id));
    else if (BSON_ITER_HOLDS_DOUBLE(id) && is_whole(bson_iter_double(id)))
        BSON_APPEND_INT64(&key, "", (gint64)bson_iter_double(id));
    else if (BSON_ITER_HOLDS_DECIMAL128(id) && read_whole(id, &number))
        BSON_APPEND_INT64(&key, "", number);
    else
        bson_append_iter(&key, "", 0, id);
    return g_bytes_new(bson_get_data(&key), key.len);
}

bool
gw_id_set_add_path(GwIdSet *set, const bson_t *doc, const char *path)
{
    bson_iter_t top;
    bson_iter_t id;

    if (!bson_iter_init(&top, doc) || !bson_iter_find_descendant(&top, path, &id))
        return false;
    return g_hash_table_add(set, gw_id_key(&id));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bson.h"

/* Of the key of an array: ten digits and the end. */
#define KEY_SIZE 11

static bool
find(const bson_t *doc, const char *path, bson_iter_t *out_iter)
{
    bson_iter_t iter;

    return bson_iter_init(&iter, doc) && bson_iter_find_descendant(&iter, path, out_iter);
}

const char *
gw_bson_get_str(const bson_t *doc, const char *path)
{
    bson_iter_t iter;

    if (!find(doc, path, &iter) || !BSON_ITER_HOLDS_UTF8(&iter))
        return NULL;
    return bson_iter_utf8(&iter, NULL);
}

gint64
gw_bson_get_int(const bson_t *doc, const char *path, gint64 missing)
{
    bson_iter_t iter;

    if (!find(doc, path, &iter) || !BSON_ITER_HOLDS_NUMBER(&iter))
        return missing;
    return bson_iter_as_int64(&iter);
}

bool
gw_bson_get_bool(const bson_t *doc, const char *path, bool missing)
{
    bson_iter_t iter;

    return find(doc, path, &iter) ? bson_iter_as_bool(&iter) : missing;
}

gint64
gw_bson_get_date_ms(const bson_t *doc, const char *path, gint64 missing)
{
    bson_iter_t iter;

    if (!find(doc, path, &iter) || !BSON_ITER_HOLDS_DATE_TIME(&iter))
        return missing;
    return bson_iter_date_time(&iter);
}

bool
gw_bson_view(const bson_iter_t *value, bson_t *out_view)
{
    const uint8_t *bytes = NULL;
    uint32_t length = 0;

    if (BSON_ITER_HOLDS_DOCUMENT(value))
        bson_iter_document(value, &length, &bytes);
    else if (BSON_ITER_HOLDS_ARRAY(value))
        bson_iter_array(value, &length, &bytes);
    else
        return false;
    return bson_init_static(out_view, bytes, length);
}

bool
gw_bson_get_doc(const bson_t *doc, const char *path, bson_t *out_view)
{
    bson_iter_t iter;

    return find(doc, path, &iter) && gw_bson_view(&iter, out_view);
}

bool
gw_bson_has(const bson_t *doc, const char *path)
{
    bson_iter_t iter;

    return find(doc, path, &iter);
}

bool
gw_bson_has_field(const bson_t *doc, const char *name)
{
    bson_iter_t iter;

    return bson_iter_init_find(&iter, doc, name);
}

/* bson_uint32_to_string prints from 1,000 on, which is far slower, and commands have 100,000. */
static const char *
key_of(guint32 index, char digits[KEY_SIZE])
{
    char *key = digits + KEY_SIZE - 1;

    *key = '\0';
    do
        *--key = (char)('0' + index % 10);
    while ((index /= 10) > 0);
    return key;
}

void
gw_bson_append_at(bson_t *array, guint32 index, const bson_iter_t *value)
{
    char digits[KEY_SIZE];

    bson_append_iter(array, key_of(index, digits), -1, value);
}

void
gw_bson_append_doc_at(bson_t *array, guint32 index, const bson_t *doc)
{
    char digits[KEY_SIZE];

    BSON_APPEND_DOCUMENT(array, key_of(index, digits), doc);
}

void
gw_bson_copy_field(const bson_t *from, const char *key, bson_t *to, const char *name)
{
    bson_iter_t iter;

    if (from != NULL && bson_iter_init_find(&iter, from, key))
        bson_append_iter(to, name, -1, &iter);
}

bson_t *
gw_bson_copy_doc(const bson_t *doc, const char *path)
{
    bson_t view = BSON_INITIALIZER;

    return gw_bson_get_doc(doc, path, &view) ? bson_copy(&view) : NULL;
}

bool
gw_bson_is_plain_name(const char *name)
{
    return *name != '\0' && *name != '$' && strchr(name, '.') == NULL;
}

const guint8 *
gw_bson_raw_value(const bson_iter_t *iter, gsize *out_length)
{
    const guint32 begin = iter->key + bson_iter_key_len(iter) + 1;

    *out_length = iter->next_off - begin;
    return iter->raw + begin;
}

bool
gw_bson_is_same_value(const bson_iter_t *one, const bson_iter_t *other)
{
    gsize length = 0;
    gsize other_length = 0;
    const guint8 *value = gw_bson_raw_value(one, &length);
    const guint8 *other_value = gw_bson_raw_value(other, &other_length);

    return bson_iter_type(one) == bson_iter_type(other) && length == other_length &&
           memcmp(value, other_value, length) == 0;
}

bool
gw_bson_has_same_field(const bson_t *doc, const bson_iter_t *iter)
{
    bson_iter_t other;

    return bson_iter_init_find(&other, doc, bson_iter_key(iter)) &&
           gw_bson_is_same_value(&other, iter);
}

void
gw_bson_cursor_init(GwBsonCursor *cursor, const bson_t *doc)
{
    cursor->doc = doc;
    g_assert(bson_iter_init(&cursor->at, doc));
}

static bool
is_at(const bson_iter_t *iter, const char *name)
{
    return strcmp(bson_iter_key(iter), name) == 0;
}

bool
gw_bson_cursor_seek(GwBsonCursor *cursor, const char *name, bson_iter_t *out_field)
{
    bson_iter_t next = cursor->at;

    if ((bson_iter_next(&next) && is_at(&next, name)) ||
        bson_iter_init_find(&next, cursor->doc, name)) {
        cursor->at = *out_field = next;
        return true;
    }
    return false;
}

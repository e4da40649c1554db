/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bson-json.h"

#include <string.h>

static void write_value(GwJson *json, const bson_iter_t *iter);

static void
write_members(GwJson *json, bson_iter_t *iter, bool has_keys)
{
    while (bson_iter_next(iter)) {
        if (has_keys)
            gw_json_key(json, bson_iter_key(iter));
        write_value(json, iter);
    }
}

static void
write_container(GwJson *json, const bson_iter_t *iter)
{
    bson_iter_t child;
    bool is_array = BSON_ITER_HOLDS_ARRAY(iter);

    if (is_array)
        gw_json_begin_array(json);
    else
        gw_json_begin_object(json);
    if (bson_iter_recurse(iter, &child))
        write_members(json, &child, !is_array);
    if (is_array)
        gw_json_end_array(json);
    else
        gw_json_end_object(json);
}

/* libbson writes documents only: the value is cut out of {"v":VALUE}. */
static void
write_extended(GwJson *json, const bson_iter_t *iter)
{
    g_auto(bson_t) doc = BSON_INITIALIZER;
    g_autoptr(GwBsonStr) text = NULL;
    const char *begin = NULL;
    const char *end = NULL;
    g_autofree char *value = NULL;

    (void)bson_append_iter(&doc, "v", 1, iter);
    text = bson_as_relaxed_extended_json(&doc, NULL);
    begin = text != NULL ? strchr(text, ':') : NULL;
    end = text != NULL ? strrchr(text, '}') : NULL;
    if (begin == NULL || end == NULL) {
        gw_json_null(json);
        return;
    }
    value = g_strndup(begin + 1, (gsize)(end - begin - 1));
    gw_json_raw(json, g_strstrip(value));
}

static void
write_value(GwJson *json, const bson_iter_t *iter)
{
    char hex[25];

    switch (bson_iter_type(iter)) {
    case BSON_TYPE_UTF8:
        gw_json_str(json, bson_iter_utf8(iter, NULL));
        break;
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
        gw_json_int(json, bson_iter_as_int64(iter));
        break;
    case BSON_TYPE_DOUBLE:
        gw_json_double(json, bson_iter_double(iter));
        break;
    case BSON_TYPE_BOOL:
        gw_json_bool(json, bson_iter_bool(iter));
        break;
    case BSON_TYPE_NULL:
        gw_json_null(json);
        break;
    case BSON_TYPE_DATE_TIME:
        gw_json_date_ms(json, bson_iter_date_time(iter));
        break;
    case BSON_TYPE_OID:
        bson_oid_to_string(bson_iter_oid(iter), hex);
        gw_json_str(json, hex);
        break;
    case BSON_TYPE_DOCUMENT:
    case BSON_TYPE_ARRAY:
        write_container(json, iter);
        break;
    default:
        write_extended(json, iter);
        break;
    }
}

void
gw_bson_json_write(GwJson *json, const bson_t *doc)
{
    bson_iter_t iter;

    gw_json_begin_object(json);
    if (bson_iter_init(&iter, doc))
        write_members(json, &iter, true);
    gw_json_end_object(json);
}

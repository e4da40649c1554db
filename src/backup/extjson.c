/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/extjson.h"

#include <errno.h>
#include <string.h>

#include "base/json_scan.h"

typedef struct {
    const char *text;
    GArray *nodes;
    GError **error;
} Read;

static bool append_object(Read *read, guint index, bson_t *out);

/* How a value of a type that JSON lacks is written: one key, and what stands behind it. */
static bool
is_type_name(const char *key)
{
    static const char *const names[] = {
        "$binary",    "$code",       "$date",      "$dbPointer",    "$maxKey",
        "$minKey",    "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal",
        "$oid",       "$scope",      "$symbol",    "$timestamp",    "$regularExpression",
        "$undefined", "$uuid",       NULL};

    return g_strv_contains(names, key);
}

static bool
is_typed(const Read *read, guint index)
{
    const GwJsonNode *node = gw_json_node(read->nodes, index);

    for (guint child = index + 1; child < node->next;
         child = gw_json_node(read->nodes, child)->next) {
        if (!is_type_name(gw_json_node(read->nodes, child)->key))
            return false;
    }
    return node->next > index + 1;
}

static bool
throw_wrong(Read *read, const GwJsonNode *node)
{
    g_autofree char *part = g_strndup(read->text + node->start, MIN(node->end - node->start, 60));

    return gw_throw(read->error, GW_ERROR_IO, "not Extended JSON: %s", part);
}

/* libbson knows these well, as long as nothing else is around them. */
static bool
append_typed(Read *read, const GwJsonNode *node, bson_t *out, const char *key)
{
    g_autofree char *part = g_strndup(read->text + node->start, node->end - node->start);
    g_autofree char *wrapped = g_strdup_printf("{\"v\":%s}", part);
    g_autoptr(bson_t) doc = bson_new_from_json((const guint8 *)wrapped, -1, NULL);
    bson_iter_t iter;

    if (doc == NULL || !bson_iter_init_find(&iter, doc, "v"))
        return throw_wrong(read, node);
    return bson_append_iter(out, key, -1, &iter);
}

static bool
append_number(Read *read, const GwJsonNode *node, bson_t *out, const char *key)
{
    g_autofree char *digits = g_strndup(read->text + node->start, node->end - node->start);
    gint64 number = 0;

    if (strpbrk(digits, ".eE") != NULL)
        return bson_append_double(out, key, -1, g_ascii_strtod(digits, NULL));
    errno = 0;
    number = g_ascii_strtoll(digits, NULL, 10);
    if (errno != 0)
        return bson_append_double(out, key, -1, g_ascii_strtod(digits, NULL));
    if (number >= G_MININT32 && number <= G_MAXINT32)
        return bson_append_int32(out, key, -1, (gint32)number);
    return bson_append_int64(out, key, -1, number);
}

static bool
append_string(Read *read, const GwJsonNode *node, bson_t *out, const char *key)
{
    g_autofree char *value = gw_json_node_str(read->text, node);

    return bson_append_utf8(out, key, -1, value, -1);
}

static bool
append_array(Read *read, guint index, bson_t *out, const char *key)
{
    bson_t array = BSON_INITIALIZER;
    bool done = false;

    bson_append_array_begin(out, key, -1, &array);
    done = append_object(read, index, &array);
    bson_append_array_end(out, &array);
    return done;
}

static bool
append_document(Read *read, guint index, bson_t *out, const char *key)
{
    bson_t document = BSON_INITIALIZER;
    bool done = false;

    if (is_typed(read, index))
        return append_typed(read, gw_json_node(read->nodes, index), out, key);
    bson_append_document_begin(out, key, -1, &document);
    done = append_object(read, index, &document);
    bson_append_document_end(out, &document);
    return done;
}

static bool
append_value(Read *read, guint index, bson_t *out, const char *key)
{
    const GwJsonNode *node = gw_json_node(read->nodes, index);

    switch (node->kind) {
    case GW_JSON_OBJECT:
        return append_document(read, index, out, key);
    case GW_JSON_ARRAY:
        return append_array(read, index, out, key);
    case GW_JSON_STRING:
        return append_string(read, node, out, key);
    case GW_JSON_NUMBER:
        return append_number(read, node, out, key);
    case GW_JSON_TRUE:
    case GW_JSON_FALSE:
        return bson_append_bool(out, key, -1, node->kind == GW_JSON_TRUE);
    case GW_JSON_NULL:
        return bson_append_null(out, key, -1);
    }
    return throw_wrong(read, node);
}

/* The members of an object, or the elements of an array. */
static bool
append_object(Read *read, guint index, bson_t *out)
{
    guint next = gw_json_node(read->nodes, index)->next;
    guint32 count = 0;

    for (guint child = index + 1; child < next; child = gw_json_node(read->nodes, child)->next) {
        char digits[16];
        const char *key = gw_json_node(read->nodes, child)->key;

        if (key == NULL)
            bson_uint32_to_string(count++, &key, digits, sizeof digits);
        if (!append_value(read, child, out, key))
            return false;
    }
    return true;
}

bson_t *
gw_extjson_read(const char *text, GError **error)
{
    g_autoptr(GArray) nodes = gw_json_scan("metadata", text, strlen(text), error);
    g_autoptr(bson_t) document = bson_new();
    Read read = {.text = text, .nodes = nodes, .error = error};

    if (nodes == NULL)
        return NULL;
    if (gw_json_node(nodes, 0)->kind != GW_JSON_OBJECT) {
        gw_throw(error, GW_ERROR_IO, "not an object of Extended JSON");
        return NULL;
    }
    return append_object(&read, 0, document) ? g_steal_pointer(&document) : NULL;
}

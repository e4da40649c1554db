/* SPDX-License-Identifier: Apache-2.0 */
#include "preview/shape.h"

#define SHAPE_BYTES_MAX 400

static void
append_members(GString *out, bson_iter_t *iter, bool has_keys)
{
    const char *between = "";

    while (bson_iter_next(iter)) {
        g_string_append(out, between);
        between = ", ";
        if (out->len > SHAPE_BYTES_MAX) {
            g_string_append(out, "...");
            return;
        }
        if (has_keys)
            g_string_append_printf(out, "%s: ", bson_iter_key(iter));
        gw_shape_append(out, iter);
        /* The length of a list is a value, too; a pipeline is known by its first stage's keys. */
        if (!has_keys && !BSON_ITER_HOLDS_DOCUMENT(iter)) {
            g_string_append(out, ", ...");
            return;
        }
    }
}

void
gw_shape_append(GString *out, const bson_iter_t *iter)
{
    bool is_array = BSON_ITER_HOLDS_ARRAY(iter);
    bson_iter_t child;

    if ((!is_array && !BSON_ITER_HOLDS_DOCUMENT(iter)) || !bson_iter_recurse(iter, &child)) {
        g_string_append_c(out, '?');
        return;
    }
    g_string_append_c(out, is_array ? '[' : '{');
    append_members(out, &child, !is_array);
    g_string_append_c(out, is_array ? ']' : '}');
}

void
gw_shape_append_doc(GString *out, const bson_t *doc)
{
    bson_iter_t iter;

    g_string_append_c(out, '{');
    if (bson_iter_init(&iter, doc))
        append_members(out, &iter, true);
    g_string_append_c(out, '}');
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "project/config_lines.h"

#include <math.h>

#include "base/json_scan.h"

static void
line_free(gpointer data)
{
    GwConfigLine *line = data;

    g_free(line->path);
    g_free(line->text);
    g_free(line);
}

static GPtrArray *
new_lines(void)
{
    return g_ptr_array_new_with_free_func(line_free);
}

/* Both strings are consumed. */
static GwConfigLine *
add_line(GPtrArray *lines, GwConfigLineKind kind, char *take_path, char *take_text)
{
    GwConfigLine *line = g_new0(GwConfigLine, 1);

    line->kind = kind;
    line->path = take_path;
    line->text = take_text;
    g_ptr_array_add(lines, line);
    return line;
}

static char *
join_path(const char *prefix, const char *key)
{
    return *prefix == '\0' ? g_strdup(key) : g_strconcat(prefix, ".", key, NULL);
}

static GwConfigLineKind
kind_of_json(GwJsonKind kind)
{
    switch (kind) {
    case GW_JSON_OBJECT:
        return GW_LINE_OBJECT;
    case GW_JSON_STRING:
        return GW_LINE_STRING;
    case GW_JSON_NUMBER:
        return GW_LINE_NUMBER;
    case GW_JSON_TRUE:
    case GW_JSON_FALSE:
        return GW_LINE_BOOL;
    case GW_JSON_NULL:
        return GW_LINE_NULL;
    case GW_JSON_ARRAY:
        return GW_LINE_OTHER;
    }
    g_assert_not_reached();
}

static char *
text_of_json(const char *text, const GwJsonNode *node)
{
    if (node->kind == GW_JSON_STRING)
        return gw_json_node_str(text, node);
    if (node->kind == GW_JSON_OBJECT || node->kind == GW_JSON_ARRAY)
        return NULL;
    return g_strndup(text + node->start, node->end - node->start);
}

static void
add_members(GPtrArray *lines, const char *text, const GArray *nodes, guint index,
            const char *prefix)
{
    const guint end = gw_json_node(nodes, index)->next;

    for (guint child = index + 1; child < end; child = gw_json_node(nodes, child)->next) {
        const GwJsonNode *node = gw_json_node(nodes, child);
        GwConfigLine *line = add_line(lines, kind_of_json(node->kind), join_path(prefix, node->key),
                                      text_of_json(text, node));

        gw_json_place(text, node->key_start, &line->line, &line->column);
        if (line->kind == GW_LINE_OBJECT)
            add_members(lines, text, nodes, child, line->path);
    }
}

GPtrArray *
gw_config_lines_of_json(const char *file, const char *text, gsize size, GError **error)
{
    g_autoptr(GArray) nodes = gw_json_scan(file, text, size, error);
    GPtrArray *lines = NULL;

    if (nodes == NULL)
        return NULL;
    if (gw_json_node(nodes, 0)->kind != GW_JSON_OBJECT) {
        gw_throw(error, GW_ERROR_CONFIG, "'%s' does not hold an object", file);
        return NULL;
    }
    lines = new_lines();
    add_members(lines, text, nodes, 0, "");
    return lines;
}

/* JavaScript has one kind of number: 60 may come as a double. */
static char *
text_of_number(const bson_iter_t *iter)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    const double number = bson_iter_as_double(iter);

    if (!BSON_ITER_HOLDS_DOUBLE(iter))
        return g_strdup_printf("%" G_GINT64_FORMAT, bson_iter_as_int64(iter));
    if (number == trunc(number) && fabs(number) < 1e15)
        return g_strdup_printf("%.0f", number);
    return g_strdup(g_ascii_dtostr(digits, sizeof digits, number));
}

static void add_fields(GPtrArray *lines, bson_iter_t *iter, const char *prefix);

static void
add_field(GPtrArray *lines, const bson_iter_t *iter, const char *prefix)
{
    char *path = join_path(prefix, bson_iter_key(iter)); /* consumed below */
    bson_iter_t fields;

    if (BSON_ITER_HOLDS_UTF8(iter))
        add_line(lines, GW_LINE_STRING, path, g_strdup(bson_iter_utf8(iter, NULL)));
    else if (BSON_ITER_HOLDS_NUMBER(iter))
        add_line(lines, GW_LINE_NUMBER, path, text_of_number(iter));
    else if (BSON_ITER_HOLDS_BOOL(iter))
        add_line(lines, GW_LINE_BOOL, path, g_strdup(bson_iter_bool(iter) ? "true" : "false"));
    else if (BSON_ITER_HOLDS_NULL(iter) || BSON_ITER_HOLDS_UNDEFINED(iter))
        add_line(lines, GW_LINE_NULL, path, NULL);
    else if (BSON_ITER_HOLDS_DOCUMENT(iter) && bson_iter_recurse(iter, &fields)) {
        const GwConfigLine *line = add_line(lines, GW_LINE_OBJECT, path, NULL);

        add_fields(lines, &fields, line->path);
    } else
        add_line(lines, GW_LINE_OTHER, path, NULL);
}

static void
add_fields(GPtrArray *lines, bson_iter_t *iter, const char *prefix)
{
    while (bson_iter_next(iter))
        add_field(lines, iter, prefix);
}

GPtrArray *
gw_config_lines_of_bson(const bson_t *doc)
{
    GPtrArray *lines = new_lines();
    bson_iter_t iter;

    if (bson_iter_init(&iter, doc))
        add_fields(lines, &iter, "");
    return lines;
}

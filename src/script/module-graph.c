/* SPDX-License-Identifier: Apache-2.0 */
#include "script/module-graph.h"

struct GwModuleGraph {
    GHashTable *nodes; /* owned: name, owned -> GwModuleNode, owned */
};

static void
node_free(GwModuleNode *node)
{
    g_ptr_array_unref(node->imports);
    g_free(node);
}

GwModuleGraph *
gw_module_graph_new(void)
{
    GwModuleGraph *graph = g_new0(GwModuleGraph, 1);

    graph->nodes =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)node_free);
    return graph;
}

void
gw_module_graph_free(GwModuleGraph *graph)
{
    if (graph == NULL)
        return;
    g_hash_table_unref(graph->nodes);
    g_free(graph);
}

GwModuleNode *
gw_module_graph_find(GwModuleGraph *graph, const char *name)
{
    return g_hash_table_lookup(graph->nodes, name);
}

GwModuleNode *
gw_module_graph_add(GwModuleGraph *graph, const char *name)
{
    GwModuleNode *node = gw_module_graph_find(graph, name);

    if (node != NULL)
        return node;
    node = g_new0(GwModuleNode, 1);
    node->imports = g_ptr_array_new_with_free_func(g_free);
    g_hash_table_insert(graph->nodes, g_strdup(name), node);
    return node;
}

void
gw_module_graph_add_import(GwModuleGraph *graph, const char *from, const char *to)
{
    GwModuleNode *node = gw_module_graph_find(graph, from);

    if (node != NULL)
        g_ptr_array_add(node->imports, g_strdup(to));
}

/* All names that are reached from `name`, itself included: a set of borrowed names. */
static GHashTable *
reach(GwModuleGraph *graph, const char *name)
{
    GHashTable *reached = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) open = g_ptr_array_new();

    g_ptr_array_add(open, (gpointer)name);
    while (open->len > 0) {
        char *next = g_ptr_array_steal_index_fast(open, open->len - 1);
        GwModuleNode *node = gw_module_graph_find(graph, next);

        if (!g_hash_table_add(reached, next) || node == NULL)
            continue;
        for (guint row = 0; row < node->imports->len; row++)
            g_ptr_array_add(open, g_ptr_array_index(node->imports, row));
    }
    return reached;
}

bool
gw_module_graph_has(GwModuleGraph *graph, const char *name, GwModuleState state)
{
    g_autoptr(GHashTable) reached = reach(graph, name);
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, reached);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        const GwModuleNode *node = gw_module_graph_find(graph, key);

        if (node != NULL && node->state == state)
            return true;
    }
    return false;
}

void
gw_module_graph_move(GwModuleGraph *graph, const char *name, GwModuleState from, GwModuleState to)
{
    g_autoptr(GHashTable) reached = reach(graph, name);
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, reached);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        GwModuleNode *node = gw_module_graph_find(graph, key);

        if (node != NULL && node->state == from)
            node->state = to;
    }
}

void
gw_module_graph_move_all(GwModuleGraph *graph, GwModuleState from, GwModuleState to)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, graph->nodes);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        GwModuleNode *node = value;

        if (node->state == from)
            node->state = to;
    }
}

void
gw_module_graph_break(GwModuleGraph *graph, const char *name)
{
    g_autoptr(GPtrArray) broken = g_ptr_array_new();
    GHashTableIter iter;
    gpointer key;
    gpointer value;

    g_hash_table_iter_init(&iter, graph->nodes);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        g_autoptr(GHashTable) reached = reach(graph, key);

        if (g_hash_table_contains(reached, name))
            g_ptr_array_add(broken, value);
    }
    for (guint row = 0; row < broken->len; row++) {
        GwModuleNode *node = g_ptr_array_index(broken, row);

        node->state = GW_MODULE_BROKEN;
        node->module = NULL;
    }
}

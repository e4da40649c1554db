/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which ES modules are known, what each imports, and how far it has come. The engine asserts on, or
 * follows dangling pointers from, modules that are asked for at the wrong moment (a require() of a
 * module that is being evaluated, a second import of one whose cycle failed to load) and has no
 * function that tells; so we keep book.
 */
#pragma once

#include <glib.h>
#include <quickjs.h>
#include <stdbool.h>

typedef enum {
    GW_MODULE_LOADING, /* its imports are being resolved */
    GW_MODULE_LOADED,  /* may be evaluated */
    GW_MODULE_RUNNING, /* may be in the middle of its evaluation */
    GW_MODULE_DONE,
    GW_MODULE_BROKEN, /* it, or something in its cycle, did not load: gone for good */
} GwModuleState;

typedef struct {
    GwModuleState state;
    JSModuleDef *module; /* borrowed from the engine; NULL unless loaded */
    GPtrArray *imports;  /* owned: names */
} GwModuleNode;

typedef struct GwModuleGraph GwModuleGraph;

GwModuleGraph *gw_module_graph_new(void);
void gw_module_graph_free(GwModuleGraph *graph);

/* The node, or NULL. Borrowed. */
GwModuleNode *gw_module_graph_find(GwModuleGraph *graph, const char *name);

/* The node, made when it is new. Borrowed. */
GwModuleNode *gw_module_graph_add(GwModuleGraph *graph, const char *name);

void gw_module_graph_add_import(GwModuleGraph *graph, const char *from, const char *to);

/* Whether `name` or something that it imports, however far, is in `state`. */
bool gw_module_graph_has(GwModuleGraph *graph, const char *name, GwModuleState state);

/* Put `name` and all that it imports from state `from` into state `to`. */
void gw_module_graph_move(GwModuleGraph *graph, const char *name, GwModuleState from,
                          GwModuleState to);

/* The same for all modules there are. */
void gw_module_graph_move_all(GwModuleGraph *graph, GwModuleState from, GwModuleState to);

/* `name` did not load: it and all that import it are broken. */
void gw_module_graph_break(GwModuleGraph *graph, const char *name);

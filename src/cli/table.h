/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows and columns of text, aligned by what they look like, not by their bytes. Text from outside
 * is made harmless here.
 */
#pragma once

#include "cli/terminal.h"

typedef struct GwTable GwTable;

/* `heads` ends with NULL and is borrowed. Where rows are wider than a terminal, the column
 * `flexible` is cut; -1: none. */
GwTable *gw_table_new(const char *const *heads, int flexible);
void gw_table_free(GwTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwTable, gw_table_free)

/* The next cell, row by row. NULL is an empty one. */
void gw_table_add(GwTable *table, GwStyle style, const char *text);

/* Columns of blanks. Nothing at all where there are no rows. */
void gw_table_print(const GwTable *table, const GwTerminal *terminal);

/* A box of lines, as cli-table3 draws it: heads also where there are no rows. */
void gw_table_print_box(const GwTable *table, const GwTerminal *terminal);

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#define GAP 2
/* A flexible column is not cut below this. */
#define FLEXIBLE_LEAST 12

typedef struct {
    char *text; /* owned */
    GwStyle style;
} Cell;

struct GwTable {
    const char *const *heads; /* borrowed */
    guint column_count;
    int flexible;
    GArray *cells; /* owned; of Cell */
};

static void
clear_cell(Cell *cell)
{
    g_clear_pointer(&cell->text, g_free);
}

GwTable *
gw_table_new(const char *const *heads, int flexible)
{
    GwTable *table = g_new0(GwTable, 1);

    table->heads = heads;
    table->column_count = g_strv_length((char **)heads);
    table->flexible = flexible;
    table->cells = g_array_new(FALSE, FALSE, sizeof(Cell));
    g_array_set_clear_func(table->cells, (GDestroyNotify)clear_cell);
    return table;
}

void
gw_table_free(GwTable *table)
{
    if (table == NULL)
        return;
    g_clear_pointer(&table->cells, g_array_unref);
    g_free(table);
}

void
gw_table_add(GwTable *table, GwStyle style, const char *text)
{
    Cell cell = {.text = gw_terminal_clean(text != NULL ? text : ""), .style = style};

    g_array_append_val(table->cells, cell);
}

static guint
row_count(const GwTable *table)
{
    g_assert(table->cells->len % table->column_count == 0);
    return table->cells->len / table->column_count;
}

static const Cell *
cell_at(const GwTable *table, guint row, guint column)
{
    return &g_array_index(table->cells, Cell, row * table->column_count + column);
}

/* The widths of the columns. Owned. */
static guint *
measure(const GwTable *table)
{
    guint *widths = g_new0(guint, table->column_count);

    for (guint column = 0; column < table->column_count; column++) {
        widths[column] = gw_terminal_columns(table->heads[column]);
        for (guint row = 0; row < row_count(table); row++)
            widths[column] =
                MAX(widths[column], gw_terminal_columns(cell_at(table, row, column)->text));
    }
    return widths;
}

static void
fit(const GwTable *table, guint *widths, guint room)
{
    guint total = GAP * (table->column_count - 1);
    guint excess = 0;

    if (table->flexible < 0)
        return;
    for (guint column = 0; column < table->column_count; column++)
        total += widths[column];
    excess = total > room ? total - room : 0;
    if (widths[table->flexible] > FLEXIBLE_LEAST)
        widths[table->flexible] =
            MAX(widths[table->flexible] - MIN(excess, widths[table->flexible]), FLEXIBLE_LEAST);
}

/* Blanks behind the last cell of a row would only be in the way of who copies it. */
static bool
is_last(const GwTable *table, guint row, guint column)
{
    for (guint rest = column + 1; rest < table->column_count; rest++) {
        if (*cell_at(table, row, rest)->text != '\0')
            return false;
    }
    return true;
}

static void
put_padded(const GwTerminal *terminal, GwStyle style, const char *text, guint width)
{
    g_autofree char *shown = gw_terminal_cut(text, width, terminal->is_utf8);

    gw_terminal_put(terminal, style, "%s", shown);
    (void)fprintf(terminal->file, "%*s", (int)(width - gw_terminal_columns(shown)), "");
}

static void
print_row(const GwTable *table, const GwTerminal *terminal, const guint *widths, guint row)
{
    for (guint column = 0; column < table->column_count; column++) {
        const Cell *cell = cell_at(table, row, column);
        bool is_end = is_last(table, row, column);
        guint width =
            is_end ? MIN(widths[column], gw_terminal_columns(cell->text)) : widths[column];

        put_padded(terminal, cell->style, cell->text, width);
        if (is_end)
            break;
        (void)fprintf(terminal->file, "%*s", GAP, "");
    }
    (void)fputc('\n', terminal->file);
}

static void
print_heads(const GwTable *table, const GwTerminal *terminal, const guint *widths)
{
    guint count = table->column_count;

    /* A last column without a head leaves no blanks at the line's end. */
    while (count > 1 && *table->heads[count - 1] == '\0')
        count--;
    for (guint column = 0; column < count; column++) {
        guint columns = gw_terminal_columns(table->heads[column]);

        put_padded(terminal, GW_STYLE_DIM, table->heads[column],
                   column + 1 == count ? columns : widths[column] + GAP);
    }
    (void)fputc('\n', terminal->file);
}

void
gw_table_print(const GwTable *table, const GwTerminal *terminal)
{
    g_autofree guint *widths = measure(table);

    if (row_count(table) == 0)
        return;
    if (terminal->is_terminal)
        fit(table, widths, terminal->width);
    print_heads(table, terminal, widths);
    for (guint row = 0; row < row_count(table); row++)
        print_row(table, terminal, widths, row);
}

static void
print_rule(const GwTable *table, const GwTerminal *terminal, const guint *widths,
           const char *const ends[3])
{
    g_autoptr(GString) line = g_string_new(ends[0]);

    for (guint column = 0; column < table->column_count; column++) {
        for (guint i = 0; i < widths[column] + 2; i++)
            g_string_append(line, "─");
        g_string_append(line, column + 1 < table->column_count ? ends[1] : ends[2]);
    }
    gw_terminal_put(terminal, GW_STYLE_DIM, "%s", line->str);
    (void)fputc('\n', terminal->file);
}

static void
print_box_row(const GwTable *table, const GwTerminal *terminal, const guint *widths, int row)
{
    gw_terminal_put(terminal, GW_STYLE_DIM, "│");
    for (guint column = 0; column < table->column_count; column++) {
        const char *text =
            row < 0 ? table->heads[column] : cell_at(table, (guint)row, column)->text;

        (void)fputc(' ', terminal->file);
        put_padded(terminal, row < 0 ? GW_STYLE_RED : GW_STYLE_PLAIN, text, widths[column]);
        (void)fputc(' ', terminal->file);
        gw_terminal_put(terminal, GW_STYLE_DIM, "│");
    }
    (void)fputc('\n', terminal->file);
}

void
gw_table_print_box(const GwTable *table, const GwTerminal *terminal)
{
    static const char *const top[] = {"┌", "┬", "┐"};
    static const char *const middle[] = {"├", "┼", "┤"};
    static const char *const bottom[] = {"└", "┴", "┘"};
    g_autofree guint *widths = measure(table);

    print_rule(table, terminal, widths, top);
    print_box_row(table, terminal, widths, -1);
    for (guint row = 0; row < row_count(table); row++) {
        print_rule(table, terminal, widths, middle);
        print_box_row(table, terminal, widths, (int)row);
    }
    print_rule(table, terminal, widths, bottom);
}

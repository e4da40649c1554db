/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream that people may be looking at: whether it is a terminal, how wide it is, whether it
 * takes colours. It knows nothing of what is printed.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

typedef enum {
    GW_STYLE_PLAIN,
    GW_STYLE_BOLD,
    GW_STYLE_DIM,
    GW_STYLE_RED,
    GW_STYLE_GREEN,
    GW_STYLE_YELLOW,
} GwStyle;

typedef struct {
    FILE *file;       /* borrowed */
    bool is_terminal; /* one on which a line can be drawn over */
    bool has_color;
    bool is_utf8;
    guint width; /* columns; 80 where it is no terminal */
} GwTerminal;

/* Look at `file`. `color` is "always", "never", or "auto" and NULL for what the stream and the
 * environment (NO_COLOR, TERM) suggest. */
GwTerminal gw_terminal_of(FILE *file, const char *color);

/* Print, in a style where there are colours. */
void gw_terminal_put(const GwTerminal *terminal, GwStyle style, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Text from outside in one line: control characters and invalid UTF-8 become \x1b and the like, so
 * that a file's name cannot drive the terminal. Owned. */
char *gw_terminal_clean(const char *text);

/* The same, but line breaks and tabs stay. Owned. */
char *gw_terminal_clean_lines(const char *text);

/* Columns that `text` takes: wide characters two, combining ones none. */
guint gw_terminal_columns(const char *text);

/* The text cut to `columns`, with an ellipsis in place of what is cut. Owned. */
char *gw_terminal_cut(const char *text, guint columns, bool is_utf8);

/* Print text in lines of at most `width` columns, each behind `indent` blanks; the first line goes
 * on where the cursor is, which is at column `indent` already. */
void gw_terminal_wrap(const GwTerminal *terminal, const char *text, guint indent, guint width);

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_UNKNOWN 80

static const char *const style_codes[] = {
    [GW_STYLE_PLAIN] = "",       [GW_STYLE_BOLD] = "\033[1m",   [GW_STYLE_DIM] = "\033[2m",
    [GW_STYLE_RED] = "\033[31m", [GW_STYLE_GREEN] = "\033[32m", [GW_STYLE_YELLOW] = "\033[33m",
};

static guint
width_of(FILE *file)
{
    struct winsize size = {0};

    if (ioctl(fileno(file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return WIDTH_UNKNOWN;
    return MAX(size.ws_col, 20);
}

static bool
wants_color(bool is_terminal, const char *color)
{
    const char *no_color = g_getenv("NO_COLOR");

    if (g_strcmp0(color, "always") == 0)
        return true;
    if (g_strcmp0(color, "never") == 0)
        return false;
    return is_terminal && (no_color == NULL || *no_color == '\0');
}

GwTerminal
gw_terminal_of(FILE *file, const char *color)
{
    const char *term = g_getenv("TERM");
    bool is_smart = term != NULL && *term != '\0' && strcmp(term, "dumb") != 0;
    bool is_terminal = is_smart && isatty(fileno(file)) != 0;

    return (GwTerminal){
        .file = file,
        .is_terminal = is_terminal,
        .has_color = wants_color(is_terminal, color),
        .is_utf8 = g_get_charset(NULL),
        .width = width_of(file),
    };
}

void
gw_terminal_put(const GwTerminal *terminal, GwStyle style, const char *format, ...)
{
    bool has_style = terminal->has_color && style != GW_STYLE_PLAIN;
    va_list arguments;

    if (has_style)
        (void)fputs(style_codes[style], terminal->file);
    va_start(arguments, format);
    (void)vfprintf(terminal->file, format, arguments);
    va_end(arguments);
    if (has_style)
        (void)fputs("\033[0m", terminal->file);
}

static char *
clean(const char *text, const char *kept)
{
    GString *shown = g_string_sized_new(strlen(text));

    while (*text != '\0') {
        gunichar character = g_utf8_get_char_validated(text, -1);
        bool is_broken = character == (gunichar)-1 || character == (gunichar)-2;

        if (is_broken || (g_unichar_iscntrl(character) && strchr(kept, *text) == NULL)) {
            g_string_append_printf(shown, "\\x%02x", (guint)(guchar)*text);
            text++;
            /* The second byte of a control character beyond ASCII is no character of its own. */
            if (!is_broken && character >= 0x80)
                text++;
            continue;
        }
        g_string_append_unichar(shown, character);
        text = g_utf8_next_char(text);
    }
    return g_string_free(shown, FALSE);
}

char *
gw_terminal_clean(const char *text)
{
    return clean(text, "");
}

char *
gw_terminal_clean_lines(const char *text)
{
    return clean(text, "\n\t");
}

static guint
columns_of(gunichar character)
{
    if (g_unichar_iszerowidth(character))
        return 0;
    return g_unichar_iswide(character) ? 2 : 1;
}

guint
gw_terminal_columns(const char *text)
{
    guint columns = 0;

    for (; *text != '\0'; text = g_utf8_next_char(text))
        columns += columns_of(g_utf8_get_char(text));
    return columns;
}

char *
gw_terminal_cut(const char *text, guint columns, bool is_utf8)
{
    const char *ellipsis = is_utf8 ? "…" : "...";
    guint room = columns - MIN(columns, gw_terminal_columns(ellipsis));
    const char *end = text;
    guint used = 0;

    if (gw_terminal_columns(text) <= columns)
        return g_strdup(text);
    while (used + columns_of(g_utf8_get_char(end)) <= room) {
        used += columns_of(g_utf8_get_char(end));
        end = g_utf8_next_char(end);
    }
    return g_strdup_printf("%.*s%s", (int)(end - text), text, ellipsis);
}

void
gw_terminal_wrap(const GwTerminal *terminal, const char *text, guint indent, guint width)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    guint column = indent;

    for (gsize i = 0; words[i] != NULL; i++) {
        guint columns = gw_terminal_columns(words[i]);

        if (i > 0 && column + 1 + columns > width) {
            (void)fprintf(terminal->file, "\n%*s", (int)indent, "");
            column = indent;
        } else if (i > 0) {
            (void)fputc(' ', terminal->file);
            column++;
        }
        (void)fputs(words[i], terminal->file);
        column += columns;
    }
    (void)fputc('\n', terminal->file);
}

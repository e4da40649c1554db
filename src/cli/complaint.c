/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/complaint.h"

#include <string.h>

/* Larger files hold no code that a person wrote. */
#define EXCERPT_BYTES_MOST (1024 * 1024)

/* What stands between "user:" and "@" in anything that looks like a URI. */
static char *
mask(const char *text)
{
    g_autoptr(GRegex) regex =
        g_regex_new("(://[^:/@\\s'\"`]*):[^@\\s'\"`]+@", G_REGEX_RAW, 0, NULL);

    return g_regex_replace(regex, text, -1, 0, "\\1:***@", 0, NULL);
}

static char *
shown(const char *text)
{
    g_autofree char *clean = gw_terminal_clean_lines(text);

    return mask(clean);
}

static char *
seen_from_here(const char *path)
{
    g_autofree char *here = g_get_current_dir();
    gsize length = strlen(here);

    if (strncmp(path, here, length) == 0 && path[length] == '/')
        return gw_terminal_clean(path + length + 1);
    return gw_terminal_clean(path);
}

/* A line of the script, its tabs as single blanks so that the caret below stands right. */
static void
print_line(const GwTerminal *terminal, const char *line, int number)
{
    g_autofree char *bare = g_strchomp(g_strdup(line)); /* of a file with CRLF, without the CR */
    g_autofree char *clean = NULL;
    g_autofree char *cut = NULL;

    g_strdelimit(bare, "\t", ' ');
    clean = shown(bare);
    cut = gw_terminal_cut(clean, MAX(terminal->width, 40) - 10, terminal->is_utf8);
    gw_terminal_put(terminal, GW_STYLE_DIM, "  %5d | ", number);
    (void)fprintf(terminal->file, "%s\n", cut);
}

static void
print_caret(const GwTerminal *terminal, int column)
{
    if (column < 1 || column + 10 > (int)terminal->width)
        return;
    gw_terminal_put(terminal, GW_STYLE_DIM, "        | ");
    (void)fprintf(terminal->file, "%*s", column - 1, "");
    gw_terminal_put(terminal, GW_STYLE_RED, "^");
    (void)fputc('\n', terminal->file);
}

/* The line at fault and the one before it. What can't be read is no reason to complain again. */
static void
print_excerpt(const GwTerminal *terminal, const GwErrorInfo *info)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    gsize bytes = 0;

    if (!g_file_get_contents(info->file, &text, &bytes, NULL) || bytes > EXCERPT_BYTES_MOST)
        return;
    lines = g_strsplit(text, "\n", -1);
    if (info->line > (int)g_strv_length(lines))
        return;
    if (info->line > 1)
        print_line(terminal, lines[info->line - 2], info->line - 1);
    print_line(terminal, lines[info->line - 1], info->line);
    print_caret(terminal, info->column);
}

static void
print_place(const GwTerminal *terminal, const GwErrorInfo *info)
{
    g_autofree char *file = seen_from_here(info->file);

    (void)fprintf(terminal->file, "  at %s", file);
    if (info->line > 0)
        (void)fprintf(terminal->file, ":%d", info->line);
    if (info->line > 0 && info->column > 0)
        (void)fprintf(terminal->file, ":%d", info->column);
    (void)fputc('\n', terminal->file);
    if (info->line > 0)
        print_excerpt(terminal, info);
}

static void
print_stack(const GwTerminal *terminal, const char *stack)
{
    g_autofree char *text = shown(stack);
    g_auto(GStrv) frames = g_strsplit(g_strstrip(text), "\n", -1);

    for (gsize i = 0; frames[i] != NULL; i++)
        gw_terminal_put(terminal, GW_STYLE_DIM, "    %s\n", g_strstrip(frames[i]));
}

static void
print_hint(const GwTerminal *terminal, const char *hint)
{
    g_autofree char *text = shown(hint);

    gw_terminal_put(terminal, GW_STYLE_YELLOW, "  hint:");
    (void)fputc(' ', terminal->file);
    gw_terminal_wrap(terminal, text, 8, MIN(terminal->width, 100));
}

void
gw_complaint_print(const GwTerminal *terminal, const GError *error, const GwComplaintStyle *style)
{
    const GwErrorInfo *info = gw_error_info(error);
    g_autofree char *message = shown(error->message);

    gw_terminal_put(terminal, GW_STYLE_RED, "%s", style->prefix);
    (void)fprintf(terminal->file, " %s\n", message);
    if (info == NULL)
        return;
    if (info->file != NULL)
        print_place(terminal, info);
    if (style->has_stack && info->stack != NULL)
        print_stack(terminal, info->stack);
    if (info->hint != NULL)
        print_hint(terminal, info->hint);
}

static void
add_text(GwJson *json, const char *key, const char *text)
{
    g_autofree char *masked = text != NULL ? mask(text) : NULL;

    gw_json_add_str(json, key, masked);
}

void
gw_complaint_add_json(GwJson *json, const GError *error)
{
    const GwErrorInfo *info = gw_error_info(error);

    gw_json_key(json, "error");
    gw_json_begin_object(json);
    gw_json_add_str(json, "name", gw_error_name(error));
    add_text(json, "message", error->message);
    add_text(json, "hint", gw_error_hint(error));
    if (info != NULL && info->file != NULL) {
        gw_json_add_str(json, "file", info->file);
        gw_json_add_int(json, "line", info->line);
        gw_json_add_int(json, "column", info->column);
    }
    if (info != NULL && info->stack != NULL)
        add_text(json, "stack", info->stack);
    if (info != NULL && info->server_code != 0) {
        gw_json_add_int(json, "code", info->server_code);
        gw_json_add_str(json, "codeName", info->server_name);
    }
    gw_json_end_object(json);
}

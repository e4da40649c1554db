/* SPDX-License-Identifier: Apache-2.0 */
#include "script/excerpt.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

enum {
    SHOWN_MAX = 160
};

/* The text of one line, valid UTF-8 without its end, or NULL. */
static char *
read_line(const char *path, int line)
{
    g_autofree char *text = NULL;
    const char *start;
    gsize bytes = 0;

    if (line < 1 || !g_file_get_contents(path, &text, &bytes, NULL))
        return NULL;
    start = text;
    for (int at = 1; at < line; at++) {
        start = strchr(start, '\n');
        if (start == NULL)
            return NULL;
        start++;
    }
    return g_utf8_make_valid(start, (gssize)strcspn(start, "\r\n"));
}

char *
gw_excerpt(const char *path, int line, int column)
{
    g_autofree char *text = read_line(path, line);
    glong length;
    glong from;
    g_autofree char *shown = NULL;
    g_autofree char *number = NULL;

    if (text == NULL)
        return NULL;
    g_strdelimit(text, "\t", ' ');
    length = g_utf8_strlen(text, -1);
    from = column > SHOWN_MAX ? MIN(column - SHOWN_MAX / 2, length) : 0;
    shown = g_utf8_substring(text, from, MIN(length, from + SHOWN_MAX));
    number = g_strdup_printf("%d", line);
    if (column < 1 || column > length + 1)
        return g_strdup_printf("%s | %s", number, shown);
    return g_strdup_printf("%s | %s\n%*s | %*s^", number, shown, (int)strlen(number), "",
                           (int)(column - 1 - from), "");
}

static bool
is_name(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '$' || (c & 0x80) != 0;
}

/* Where the string that begins at `at` ends: behind its quote, or at the end of the line. */
static gsize
skip_string(const char *text, gsize at)
{
    char quote = text[at++];

    while (text[at] != '\0' && text[at] != quote)
        at += text[at] == '\\' && text[at + 1] != '\0' ? 2 : 1;
    return text[at] == quote ? at + 1 : at;
}

/* For each closing bracket before `end` the place of the one that it closes, counted from 1; else
 * 0. */
static gsize *
match_brackets(const char *text, gsize end)
{
    gsize *match = g_new0(gsize, end + 1);
    g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(gsize));

    for (gsize at = 0; at < end;) {
        if (strchr("'\"`", text[at]) != NULL) {
            at = skip_string(text, at);
            continue;
        }
        at++;
        if (strchr("([{", text[at - 1]) != NULL) {
            g_array_append_val(open, at);
        } else if (strchr(")]}", text[at - 1]) != NULL && open->len > 0) {
            match[at - 1] = g_array_index(open, gsize, open->len - 1);
            g_array_set_size(open, open->len - 1);
        }
    }
    return match;
}

static gsize
skip_back(const char *text, gsize end)
{
    while (end > 0 && g_ascii_isspace(text[end - 1]))
        end--;
    return end;
}

/* Prepends what stands before `end` and belongs to one expression: names, calls and indexes, which
 * are shown as (...) and [...]. Answers where it begins. */
static gsize
take_operand(const char *text, const gsize *match, gsize end, GString *out)
{
    for (;;) {
        gsize start = end;

        while (start > 0 && is_name(text[start - 1]))
            start--;
        if (start < end) {
            g_string_prepend_len(out, text + start, (gssize)(end - start));
            return start;
        }
        if (end == 0 || strchr(")]", text[end - 1]) == NULL || match[end - 1] == 0)
            return end;
        g_string_prepend(out, text[end - 1] == ')' ? "(...)" : "[...]");
        end = match[end - 1] - 1;
    }
}

/* "db.collection(...).updateMny": the name at `start` with what it is a member of. */
static char *
name_member(const char *text, gsize start, gsize bytes)
{
    g_autofree gsize *match = match_brackets(text, start);
    g_autoptr(GString) out = g_string_new_len(text + start, (gssize)bytes);
    gsize at = skip_back(text, start);

    while (at > 0 && text[at - 1] == '.') {
        bool is_optional = at > 1 && text[at - 2] == '?';
        gsize before = skip_back(text, at - (is_optional ? 2 : 1));
        gsize from;

        /* The object stands on a line further up. */
        if (before == 0)
            break;
        g_string_prepend(out, is_optional ? "?." : ".");
        from = take_operand(text, match, before, out);
        if (from == before)
            return NULL;
        at = skip_back(text, from);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static bool
is_after_new(const char *text, gsize start)
{
    gsize end = skip_back(text, start);

    return end >= 3 && end < start && strncmp(text + end - 3, "new", 3) == 0 &&
           (end == 3 || !is_name(text[end - 4]));
}

char *
gw_excerpt_name_callee(const char *message, const char *path, int line, int column)
{
    g_autofree char *text = NULL;
    g_autofree char *callee = NULL;
    gsize start;
    gsize bytes = 0;

    if (!g_str_equal(message, "not a function") || column < 1)
        return NULL;
    text = read_line(path, line);
    if (text == NULL || column > g_utf8_strlen(text, -1))
        return NULL;
    start = (gsize)(g_utf8_offset_to_pointer(text, column - 1) - text);
    if (is_after_new(text, start)) {
        while (is_name(text[start + bytes]) || text[start + bytes] == '.')
            bytes++;
        return bytes > 0 ? g_strdup_printf("%.*s is not a constructor", (int)bytes, text + start)
                         : NULL;
    }
    while (is_name(text[start + bytes]))
        bytes++;
    if (bytes == 0 || !g_regex_match_simple("^\\s*(\\?\\.)?\\s*[(`]", text + start + bytes, 0, 0))
        return NULL;
    callee = name_member(text, start, bytes);
    return callee != NULL ? g_strdup_printf("%s is not a function", callee) : NULL;
}

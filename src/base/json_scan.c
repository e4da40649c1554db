/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_scan.h"

#include <string.h>

#include "base/text.h"

enum {
    DEPTH_MAX = 200,
    REPLACEMENT = 0xFFFD
};

typedef struct {
    const char *file;
    const char *text;
    gsize size;
    gsize at;
    guint depth;
    GArray *nodes;
    GError **error;
} Scan;

void
gw_json_place(const char *text, gsize offset, int *out_line, int *out_column)
{
    const char *line_start = text;
    int line = 1;

    for (const char *at = text; at < text + offset; at++) {
        if (*at != '\n')
            continue;
        line++;
        line_start = at + 1;
    }
    *out_line = line;
    *out_column = (int)g_utf8_strlen(line_start, text + offset - line_start) + 1;
}

static bool
throw_here(Scan *scan, const char *problem)
{
    g_autofree char *shown = gw_text_shown(scan->file);
    int line = 0;
    int column = 0;

    gw_json_place(scan->text, MIN(scan->at, scan->size), &line, &column);
    gw_throw(scan->error, GW_ERROR_CONFIG, "'%s' is not valid JSON: line %d, column %d: %s", shown,
             line, column, problem);
    if (scan->error != NULL)
        gw_error_place(*scan->error, scan->file, line, column);
    return false;
}

static char
peek(const Scan *scan)
{
    return scan->at < scan->size ? scan->text[scan->at] : '\0';
}

static void
skip_blanks(Scan *scan)
{
    while (scan->at < scan->size && strchr(" \t\r\n", scan->text[scan->at]) != NULL &&
           scan->text[scan->at] != '\0')
        scan->at++;
}

static bool
expect(Scan *scan, char wanted, const char *problem)
{
    skip_blanks(scan);
    if (peek(scan) != wanted)
        return throw_here(scan, problem);
    scan->at++;
    return true;
}

static bool
skip_escape(Scan *scan)
{
    const char letter = scan->at + 1 < scan->size ? scan->text[scan->at + 1] : '\0';

    if (letter != '\0' && strchr("\"\\/bfnrt", letter) != NULL) {
        scan->at += 2;
        return true;
    }
    if (letter != 'u' || scan->at + 6 > scan->size)
        return throw_here(scan, "there is no such escape");
    for (gsize digit = 2; digit < 6; digit++) {
        if (!g_ascii_isxdigit(scan->text[scan->at + digit]))
            return throw_here(scan, "\\u needs four hex digits");
    }
    scan->at += 6;
    return true;
}

static bool
skip_string(Scan *scan)
{
    scan->at++;
    while (peek(scan) != '"') {
        if (scan->at >= scan->size)
            return throw_here(scan, "a string has no end");
        if ((guchar)peek(scan) < 0x20)
            return throw_here(scan, "a string may not go over the end of a line");
        if (peek(scan) != '\\')
            scan->at++;
        else if (!skip_escape(scan))
            return false;
    }
    scan->at++;
    return true;
}

static gsize
skip_digits(Scan *scan)
{
    const gsize start = scan->at;

    while (g_ascii_isdigit(peek(scan)))
        scan->at++;
    return scan->at - start;
}

static bool
skip_number(Scan *scan)
{
    const char *problem = "a number was expected here";

    if (peek(scan) == '-')
        scan->at++;
    if (peek(scan) == '0')
        scan->at++;
    else if (skip_digits(scan) == 0)
        return throw_here(scan, problem);
    if (peek(scan) == '.') {
        scan->at++;
        if (skip_digits(scan) == 0)
            return throw_here(scan, problem);
    }
    if (peek(scan) == 'e' || peek(scan) == 'E') {
        scan->at++;
        if (peek(scan) == '-' || peek(scan) == '+')
            scan->at++;
        if (skip_digits(scan) == 0)
            return throw_here(scan, problem);
    }
    return true;
}

static bool
skip_word(Scan *scan, const char *word)
{
    const gsize length = strlen(word);

    if (scan->size - scan->at < length || memcmp(scan->text + scan->at, word, length) != 0)
        return throw_here(scan, "a value was expected here");
    scan->at += length;
    return true;
}

static bool scan_value(Scan *scan, GwJsonNode head);

/* A member's key, up to its value. */
static bool
scan_key(Scan *scan, GwJsonNode *out_head)
{
    GwJsonNode key = {.start = scan->at};

    if (peek(scan) != '"')
        return throw_here(scan, "a key in double quotes was expected here");
    if (!skip_string(scan))
        return false;
    key.end = scan->at;
    out_head->key_start = key.start;
    out_head->key_end = key.end;
    if (!expect(scan, ':', "a colon was expected here"))
        return false;
    skip_blanks(scan);
    out_head->key = gw_json_node_str(scan->text, &key);
    return true;
}

/* What stands between two brackets. */
static bool
scan_items(Scan *scan, char close)
{
    scan->at++;
    skip_blanks(scan);
    if (peek(scan) == close) {
        scan->at++;
        return true;
    }
    for (;;) {
        GwJsonNode head = {0};

        skip_blanks(scan);
        if (close == '}' && !scan_key(scan, &head))
            return false;
        if (!scan_value(scan, head))
            return false;
        skip_blanks(scan);
        if (peek(scan) != ',')
            break;
        scan->at++;
    }
    return expect(scan, close,
                  close == '}' ? "a comma or } was expected here"
                               : "a comma or ] was expected here");
}

static bool
scan_nested(Scan *scan, char close)
{
    bool is_fine = false;

    if (scan->depth == DEPTH_MAX)
        return throw_here(scan, "this is nested too deeply");
    scan->depth++;
    is_fine = scan_items(scan, close);
    scan->depth--;
    return is_fine;
}

static bool
scan_by_kind(Scan *scan, GwJsonKind kind)
{
    switch (kind) {
    case GW_JSON_OBJECT:
        return scan_nested(scan, '}');
    case GW_JSON_ARRAY:
        return scan_nested(scan, ']');
    case GW_JSON_STRING:
        return skip_string(scan);
    case GW_JSON_TRUE:
        return skip_word(scan, "true");
    case GW_JSON_FALSE:
        return skip_word(scan, "false");
    case GW_JSON_NULL:
        return skip_word(scan, "null");
    case GW_JSON_NUMBER:
        return skip_number(scan);
    }
    g_assert_not_reached();
}

static bool
kind_of_letter(char letter, GwJsonKind *out_kind)
{
    static const char letters[] = "{[\"-tfn";
    static const GwJsonKind kinds[] = {GW_JSON_OBJECT, GW_JSON_ARRAY, GW_JSON_STRING,
                                       GW_JSON_NUMBER, GW_JSON_TRUE,  GW_JSON_FALSE,
                                       GW_JSON_NULL};
    const char *found = letter != '\0' ? strchr(letters, letter) : NULL;

    *out_kind = found != NULL ? kinds[found - letters] : GW_JSON_NUMBER;
    return found != NULL || g_ascii_isdigit(letter);
}

/* The node is put down before its children, and completed after them. `head` is consumed. */
static bool
scan_value(Scan *scan, GwJsonNode head)
{
    const guint index = scan->nodes->len;
    const bool is_value = kind_of_letter(peek(scan), &head.kind);
    GwJsonNode *node = NULL;

    head.start = scan->at;
    g_array_append_val(scan->nodes, head);
    if (!is_value)
        return throw_here(scan,
                          peek(scan) == '/' ? "JSON has no comments" : "a value was expected here");
    if (!scan_by_kind(scan, head.kind))
        return false;
    node = &g_array_index(scan->nodes, GwJsonNode, index);
    node->end = scan->at;
    node->next = scan->nodes->len;
    return true;
}

static void
clear_node(gpointer data)
{
    GwJsonNode *node = data;

    g_clear_pointer(&node->key, g_free);
}

GArray *
gw_json_scan(const char *file, const char *text, gsize size, GError **error)
{
    g_autoptr(GArray) nodes = g_array_new(FALSE, TRUE, sizeof(GwJsonNode));
    Scan scan = {.file = file, .text = text, .size = size, .nodes = nodes, .error = error};
    const char *invalid = NULL;

    g_array_set_clear_func(nodes, clear_node);
    if (!g_utf8_validate_len(text, size, &invalid)) {
        scan.at = (gsize)(invalid - text);
        throw_here(&scan, "this is not valid UTF-8");
        return NULL;
    }
    if (g_str_has_prefix(text, "\xEF\xBB\xBF"))
        scan.at = 3;
    skip_blanks(&scan);
    if (!scan_value(&scan, (GwJsonNode){0}))
        return NULL;
    skip_blanks(&scan);
    if (scan.at < size) {
        throw_here(&scan, "nothing may follow here");
        return NULL;
    }
    return g_steal_pointer(&nodes);
}

const GwJsonNode *
gw_json_node(const GArray *nodes, guint index)
{
    return &g_array_index(nodes, GwJsonNode, index);
}

guint
gw_json_member(const GArray *nodes, guint index, const char *key)
{
    const guint end = gw_json_node(nodes, index)->next;
    guint found = 0;

    for (guint child = index + 1; child < end; child = gw_json_node(nodes, child)->next) {
        const char *name = gw_json_node(nodes, child)->key;

        if (name != NULL && strcmp(name, key) == 0)
            found = child;
    }
    return found;
}

static gunichar
hex_unit(const char *at)
{
    gunichar unit = 0;

    for (guint digit = 0; digit < 4; digit++)
        unit = unit * 16 + (gunichar)g_ascii_xdigit_value(at[digit]);
    return unit;
}

/* The character of the \u at `*at`, two of them where they are a surrogate pair. */
static gunichar
decode_unicode(const char **at)
{
    const gunichar high = hex_unit(*at + 2);
    gunichar low = 0;

    *at += 6;
    if (high < 0xD800 || high > 0xDFFF)
        return high != 0 ? high : REPLACEMENT;
    if (high > 0xDBFF || (*at)[0] != '\\' || (*at)[1] != 'u')
        return REPLACEMENT;
    low = hex_unit(*at + 2);
    if (low < 0xDC00 || low > 0xDFFF)
        return REPLACEMENT;
    *at += 6;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

static void
decode_escape(const char **at, GString *out)
{
    static const char letters[] = "bfnrt";
    static const char meanings[] = "\b\f\n\r\t";
    const char letter = (*at)[1];
    const char *found = strchr(letters, letter);

    if (letter == 'u') {
        g_string_append_unichar(out, decode_unicode(at));
        return;
    }
    g_string_append_c(out, found != NULL ? meanings[found - letters] : letter);
    *at += 2;
}

char *
gw_json_node_str(const char *text, const GwJsonNode *node)
{
    const char *at = text + node->start + 1;
    const char *end = text + node->end - 1;
    GString *out = g_string_new(NULL);

    while (at < end) {
        if (*at == '\\')
            decode_escape(&at, out);
        else
            g_string_append_c(out, *at++);
    }
    return g_string_free(out, FALSE);
}

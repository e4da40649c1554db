/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <string.h>

enum {
    REPLACEMENT = 0xFFFD
};

/* The character at `*at`, which moves on: U+FFFD for one byte that is no UTF-8. */
static gunichar
next_char(const char **at)
{
    gunichar letter = g_utf8_get_char_validated(*at, -1);

    if (letter == (gunichar)-1 || letter == (gunichar)-2) {
        (*at)++;
        return REPLACEMENT;
    }
    *at = g_utf8_next_char(*at);
    return letter;
}

static GArray *
letters_of(const char *text)
{
    GArray *letters = g_array_new(FALSE, FALSE, sizeof(gunichar));

    while (*text != '\0') {
        gunichar letter = g_unichar_tolower(next_char(&text));

        g_array_append_val(letters, letter);
    }
    return letters;
}

/* Damerau's distance (optimal string alignment), three rows of its table at a time. */
guint
gw_text_distance(const char *left, const char *right)
{
    g_autoptr(GArray) a = letters_of(left);
    g_autoptr(GArray) b = letters_of(right);
    const gunichar *from = (const gunichar *)(void *)a->data;
    const gunichar *to = (const gunichar *)(void *)b->data;
    const gsize width = b->len + 1;
    g_autofree guint *table = g_new0(guint, 3 * width);

    for (guint column = 0; column < width; column++)
        table[column] = column;
    for (guint row = 1; row <= a->len; row++) {
        const guint *older = table + (row + 1) % 3 * width;
        const guint *above = table + (row + 2) % 3 * width;
        guint *here = table + row % 3 * width;

        here[0] = row;
        for (guint column = 1; column < width; column++) {
            guint change = above[column - 1] + (from[row - 1] != to[column - 1]);

            here[column] = MIN(change, MIN(above[column], here[column - 1]) + 1);
            if (row > 1 && column > 1 && from[row - 1] == to[column - 2] &&
                from[row - 2] == to[column - 1])
                here[column] = MIN(here[column], older[column - 2] + 1);
        }
    }
    return table[a->len % 3 * width + width - 1];
}

const char *
gw_text_nearest(const char *word, const char *const *candidates)
{
    const char *nearest = NULL;
    guint least = G_MAXUINT;

    for (; *candidates != NULL; candidates++) {
        guint distance = gw_text_distance(word, *candidates);

        if (distance < least) {
            least = distance;
            nearest = *candidates;
        }
    }
    /* A third of the word may be wrong; more is another word. */
    return least <= MAX(1, strlen(word) / 3) ? nearest : NULL;
}

char *
gw_text_plural(gint64 count, const char *noun)
{
    return g_strdup_printf("%" G_GINT64_FORMAT " %s%s", count, noun, count == 1 ? "" : "s");
}

static void
append_shown(GString *out, const char **at)
{
    const char *start = *at;
    const gunichar valid = g_utf8_get_char_validated(start, -1);
    const gunichar letter = next_char(at);

    if (valid == (gunichar)-1 || valid == (gunichar)-2)
        g_string_append_printf(out, "\\x%02x", (guchar)*start);
    else if (letter == '\n')
        g_string_append(out, "\\n");
    else if (letter == '\r')
        g_string_append(out, "\\r");
    else if (letter == '\t')
        g_string_append(out, "\\t");
    else if (letter == '\\' || letter == '\'')
        g_string_append_printf(out, "\\%c", (char)letter);
    else if (!g_unichar_isprint(letter))
        g_string_append_printf(out, "\\u%04x", letter);
    else
        g_string_append_len(out, start, *at - start);
}

char *
gw_text_shown(const char *bytes)
{
    GString *out = g_string_new(NULL);

    while (*bytes != '\0')
        append_shown(out, &bytes);
    return g_string_free(out, FALSE);
}

char *
gw_text_list(const GPtrArray *names)
{
    GString *out = g_string_new(NULL);

    for (guint index = 0; index < names->len; index++) {
        g_autofree char *shown = gw_text_shown(names->pdata[index]);

        if (index > 0)
            g_string_append(out, index + 1 == names->len ? " and " : ", ");
        g_string_append_printf(out, "'%s'", shown);
    }
    return g_string_free(out, FALSE);
}

static bool
is_secret_option(const char *pair)
{
    static const char *const secrets[] = {
        "tlsCertificateKeyFilePassword=", "sslClientCertificateKeyPassword=",
        "authMechanismProperties=", "proxyPassword="};

    for (gsize index = 0; index < G_N_ELEMENTS(secrets); index++) {
        if (g_ascii_strncasecmp(pair, secrets[index], strlen(secrets[index])) == 0)
            return true;
    }
    return false;
}

/* "tlsCertificateKeyFilePassword=x&a=b": the values that are secrets. */
static char *
mask_options(const char *options)
{
    g_auto(GStrv) pairs = g_strsplit(options, "&", -1);
    GString *out = g_string_new(NULL);

    for (guint index = 0; pairs[index] != NULL; index++) {
        const bool is_secret = is_secret_option(pairs[index]);
        const gsize name = strcspn(pairs[index], "=");

        if (index > 0)
            g_string_append_c(out, '&');
        g_string_append_len(out, pairs[index], (gssize)(is_secret ? name : strlen(pairs[index])));
        if (is_secret)
            g_string_append(out, "=***");
    }
    return g_string_free(out, FALSE);
}

char *
gw_text_masked_uri(const char *uri)
{
    const char *scheme = strstr(uri, "://");
    const char *start = scheme != NULL ? scheme + 3 : uri;
    /* The last '@', because people forget to escape those in passwords: rather hide too much. */
    const char *at = strrchr(start, '@');
    const char *rest = at != NULL ? at : start;
    const char *question = strchr(rest, '?');
    const char *colon = at != NULL ? memchr(start, ':', at - start) : NULL;
    g_autofree char *user = g_strndup(start, colon != NULL ? colon - start : 0);
    g_autofree char *host =
        question != NULL ? g_strndup(rest, question + 1 - rest) : g_strdup(rest);
    g_autofree char *options = mask_options(question != NULL ? question + 1 : "");
    g_autofree char *prefix = g_strndup(uri, start - uri);
    const char *secret = at == NULL ? "" : colon != NULL ? ":***" : "***";

    return g_strconcat(prefix, user, secret, host, options, NULL);
}

/* The next UTF-16 code unit; `low` keeps the second half of a pair for the next call. */
static gunichar
next_unit(const char **at, gunichar *low)
{
    gunichar letter = *low;

    *low = 0;
    if (letter != 0)
        return letter;
    letter = next_char(at);
    if (letter < 0x10000)
        return letter;
    *low = 0xDC00 + ((letter - 0x10000) & 0x3FF);
    return 0xD800 + ((letter - 0x10000) >> 10);
}

int
gw_text_compare_utf16(const char *left, const char *right)
{
    gunichar left_low = 0;
    gunichar right_low = 0;

    while ((*left != '\0' || left_low != 0) && (*right != '\0' || right_low != 0)) {
        gunichar a = next_unit(&left, &left_low);
        gunichar b = next_unit(&right, &right_low);

        if (a != b)
            return a < b ? -1 : 1;
    }
    return (*left != '\0') - (*right != '\0');
}

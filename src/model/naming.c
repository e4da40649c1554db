/* SPDX-License-Identifier: Apache-2.0 */
#include "model/naming.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum {
    STAMP_DIGITS = 14,
    SEQUENCE_DIGITS_MAX = 7,
    SEQUENCE_WIDTH = 3,
    SLUG_BYTES_MAX = 100
};

static gsize
count_digits(const char *text)
{
    return strspn(text, "0123456789");
}

gsize
gw_naming_number_length(const char *name)
{
    const gsize digits = count_digits(name);

    return name[digits] == '\0' || strchr("_-. ", name[digits]) != NULL ? digits : 0;
}

bool
gw_naming_has_stamp(const char *name)
{
    return gw_naming_number_length(name) == STAMP_DIGITS;
}

bool
gw_naming_has_sequence(const char *name)
{
    const gsize digits = gw_naming_number_length(name);
    const char *rest = name + digits;

    if (digits == 0 || digits > SEQUENCE_DIGITS_MAX)
        return false;
    /* 2026-01-31: a date is no count. */
    return !(*rest == '-' && g_ascii_isdigit(rest[1]));
}

/* Numbers of any length; leading zeros do not count. */
static int
compare_numbers(const char *left, const char *right)
{
    gsize left_digits = 0;
    gsize right_digits = 0;

    left += strspn(left, "0");
    right += strspn(right, "0");
    left_digits = count_digits(left);
    right_digits = count_digits(right);
    if (left_digits != right_digits)
        return left_digits < right_digits ? -1 : 1;
    return strncmp(left, right, left_digits);
}

int
gw_naming_compare(GwFlavour flavour, const char *left, const char *right)
{
    const bool left_has = count_digits(left) > 0;
    const bool right_has = count_digits(right) > 0;
    int order = 0;

    if (flavour == GW_FLAVOUR_MIGRATE_MONGO)
        return gw_text_compare_utf16(left, right);
    if (left_has != right_has)
        return left_has ? -1 : 1;
    if (left_has)
        order = compare_numbers(left, right);
    return order != 0 ? order : gw_text_compare_utf16(left, right);
}

char *
gw_naming_number(const char *name)
{
    const gsize digits = gw_naming_number_length(name);
    const gsize zeros = MIN(digits, strspn(name, "0"));

    return g_strndup(name + zeros, digits - zeros);
}

bool
gw_naming_same_number(const char *left, const char *right)
{
    return gw_naming_number_length(left) > 0 && gw_naming_number_length(right) > 0 &&
           compare_numbers(left, right) == 0;
}

char *
gw_naming_slug(const char *description)
{
    g_autofree char *valid = g_utf8_make_valid(description, -1);
    g_autofree char *composed = g_utf8_normalize(valid, -1, G_NORMALIZE_NFC);
    g_autofree char *lower = g_utf8_strdown(composed, -1);
    g_autoptr(GString) slug = g_string_new(NULL);

    for (const char *at = lower; *at != '\0'; at = g_utf8_next_char(at)) {
        const gunichar letter = g_utf8_get_char(at);
        const bool is_kept = g_unichar_isalnum(letter) || g_unichar_ismark(letter) || letter == '-';

        if (slug->len + 6 > SLUG_BYTES_MAX)
            break;
        if (is_kept)
            g_string_append_unichar(slug, letter);
        else if (slug->len > 0 && slug->str[slug->len - 1] != '_')
            g_string_append_c(slug, '_');
    }
    while (slug->len > 0 && strchr("_-", slug->str[slug->len - 1]) != NULL)
        g_string_truncate(slug, slug->len - 1);
    return g_strdup(slug->len > 0 ? slug->str : "migration");
}

static bool
prefers_stamps(const GPtrArray *ids)
{
    guint stamps = 0;
    guint sequences = 0;

    for (guint index = 0; index < ids->len; index++) {
        stamps += gw_naming_has_stamp(ids->pdata[index]);
        sequences += gw_naming_has_sequence(ids->pdata[index]);
    }
    return stamps > sequences;
}

/* One more than the highest number, as wide as the widest. */
static char *
next_number(const GPtrArray *ids)
{
    gsize width = SEQUENCE_WIDTH;
    guint64 highest = 0;

    for (guint index = 0; index < ids->len; index++) {
        const char *id = ids->pdata[index];

        if (!gw_naming_has_sequence(id))
            continue;
        width =
            highest == 0 ? gw_naming_number_length(id) : MAX(width, gw_naming_number_length(id));
        highest = MAX(highest, g_ascii_strtoull(id, NULL, 10));
    }
    return g_strdup_printf("%0*" G_GUINT64_FORMAT, (int)width, highest + 1);
}

char *
gw_naming_next(const GPtrArray *ids, int sequential, gint64 now_ms, const char *description)
{
    const bool is_stamp = sequential < 0 ? prefers_stamps(ids) : sequential == 0;
    g_autofree char *prefix = is_stamp ? gw_clock_stamp(now_ms) : next_number(ids);
    g_autofree char *slug = gw_naming_slug(description);

    return g_strconcat(prefix, is_stamp ? "-" : "_", slug, NULL);
}

char *
gw_naming_id_of_list(const char *name)
{
    const char *end = g_strrstr(name, g_str_has_suffix(name, ".up.json") ? ".up." : ".down.");

    return g_strndup(name, (gsize)(end - name));
}

char *
gw_naming_id_of_file(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot == NULL || dot == name ? g_strdup(name) : g_strndup(name, (gsize)(dot - name));
}

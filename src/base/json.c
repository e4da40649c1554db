/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"

struct GwJson {
    GString *text; /* owned */
    guint depth;
    bool needs_comma;
};

GwJson *
gw_json_new(void)
{
    GwJson *json = g_new0(GwJson, 1);

    json->text = g_string_new(NULL);
    return json;
}

void
gw_json_free(GwJson *json)
{
    if (json == NULL)
        return;
    g_string_free(json->text, TRUE);
    g_free(json);
}

const char *
gw_json_text(const GwJson *json)
{
    g_assert(json->depth == 0);
    return json->text->str;
}

static void
begin_value(GwJson *json)
{
    if (json->needs_comma)
        g_string_append_c(json->text, ',');
    json->needs_comma = true;
}

static void
begin(GwJson *json, char bracket)
{
    begin_value(json);
    g_string_append_c(json->text, bracket);
    json->needs_comma = false;
    json->depth++;
}

static void
end(GwJson *json, char bracket)
{
    g_assert(json->depth > 0);
    g_string_append_c(json->text, bracket);
    json->needs_comma = true;
    json->depth--;
}

void
gw_json_begin_object(GwJson *json)
{
    begin(json, '{');
}

void
gw_json_end_object(GwJson *json)
{
    end(json, '}');
}

void
gw_json_begin_array(GwJson *json)
{
    begin(json, '[');
}

void
gw_json_end_array(GwJson *json)
{
    end(json, ']');
}

static const char *
short_escape(char letter)
{
    switch (letter) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

void
gw_json_quote(GString *out, const char *value)
{
    g_autofree char *valid = g_utf8_make_valid(value, -1);

    g_string_append_c(out, '"');
    for (const char *at = valid; *at != '\0'; at++) {
        const char *escape = short_escape(*at);

        if (escape != NULL)
            g_string_append(out, escape);
        else if ((guchar)*at < 0x20 || *at == 0x7F)
            g_string_append_printf(out, "\\u%04x", (guchar)*at);
        else
            g_string_append_c(out, *at);
    }
    g_string_append_c(out, '"');
}

void
gw_json_key(GwJson *json, const char *key)
{
    begin_value(json);
    gw_json_quote(json->text, key);
    g_string_append_c(json->text, ':');
    json->needs_comma = false;
}

void
gw_json_raw(GwJson *json, const char *text)
{
    begin_value(json);
    g_string_append(json->text, text);
}

void
gw_json_null(GwJson *json)
{
    gw_json_raw(json, "null");
}

void
gw_json_str(GwJson *json, const char *value)
{
    if (value == NULL) {
        gw_json_null(json);
        return;
    }
    begin_value(json);
    gw_json_quote(json->text, value);
}

void
gw_json_int(GwJson *json, gint64 value)
{
    begin_value(json);
    g_string_append_printf(json->text, "%" G_GINT64_FORMAT, value);
}

void
gw_json_double(GwJson *json, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    gw_json_raw(json, isfinite(value) ? g_ascii_dtostr(digits, sizeof digits, value) : "null");
}

void
gw_json_bool(GwJson *json, bool value)
{
    gw_json_raw(json, value ? "true" : "false");
}

void
gw_json_date_ms(GwJson *json, gint64 ms)
{
    g_autofree char *iso = gw_clock_iso(ms);

    gw_json_str(json, iso);
}

void
gw_json_add_str(GwJson *json, const char *key, const char *value)
{
    gw_json_key(json, key);
    gw_json_str(json, value);
}

void
gw_json_add_int(GwJson *json, const char *key, gint64 value)
{
    gw_json_key(json, key);
    gw_json_int(json, value);
}

void
gw_json_add_bool(GwJson *json, const char *key, bool value)
{
    gw_json_key(json, key);
    gw_json_bool(json, value);
}

void
gw_json_add_date_ms(GwJson *json, const char *key, gint64 ms)
{
    gw_json_key(json, key);
    gw_json_date_ms(json, ms);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer of JSON on one line, for everything that machines read from us. Commas, quoting and
 * invalid UTF-8 are its business; that keys and values alternate is the caller's.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct GwJson GwJson;

GwJson *gw_json_new(void);
void gw_json_free(GwJson *json);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwJson, gw_json_free)

/* The text so far, borrowed until the next call. All that was begun has been ended (asserted). */
const char *gw_json_text(const GwJson *json);

void gw_json_begin_object(GwJson *json);
void gw_json_end_object(GwJson *json);
void gw_json_begin_array(GwJson *json);
void gw_json_end_array(GwJson *json);

/* The next value belongs to this key. */
void gw_json_key(GwJson *json, const char *key);

/* Values, in an array or after a key. */
void gw_json_str(GwJson *json, const char *value); /* NULL: null */
void gw_json_int(GwJson *json, gint64 value);
void gw_json_double(GwJson *json, double value); /* NaN and the infinities: null */
void gw_json_bool(GwJson *json, bool value);
void gw_json_null(GwJson *json);
void gw_json_date_ms(GwJson *json, gint64 ms);    /* ISO text; G_MININT64: null */
void gw_json_raw(GwJson *json, const char *text); /* is JSON already */

/* A key with its value. */
void gw_json_add_str(GwJson *json, const char *key, const char *value);
void gw_json_add_int(GwJson *json, const char *key, gint64 value);
void gw_json_add_bool(GwJson *json, const char *key, bool value);
void gw_json_add_date_ms(GwJson *json, const char *key, gint64 ms);

/* Append `value` in quotes to `out`, invalid UTF-8 replaced. */
void gw_json_quote(GString *out, const char *value);

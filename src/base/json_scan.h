/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON read with its places: what stands where in the text, for errors that name a line and for
 * changing one spot of a file without touching the rest. Strict (no comments, no trailing commas);
 * for data, see libbson.
 */
#pragma once

#include "base/error.h"

typedef enum {
    GW_JSON_OBJECT,
    GW_JSON_ARRAY,
    GW_JSON_STRING,
    GW_JSON_NUMBER,
    GW_JSON_TRUE,
    GW_JSON_FALSE,
    GW_JSON_NULL,
} GwJsonKind;

/* One value. A node's children follow it at once, up to `next`. Offsets are in bytes. */
typedef struct {
    GwJsonKind kind;
    guint next;    /* index of the first node behind this one and all that it holds */
    char *key;     /* owned, decoded; NULL where it is not a member of an object */
    gsize key_end; /* behind the key's closing quote */
    gsize key_start;
    gsize start; /* of the value, its opening quote or bracket included */
    gsize end;
} GwJsonNode;

/* The nodes of `text` in the order of the text, the whole value first: an owned array of
 * GwJsonNode. `file` is for errors, which are GW_ERROR_CONFIG with the place set. */
GArray *gw_json_scan(const char *file, const char *text, gsize size, GError **error);

const GwJsonNode *gw_json_node(const GArray *nodes, guint index);

/* The index of the last member called `key` of the object at `index`, or 0. */
guint gw_json_member(const GArray *nodes, guint index, const char *key);

/* The value of a string node, decoded. What a C string or UTF-8 cannot hold becomes U+FFFD. Owned.
 */
char *gw_json_node_str(const char *text, const GwJsonNode *node);

/* Line and column, both from 1, of a place. */
void gw_json_place(const char *text, gsize offset, int *out_line, int *out_column);

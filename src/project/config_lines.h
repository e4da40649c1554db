/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration as a flat list, one line for each value, wherever it was written: JSON on disk or
 * what a script exports. It does not know which keys there are.
 */
#pragma once

#include "base/bson.h"
#include "base/error.h"

typedef enum {
    GW_LINE_OBJECT, /* its members follow */
    GW_LINE_STRING,
    GW_LINE_NUMBER,
    GW_LINE_BOOL,
    GW_LINE_NULL,
    GW_LINE_OTHER, /* an array, a date, ... */
} GwConfigLineKind;

typedef struct {
    char *path; /* owned: "policies.changed" */
    char *text; /* owned: "fail", "60", "true"; NULL where the kind has none */
    GwConfigLineKind kind;
    int line; /* in the file, from 1; 0 = unknown */
    int column;
} GwConfigLine;

/* Owned arrays of GwConfigLine. The first fails with GW_ERROR_CONFIG. */
GPtrArray *gw_config_lines_of_json(const char *file, const char *text, gsize size, GError **error);
GPtrArray *gw_config_lines_of_bson(const bson_t *doc);

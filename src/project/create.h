/* SPDX-License-Identifier: Apache-2.0 */
/* Making the file of a new migration. */
#pragma once

#include "model/config.h"

/* All pointers are borrowed. */
typedef struct {
    const GwConfig *config;
    const char *root; /* absolute */
    const char *description;
    int sequential; /* 1 = number, 0 = timestamp, -1 = what the folder uses */
    gint64 now_ms;
} GwCreateRequest;

/* Make the file from the project's template (<dir>/.template/, migrate-mongo: sample-migration),
 * else from the built-in one. `out_path` is owned: the folder as the configuration writes it, plus
 * the name. Fails with GW_ERROR_USAGE (no description) and GW_ERROR_IO (no folder; never
 * overwrites). */
bool gw_create_migration(const GwCreateRequest *request, char **out_path, GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
/* The migrations folder: which files are migrations. None of them is run. */
#pragma once

#include "model/config.h"
#include "model/migration.h"

/* The migrations in `folder` (absolute), in order: an owned array of GwMigrationFile.
 * godwit: .js, .cjs, .mjs, .ts, .cts and .mts files that are not hidden, without .d.ts, and
 * NUMBER_name.up.json with its .down.json, which are one migration.
 * migrate-mongo: every file that ends as configured, hidden ones too. Never sample-migration.*.
 * Fails with GW_ERROR_IO (no such folder, not readable) and GW_ERROR_INTEGRITY (a name that is no
 * UTF-8). */
GPtrArray *gw_scan_folder(const GwConfig *config, const char *folder, GError **error);

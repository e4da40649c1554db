/* SPDX-License-Identifier: Apache-2.0 */
/* Laying a new project. Nothing that is there is overwritten. */
#pragma once

#include "base/error.h"

/* All pointers are borrowed. */
typedef struct {
    const char *folder;        /* absolute, and there */
    const char *module_system; /* "commonjs", "esm"; NULL = commonjs */
    const char *uri;           /* NULL = a local server */
    const char *database;      /* NULL = the folder's name */
} GwInitRequest;

/* godwit.json, migrations/ with .template/migration-template.js, `.godwit/` in .gitignore, and the
 * scripts migrate, migrate:create, migrate:up ... in a package.json that is there. `done` gets an
 * owned char * for each thing made or left alone. Fails with GW_ERROR_IO where there is a
 * configuration already and GW_ERROR_REFUSED in a migrate-mongo project, before anything is made.
 */
bool gw_init_native(const GwInitRequest *request, GPtrArray *done, GError **error);

/* migrate-mongo-config.js and migrations/, as migrate-mongo's own init makes them. */
bool gw_init_migrate_mongo(const GwInitRequest *request, GPtrArray *done, GError **error);

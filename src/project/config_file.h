/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a configuration file, environment variables and flags to a GwConfig. A JavaScript file is
 * evaluated by whoever calls; a `.env` is not read.
 */
#pragma once

#include "base/bson.h"
#include "model/config.h"
#include "project/locate.h"

/* A value from the command line, stronger than all others. Borrowed. */
typedef struct {
    GwConfigKey key;
    const char *value;
    const char *origin; /* "--uri" */
} GwConfigFlag;

/* All pointers are borrowed. */
typedef struct {
    const GwLocation *location;
    const bson_t *exported; /* what the script exports; NULL unless location->is_script */
    char **variables;       /* "NAME=value", as g_get_environ() gives them */
    const GwConfigFlag *flags;
    gsize flag_count;
} GwConfigSources;

/* The configuration. Weakest first: defaults, the file, its section environments.<environment>,
 * environment variables, flags. In a migrate-mongo project a variable that is not godwit's own
 * (MONGODB_URI) does not beat its file, which reads such variables itself. Owned. `notes` gets
 * owned char *, one for each setting that has no effect; it may be NULL. Fails with
 * GW_ERROR_CONFIG, file and line set where they are known, and GW_ERROR_IO. */
GwConfig *gw_config_file_load(const GwConfigSources *sources, GPtrArray *notes, GError **error);

/* Whose rules a project follows: by the name of its file, or by what it exports where -f named it.
 */
GwFlavour gw_config_file_flavour(const GwLocation *location, const bson_t *exported);

/* Whether the configuration says where to connect and where to keep track. Fails with
 * GW_ERROR_CONFIG, in a migrate-mongo project in its words. Making a file needs neither. */
bool gw_config_file_check_connection(const GwConfig *config, GError **error);

/* The migrations folder, absolute. Owned. */
char *gw_config_file_folder(const GwConfig *config, const char *root);

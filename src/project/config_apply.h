/* SPDX-License-Identifier: Apache-2.0 */
/* What a configuration file says, put into a GwConfig: one function for each flavour. */
#pragma once

#include "model/config.h"
#include "project/config_lines.h"

/* A file that was read. Borrowed. */
typedef struct {
    const GPtrArray *lines; /* GwConfigLine */
    const char *path;       /* for the error's place */
    const char *name;       /* "godwit.json", for people */
} GwConfigText;

/* godwit's own keys, without `environments`. Every line is checked, those of environments too.
 * Fails with GW_ERROR_CONFIG: an unknown key (the nearest right one in the hint), a wrong value. */
bool gw_config_apply_native(GwConfig *config, const GwConfigText *text, GError **error);

/* The section environments.<environment>; none is nothing. */
bool gw_config_apply_environment(GwConfig *config, const GwConfigText *text,
                                 const char *environment, GError **error);

/* Whether the file has a section for it, or has no sections at all. `out_nearest` is owned:
 * the one that may have been meant, or NULL. */
bool gw_config_has_environment(const GwConfigText *text, const char *environment,
                               char **out_nearest);

/* What migrate-mongo's configuration exports. */
bool gw_config_apply_migrate_mongo(GwConfig *config, const bson_t *exported, const char *name,
                                   GPtrArray *notes, GError **error);

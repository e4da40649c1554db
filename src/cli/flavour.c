/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flavour.h"

#include <glib.h>

static bool
is_there(const char *name)
{
    return g_file_test(name, G_FILE_TEST_EXISTS);
}

bool
gw_flavour_is_migrate_mongo(const char *config_file)
{
    g_autofree char *name = config_file != NULL ? g_path_get_basename(config_file) : NULL;

    if (name != NULL)
        return !g_str_has_prefix(name, "godwit") && !g_str_has_suffix(name, ".json");
    return is_there("migrate-mongo-config.js") && !is_there("godwit.json") &&
           !is_there("godwit.config.js");
}

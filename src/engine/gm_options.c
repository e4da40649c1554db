/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/gm_options.h"

#include "engine/project-internal.h"

/* The value of an option of the URI, NULL = it is not there. Owned. */
static char *
option_of(const GwProject *project, const char *name)
{
    const char *uri = gw_config_str(gw_project_config(project), GW_CONFIG_URI);
    const char *query = uri != NULL ? strchr(uri, '?') : NULL;
    g_autoptr(GHashTable) options = NULL;

    if (query == NULL || !gw_project_is_golang_migrate(project))
        return NULL;
    options = g_uri_parse_params(query + 1, -1, "&", G_URI_PARAMS_NONE, NULL);
    return options != NULL ? g_strdup(g_hash_table_lookup(options, name)) : NULL;
}

static bool
check_name(const GwProject *project, const char *option, const char *ours, const char *hint,
           GError **error)
{
    g_autofree char *wanted = option_of(project, option);

    if (wanted == NULL || *wanted == '\0' || g_str_equal(wanted, ours))
        return true;
    gw_throw(error, GW_ERROR_CONFIG, "the URI says %s=%s, and godwit uses '%s'", option, wanted,
             ours);
    return gw_hint(error, hint, wanted);
}

bool
gw_gm_options_check(const GwProject *project, GError **error)
{
    return check_name(project, "x-migrations-collection", gw_project_tracker_name(project),
                      "Write \"tracker\": \"%s\" into the configuration.", error) &&
           check_name(project, "x-advisory-lock-collection", "migrate_advisory_lock",
                      "Take the option away for all programs that migrate: who locks '%s' does not "
                      "keep godwit out.",
                      error);
}

bool
gw_gm_options_is_transaction(const GwProject *project)
{
    /* As Go reads a bool. */
    const char *const words[] = {"1", "t", "T", "TRUE", "true", "True", NULL};
    g_autofree char *mode = option_of(project, "x-transaction-mode");

    return mode != NULL && g_strv_contains(words, mode);
}

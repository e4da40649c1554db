/* SPDX-License-Identifier: Apache-2.0 */
#include "project/config_file.h"

#include <string.h>

#include "base/fs.h"
#include "base/text.h"
#include "project/config_apply.h"

GwFlavour
gw_config_file_flavour(const GwLocation *location, const bson_t *exported)
{
    if (!location->is_named || exported == NULL)
        return location->flavour;
    return gw_bson_has(exported, "mongodb") || gw_bson_has(exported, "changelogCollectionName") ||
                   gw_bson_has(exported, "migrationsDir")
               ? GW_FLAVOUR_MIGRATE_MONGO
               : GW_FLAVOUR_GODWIT;
}

/* What the value of `key` is to come from: the first of its variables that is set and not empty. An
 * empty one is how CI systems say "not set". Borrowed. */
static const char *
read_variable(const GwConfigSources *sources, GwConfigKey key, char **out_name)
{
    g_auto(GStrv) names = g_strsplit(gw_config_key_info(key)->variables, " ", -1);

    for (guint index = 0; names[index] != NULL; index++) {
        const char *value =
            *names[index] != '\0' ? g_environ_getenv(sources->variables, names[index]) : NULL;

        if (value == NULL || *value == '\0')
            continue;
        *out_name = g_strdup(names[index]);
        return value;
    }
    return NULL;
}

static bool
apply_variable(GwConfig *config, const GwConfigSources *sources, GwConfigKey key, GError **error)
{
    g_autofree char *name = NULL;
    const char *value = read_variable(sources, key, &name);

    if (value == NULL)
        return true;
    if (gw_config_flavour(config) == GW_FLAVOUR_MIGRATE_MONGO &&
        !g_str_has_prefix(name, "GODWIT_") && !gw_config_is_default(config, key))
        return true;
    return gw_config_set(config, key, value, name, error);
}

/* A path on the command line counts from where the user is, one in the file from the file. */
static bool
apply_flag(GwConfig *config, const GwConfigSources *sources, const GwConfigFlag *flag,
           GError **error)
{
    const GwLocation *location = sources->location;
    g_autofree char *absolute = NULL;

    if (gw_config_key_info(flag->key)->type != GW_CONFIG_TYPE_PATH || *flag->value == '\0' ||
        strcmp(location->folder, location->root) == 0)
        return gw_config_set(config, flag->key, flag->value, flag->origin, error);
    absolute = gw_fs_absolute(location->folder, flag->value);
    return gw_config_set(config, flag->key, absolute, flag->origin, error);
}

static bool
apply_flags(GwConfig *config, const GwConfigSources *sources, GError **error)
{
    for (gsize index = 0; index < sources->flag_count; index++) {
        if (!apply_flag(config, sources, &sources->flags[index], error))
            return false;
    }
    return true;
}

static bool
apply_strong(GwConfig *config, const GwConfigSources *sources, GError **error)
{
    for (guint key = 0; key < GW_CONFIG_KEY_COUNT; key++) {
        if (!apply_variable(config, sources, key, error))
            return false;
    }
    return apply_flags(config, sources, error);
}

/* "prodcution" must not quietly mean the file's general settings. NODE_ENV says "test" and the like
 * for reasons that have nothing to do with us, so that only our own ways of choosing are checked.
 */
static bool
check_environment(const GwConfig *config, const GwConfigText *text, GError **error)
{
    const char *const usual[] = {"development", "staging", "production", NULL};
    const char *environment = gw_config_str(config, GW_CONFIG_ENVIRONMENT);
    const char *origin = gw_config_origin(config, GW_CONFIG_ENVIRONMENT);
    g_autofree char *nearest = NULL;
    g_autofree char *shown = gw_text_shown(environment);

    if (gw_config_has_environment(text, environment, &nearest) ||
        g_strv_contains(usual, environment) || strcmp(origin, "NODE_ENV") == 0)
        return true;
    gw_throw(error, GW_ERROR_CONFIG, "%s has no environment '%s' (from %s)", text->name, shown,
             origin);
    if (nearest != NULL)
        return gw_hint(error, "Did you mean '%s'?", nearest);
    return gw_hint(error, "Add it under \"environments\".");
}

/* Production is protected unless somebody said that it is not. */
static bool
protect_production(GwConfig *config, GError **error)
{
    if (!gw_config_is_default(config, GW_CONFIG_PROTECTED) ||
        strcmp(gw_config_str(config, GW_CONFIG_ENVIRONMENT), "production") != 0)
        return true;
    return gw_config_set(config, GW_CONFIG_PROTECTED, "true", "default in production", error);
}

static bool
apply_native_file(GwConfig *config, const GwConfigSources *sources, const GwConfigText *text,
                  GError **error)
{
    /* The strong sources go in twice: first because they may choose the environment, whose section
     * then covers them. */
    return gw_config_apply_native(config, text, error) && apply_strong(config, sources, error) &&
           check_environment(config, text, error) &&
           gw_config_apply_environment(config, text, gw_config_str(config, GW_CONFIG_ENVIRONMENT),
                                       error);
}

static GPtrArray *
read_lines(const GwConfigSources *sources, GError **error)
{
    const GwLocation *location = sources->location;
    g_autofree char *text = NULL;
    gsize size = 0;

    if (location->is_script)
        return gw_config_lines_of_bson(sources->exported);
    text = gw_fs_read(location->config_path, &size, error);
    return text != NULL ? gw_config_lines_of_json(location->config_path, text, size, error) : NULL;
}

static bool
apply_file(GwConfig *config, const GwConfigSources *sources, GPtrArray *notes, GError **error)
{
    const char *path = sources->location->config_path;
    g_autofree char *name = path != NULL ? g_path_get_basename(path) : NULL;
    g_autofree char *shown = name != NULL ? gw_text_shown(name) : NULL;
    g_autoptr(GPtrArray) lines = NULL;
    GwConfigText text = {.path = path, .name = shown};

    if (path == NULL)
        return true;
    if (gw_config_flavour(config) == GW_FLAVOUR_MIGRATE_MONGO)
        return gw_config_apply_migrate_mongo(config, sources->exported, shown, notes, error);
    lines = read_lines(sources, error);
    if (lines == NULL)
        return false;
    text.lines = lines;
    return apply_native_file(config, sources, &text, error);
}

GwConfig *
gw_config_file_load(const GwConfigSources *sources, GPtrArray *notes, GError **error)
{
    g_autoptr(GwConfig) config =
        gw_config_new(gw_config_file_flavour(sources->location, sources->exported));

    g_assert(!sources->location->is_script || sources->exported != NULL);
    if (!apply_file(config, sources, notes, error) || !apply_strong(config, sources, error) ||
        !protect_production(config, error))
        return NULL;
    return g_steal_pointer(&config);
}

bool
gw_config_file_check_connection(const GwConfig *config, GError **error)
{
    const bool is_native = gw_config_flavour(config) == GW_FLAVOUR_GODWIT;

    if (gw_config_str(config, GW_CONFIG_URI) == NULL && is_native) {
        gw_throw(error, GW_ERROR_CONFIG, "nothing says where the server is");
        return gw_hint(error, "Put \"uri\" into godwit.json, set MONGODB_URI, or use --uri.");
    }
    if (gw_config_str(config, GW_CONFIG_URI) == NULL) {
        gw_throw(error, GW_ERROR_CONFIG, "No `url` defined in config file!");
        return gw_hint(error, "It belongs under mongodb.url.");
    }
    if (gw_config_str(config, GW_CONFIG_TRACKER) != NULL)
        return true;
    gw_throw(error, GW_ERROR_CONFIG, "no `changelogCollectionName` defined in config file");
    return gw_hint(error, "migrate-mongo's own name for it is \"changelog\".");
}

char *
gw_config_file_folder(const GwConfig *config, const char *root)
{
    return gw_fs_absolute(root, gw_config_str(config, GW_CONFIG_DIR));
}

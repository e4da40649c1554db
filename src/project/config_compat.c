/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "project/config_apply.h"
#include "project/mongo_options.h"

typedef struct {
    GwConfig *config;
    const bson_t *exported;
    const char *name;
    GError **error;
} Reader;

static const char *
path_of(GwConfigKey key)
{
    return gw_config_key_info(key)->migrate_mongo_name;
}

static bool
find(const Reader *reader, GwConfigKey key, bson_iter_t *out_iter)
{
    bson_iter_t iter;

    return bson_iter_init(&iter, reader->exported) &&
           bson_iter_find_descendant(&iter, path_of(key), out_iter) &&
           !BSON_ITER_HOLDS_NULL(out_iter) && !BSON_ITER_HOLDS_UNDEFINED(out_iter);
}

/* An empty string is as good as none there. */
static bool
read_string(const Reader *reader, GwConfigKey key)
{
    bson_iter_t iter;

    if (!find(reader, key, &iter))
        return true;
    if (!BSON_ITER_HOLDS_UTF8(&iter))
        return gw_throw(reader->error, GW_ERROR_CONFIG, "'%s' in %s has to be a string",
                        path_of(key), reader->name);
    if (*bson_iter_utf8(&iter, NULL) == '\0')
        return true;
    return gw_config_set(reader->config, key, bson_iter_utf8(&iter, NULL), reader->name,
                         reader->error);
}

static bool
read_uri(const Reader *reader, GPtrArray *notes)
{
    const char *url = gw_bson_get_str(reader->exported, path_of(GW_CONFIG_URI));
    g_autofree char *whole = NULL;
    bson_t options;

    if (!read_string(reader, GW_CONFIG_URI))
        return false;
    if (url == NULL || *url == '\0' ||
        !gw_bson_get_doc(reader->exported, "mongodb.options", &options))
        return true;
    whole = gw_mongo_options_apply(url, &options, notes, reader->error);
    return whole != NULL &&
           gw_config_set(reader->config, GW_CONFIG_URI, whole, reader->name, reader->error);
}

/* It has no default there: a changelog of another name would make everything run again. */
static bool
read_changelog(const Reader *reader)
{
    gw_config_unset(reader->config, GW_CONFIG_TRACKER, reader->name);
    return read_string(reader, GW_CONFIG_TRACKER);
}

/* 0 or less turns the lock off; nothing at all leaves it on, without an end. */
static bool
read_lock(const Reader *reader)
{
    bson_iter_t iter;
    g_autofree char *seconds = NULL;

    if (!read_string(reader, GW_CONFIG_LOCK_COLLECTION_NAME))
        return false;
    if (!find(reader, GW_CONFIG_LOCK_TTL, &iter))
        return true;
    if (!BSON_ITER_HOLDS_NUMBER(&iter))
        return gw_throw(reader->error, GW_ERROR_CONFIG, "'lockTtl' in %s has to be a number",
                        reader->name);
    if (bson_iter_as_int64(&iter) <= 0) {
        gw_config_unset(reader->config, GW_CONFIG_LOCK_COLLECTION_NAME, reader->name);
        return true;
    }
    seconds = g_strdup_printf("%" G_GINT64_FORMAT, bson_iter_as_int64(&iter));
    return gw_config_set(reader->config, GW_CONFIG_LOCK_TTL, seconds, reader->name, reader->error);
}

static bool
read_extension(const Reader *reader)
{
    const char *extension =
        gw_bson_get_str(reader->exported, path_of(GW_CONFIG_MIGRATION_FILE_EXTENSION));

    if (extension != NULL && *extension != '\0' && *extension != '.')
        return gw_throw(reader->error, GW_ERROR_CONFIG,
                        "migrationFileExtension must start with dot");
    return read_string(reader, GW_CONFIG_MIGRATION_FILE_EXTENSION);
}

/* Only the value true, only the word esm; everything else is the default. */
static bool
read_switches(const Reader *reader)
{
    const char *modules = gw_bson_get_str(reader->exported, path_of(GW_CONFIG_MODULE_SYSTEM));
    bson_iter_t iter;

    if (g_strcmp0(modules, "esm") == 0 && !gw_config_set(reader->config, GW_CONFIG_MODULE_SYSTEM,
                                                         modules, reader->name, reader->error))
        return false;
    if (find(reader, GW_CONFIG_USE_FILE_HASH, &iter) && BSON_ITER_HOLDS_BOOL(&iter) &&
        bson_iter_bool(&iter))
        return gw_config_set(reader->config, GW_CONFIG_USE_FILE_HASH, "true", reader->name,
                             reader->error);
    return true;
}

bool
gw_config_apply_migrate_mongo(GwConfig *config, const bson_t *exported, const char *name,
                              GPtrArray *notes, GError **error)
{
    const Reader reader = {config, exported, name, error};

    return read_uri(&reader, notes) && read_string(&reader, GW_CONFIG_DATABASE) &&
           read_string(&reader, GW_CONFIG_DIR) && read_changelog(&reader) && read_lock(&reader) &&
           read_extension(&reader) && read_switches(&reader);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "project/locate.h"

#include <string.h>

#include "base/fs.h"
#include "base/text.h"

static const char *const native_names[] = {"godwit.json", "godwit.config.js", "godwit.config.cjs",
                                           "godwit.config.mjs", NULL};
static const char *const migrate_mongo_names[] = {
    "migrate-mongo-config.js", "migrate-mongo-config.cjs", "migrate-mongo-config.mjs", NULL};

void
gw_location_clear(GwLocation *location)
{
    g_clear_pointer(&location->folder, g_free);
    g_clear_pointer(&location->root, g_free);
    g_clear_pointer(&location->config_path, g_free);
}

void
gw_locate_bare(const char *folder, GwLocation *out_location)
{
    *out_location = (GwLocation){
        .folder = g_canonicalize_filename(folder != NULL ? folder : ".", NULL),
        .root = g_canonicalize_filename(folder != NULL ? folder : ".", NULL),
        .flavour = GW_FLAVOUR_GODWIT,
    };
}

static bool
is_json(const char *path)
{
    return g_str_has_suffix(path, ".json");
}

static void
settle(GwLocation *location, const char *root, const char *path, GwFlavour flavour)
{
    g_autofree char *kept_root = g_strdup(root);

    g_clear_pointer(&location->root, g_free);
    location->root = g_steal_pointer(&kept_root);
    location->config_path = g_strdup(path);
    location->flavour = flavour;
    location->is_script = !is_json(path);
}

/* The files of `names` that are in `folder`: absolute paths. */
static GPtrArray *
present(const char *folder, const char *const *names)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

    for (; *names != NULL; names++) {
        g_autofree char *path = g_build_filename(folder, *names, NULL);

        if (gw_fs_is_file(path))
            g_ptr_array_add(paths, g_steal_pointer(&path));
    }
    return paths;
}

/* Whether `folder` holds a project. False with `error` set where it holds two. */
static bool
look_into(const char *folder, GwLocation *location, GError **error)
{
    g_autoptr(GPtrArray) native = present(folder, native_names);
    g_autoptr(GPtrArray) compat = present(folder, migrate_mongo_names);
    g_autofree char *list = native->len > 1 ? gw_text_list(native) : NULL;

    if (native->len > 1) {
        gw_throw(error, GW_ERROR_CONFIG, "there is more than one configuration: %s", list);
        return gw_hint(error, "Keep one of them.");
    }
    if (native->len == 1)
        settle(location, folder, native->pdata[0], GW_FLAVOUR_GODWIT);
    else if (compat->len > 0)
        settle(location, folder, compat->pdata[0], GW_FLAVOUR_MIGRATE_MONGO);
    return location->config_path != NULL;
}

static bool
take_named(const char *config_file, GwLocation *location, GError **error)
{
    g_autofree char *path = gw_fs_absolute(location->folder, config_file);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *parent = g_path_get_dirname(path);
    g_autofree char *shown = gw_text_shown(path);
    const bool is_native = is_json(path) || g_str_has_prefix(name, "godwit");

    if (!gw_fs_is_file(path))
        return gw_throw(error, GW_ERROR_NO_PROJECT, "config file does not exist: %s", shown);
    /* migrate-mongo counts from the current folder, whatever -f says. */
    settle(location, is_native ? parent : location->folder, path,
           is_native ? GW_FLAVOUR_GODWIT : GW_FLAVOUR_MIGRATE_MONGO);
    location->is_named = !is_native;
    return true;
}

static bool
walk_up(GwLocation *location, GError **error)
{
    g_autofree char *folder = g_strdup(location->folder);
    g_autoptr(GError) problem = NULL;

    for (;;) {
        g_autofree char *parent = g_path_get_dirname(folder);

        if (look_into(folder, location, &problem))
            return true;
        if (problem != NULL) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return false;
        }
        if (strcmp(parent, folder) == 0)
            break;
        g_clear_pointer(&folder, g_free);
        folder = g_steal_pointer(&parent);
    }
    gw_throw(error, GW_ERROR_NO_PROJECT, "there is no godwit.json in '%s' or above it",
             location->folder);
    return gw_hint(error, "Start a project with godwit init, or name a configuration with -f.");
}

bool
gw_locate(const char *folder, const char *config_file, GwLocation *out_location, GError **error)
{
    g_auto(GwLocation) location = {0};

    gw_locate_bare(folder, &location);
    if (config_file != NULL ? !take_named(config_file, &location, error)
                            : !walk_up(&location, error))
        return false;
    *out_location = location;
    location = (GwLocation){0};
    return true;
}

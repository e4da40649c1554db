/* SPDX-License-Identifier: Apache-2.0 */
#include "project/scan.h"

#include <string.h>

#include "base/fs.h"
#include "base/hash.h"
#include "base/text.h"
#include "model/naming.h"

#define SAMPLE "sample-migration"
#define UP ".up.json"
#define DOWN ".down.json"

/* As Node's path.extname: from the last dot, unless the name begins with it. */
static const char *
extension_of(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot != NULL && dot != name ? dot : "";
}

static bool
is_sample(const char *name)
{
    const gsize length = strlen(SAMPLE);

    return strncmp(name, SAMPLE, length) == 0 && strcmp(name + length, extension_of(name)) == 0;
}

/* Types alone, without anything that could run. */
static bool
is_declaration(const char *name)
{
    return g_str_has_suffix(name, ".d.ts") || g_str_has_suffix(name, ".d.mts") ||
           g_str_has_suffix(name, ".d.cts");
}

/* "000001_name.up.json": lists of commands, in files for each direction. */
static bool
is_list(const char *name)
{
    return gw_naming_number_length(name) > 0 &&
           (g_str_has_suffix(name, UP) || g_str_has_suffix(name, DOWN));
}

static bool
is_migration(const GwConfig *config, const char *name)
{
    const char *const extensions[] = {".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", NULL};

    if (is_sample(name))
        return false;
    if (gw_config_flavour(config) == GW_FLAVOUR_MIGRATE_MONGO)
        return strcmp(extension_of(name),
                      gw_config_str(config, GW_CONFIG_MIGRATION_FILE_EXTENSION)) == 0;
    if (is_list(name))
        return true;
    return *name != '.' && !is_declaration(name) && g_strv_contains(extensions, extension_of(name));
}

static bool
check_name(const GwConfig *config, const char *name, GError **error)
{
    g_autofree char *shown = gw_text_shown(name);

    if (is_migration(config, name) && !g_utf8_validate(name, -1, NULL)) {
        gw_throw(error, GW_ERROR_INTEGRITY, "the name of the file '%s' is not valid UTF-8", shown);
        return gw_hint(error, "Rename it: the name goes into the database.");
    }
    return true;
}

static GwMigrationFile *
read_file(const char *folder, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    gsize size = 0;
    g_autofree char *bytes = gw_fs_read(path, &size, error);
    g_autofree char *hash = bytes != NULL ? gw_hash_sha256(bytes, size) : NULL;
    GwMigrationFile *file = NULL;

    if (bytes == NULL)
        return NULL;
    file = g_new0(GwMigrationFile, 1);
    file->id = is_list(name) ? gw_naming_id_of_list(name) : gw_naming_id_of_file(name);
    file->name = g_strdup(name);
    file->path = g_steal_pointer(&path);
    file->checksum = g_strconcat("sha256:", hash, NULL);
    return file;
}

/* Of two files for one migration the .up.json speaks for both: the .down.json alone makes one whose
 * up() does nothing. */
static bool
is_told_by_other(const char *folder, const char *name)
{
    g_autofree char *stem = NULL;
    g_autofree char *other = NULL;

    if (!g_str_has_suffix(name, DOWN) || !is_list(name))
        return false;
    stem = g_strndup(name, strlen(name) - strlen(DOWN));
    other = g_strconcat(folder, "/", stem, UP, NULL);
    return gw_fs_is_file(other);
}

static gint
compare_files(gconstpointer left, gconstpointer right, gpointer data)
{
    const GwMigrationFile *a = *(const GwMigrationFile *const *)left;
    const GwMigrationFile *b = *(const GwMigrationFile *const *)right;

    if (*(GwFlavour *)data == GW_FLAVOUR_MIGRATE_MONGO)
        return gw_naming_compare(GW_FLAVOUR_MIGRATE_MONGO, a->name, b->name);
    return gw_naming_compare(GW_FLAVOUR_GODWIT, a->id, b->id);
}

static bool
check_folder(const GwConfig *config, const char *folder, GError **error)
{
    g_autofree char *shown = gw_text_shown(folder);

    if (gw_fs_is_folder(folder))
        return true;
    if (gw_config_flavour(config) == GW_FLAVOUR_MIGRATE_MONGO)
        return gw_throw(error, GW_ERROR_IO, "migrations directory does not exist: %s", shown);
    gw_throw(error, GW_ERROR_IO, "there is no migrations folder '%s'", shown);
    return gw_hint(error, "Make it, or name another one with --dir or \"dir\" in godwit.json.");
}

GPtrArray *
gw_scan_folder(const GwConfig *config, const char *folder, GError **error)
{
    g_autoptr(GPtrArray) files =
        g_ptr_array_new_with_free_func((GDestroyNotify)gw_migration_file_free);
    g_autoptr(GPtrArray) names = NULL;
    GwFlavour flavour = gw_config_flavour(config);

    if (!check_folder(config, folder, error))
        return NULL;
    names = gw_fs_list(folder, error);
    for (guint index = 0; names != NULL && index < names->len; index++) {
        const char *name = names->pdata[index];
        g_autofree char *path = g_build_filename(folder, name, NULL);
        GwMigrationFile *file = NULL;

        if (!check_name(config, name, error))
            return NULL;
        if (!is_migration(config, name) || gw_fs_is_folder(path) || is_told_by_other(folder, name))
            continue;
        file = read_file(folder, name, error);
        if (file == NULL)
            return NULL;
        g_ptr_array_add(files, file);
    }
    g_ptr_array_sort_with_data(files, compare_files, &flavour);
    return names != NULL ? g_steal_pointer(&files) : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/backup_files.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "base/fs.h"
#include "engine/project-internal.h"

#define DAY_MS (24 * 60 * 60 * G_GINT64_CONSTANT(1000))
#define ARCHIVE ".archive"

char *
gw_backup_folder(const GwProject *project)
{
    return gw_fs_absolute(gw_project_root(project),
                          gw_config_str(gw_project_config(project), GW_CONFIG_BACKUP_DIR));
}

bool
gw_backup_make_folder(const GwProject *project, GError **error)
{
    static const char all[] = "*\n";
    g_autofree char *folder = gw_backup_folder(project);
    g_autofree char *ignored = g_build_filename(folder, ".gitignore", NULL);

    if (gw_fs_is_folder(folder))
        return true;
    return gw_fs_make_folder(folder, error) &&
           gw_fs_write_atomic(ignored, all, sizeof all - 1, 0, error);
}

char *
gw_backup_path_shown(const GwProject *project, const char *path)
{
    const char *root = gw_project_root(project);

    if (!gw_fs_is_under(root, path) || g_str_equal(path, root) || g_str_equal(root, "/"))
        return g_strdup(path);
    return g_strdup(path + strlen(root) + 1);
}

char *
gw_backup_stem(const GwProject *project)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y%m%dT%H%M%SZ");
    g_autofree char *database = g_uri_escape_string(gw_project_database(project), NULL, FALSE);

    return g_strdup_printf("%s-%s", database, time);
}

/* When it was last changed, in milliseconds since 1970; false = it is gone. */
static bool
look_at(const char *path, gint64 *out_ms, gint64 *out_bytes)
{
    struct stat info;

    if (stat(path, &info) != 0)
        return false;
    *out_ms = (gint64)info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1000000;
    *out_bytes = info.st_size;
    return true;
}

static void
file_free(gpointer data)
{
    GwBackupFile *file = data;

    g_free(file->path);
    g_free(file);
}

static int
compare_newest_first(gconstpointer left, gconstpointer right)
{
    const GwBackupFile *first = *(const GwBackupFile *const *)left;
    const GwBackupFile *second = *(const GwBackupFile *const *)right;

    if (first->created_ms != second->created_ms)
        return first->created_ms > second->created_ms ? -1 : 1;
    return g_strcmp0(second->path, first->path);
}

/* The names in a folder; none where there is no folder. Owned. */
static GPtrArray *
list_names(const char *folder, GError **error)
{
    if (!gw_fs_exists(folder))
        return g_ptr_array_new_with_free_func(g_free);
    return gw_fs_list(folder, error);
}

static void
add_file(const GwProject *project, GPtrArray *files, const char *path, bool is_automatic)
{
    GwBackupFile found = {.is_automatic = is_automatic};

    /* What is written at this moment ends with more than a suffix of ours. */
    if (!g_str_has_suffix(path, ARCHIVE) && !g_str_has_suffix(path, ARCHIVE ".gz") &&
        !g_str_has_suffix(path, ARCHIVE ".zst"))
        return;
    if (!look_at(path, &found.created_ms, &found.bytes))
        return;
    found.path = gw_backup_path_shown(project, path);
    g_ptr_array_add(files, g_memdup2(&found, sizeof found));
}

static bool
add_folder(const GwProject *project, GPtrArray *files, const char *folder, GError **error)
{
    g_autoptr(GPtrArray) names = gw_fs_list(folder, error);

    if (names == NULL)
        return false;
    for (guint next = 0; next < names->len; next++) {
        g_autofree char *path = g_build_filename(folder, g_ptr_array_index(names, next), NULL);

        add_file(project, files, path, true);
    }
    return true;
}

GPtrArray *
gw_engine_backup_list(GwProject *project, GError **error)
{
    g_autofree char *folder = gw_backup_folder(project);
    g_autoptr(GPtrArray) names = list_names(folder, error);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(file_free);

    if (names == NULL)
        return NULL;
    for (guint next = 0; next < names->len; next++) {
        g_autofree char *path = g_build_filename(folder, g_ptr_array_index(names, next), NULL);

        if (!gw_fs_is_folder(path))
            add_file(project, files, path, false);
        else if (g_str_has_suffix(path, GW_BACKUP_AUTO) && !add_folder(project, files, path, error))
            return NULL;
    }
    g_ptr_array_sort(files, compare_newest_first);
    return g_steal_pointer(&files);
}

/* "shop-20261125T123456Z-auto": the names of one database sort by time. */
static bool
is_of(const char *name, const char *database)
{
    g_autofree char *pattern = g_strdup_printf("%s-????????T??????Z*" GW_BACKUP_AUTO, database);

    return g_pattern_match_simple(pattern, name);
}

/* The folders of one database's automatic backups, newest first. Owned. */
static GPtrArray *
list_automatic(const GwProject *project, const char *folder, GError **error)
{
    g_autofree char *database = g_uri_escape_string(gw_project_database(project), NULL, FALSE);
    g_autoptr(GPtrArray) names = list_names(folder, error);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);

    for (guint next = names != NULL ? names->len : 0; next > 0; next--) {
        if (is_of(g_ptr_array_index(names, next - 1), database))
            g_ptr_array_add(found, g_strdup(g_ptr_array_index(names, next - 1)));
    }
    return names != NULL ? g_steal_pointer(&found) : NULL;
}

bool
gw_backup_retain(const GwProject *project, const char *latest, GError **error)
{
    const GwConfig *config = gw_project_config(project);
    gint64 keep = gw_config_int(config, GW_CONFIG_BACKUP_KEEP);
    gint64 days = gw_config_int(config, GW_CONFIG_BACKUP_MAX_AGE);
    gint64 before_ms = days > 0 ? gw_clock_now_ms() - days * DAY_MS : G_MININT64;
    g_autofree char *folder = gw_backup_folder(project);
    g_autoptr(GPtrArray) names = list_automatic(project, folder, error);
    gint64 kept = 1; /* the latest, whatever its name: several may be of one second */

    for (guint next = 0; names != NULL && next < names->len; next++) {
        const char *name = g_ptr_array_index(names, next);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        gint64 created_ms = 0;
        gint64 bytes = 0;

        if (g_str_equal(name, latest) || !look_at(path, &created_ms, &bytes))
            continue;
        if ((keep == 0 || kept < keep) && created_ms >= before_ms) {
            kept++;
            continue;
        }
        if (!gw_fs_delete_tree(path, error))
            return gw_prefix(error, "removing old backups");
    }
    return names != NULL;
}

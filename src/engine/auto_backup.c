/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/auto_backup.h"

#include <glib/gstdio.h>

#include "backup/dump.h"
#include "base/fs.h"
#include "engine/backup_files.h"
#include "engine/project-internal.h"
#include "mongo/catalog.h"

#define WORKERS 2

/* A name of a collection may have 255 bytes, and so may that of a file. */
#define NAME_BYTES_MAX 120

struct GwAutoBackup {
    GwProject *project; /* borrowed */
    GHashTable *paths;  /* owned: "db.coll" -> owned path; NULL = there was nothing */
    char *folder;       /* owned, absolute; NULL = not yet made */
    guint count;        /* of files */
};

GwAutoBackup *
gw_auto_backup_new(GwProject *project)
{
    GwAutoBackup *backup = g_new0(GwAutoBackup, 1);

    backup->project = project;
    backup->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return backup;
}

void
gw_auto_backup_free(GwAutoBackup *backup)
{
    if (backup == NULL)
        return;
    g_hash_table_unref(backup->paths);
    g_free(backup->folder);
    g_free(backup);
}

/* Two runs may begin in the same second. */
static bool
make_folder(GwAutoBackup *backup, GError **error)
{
    g_autofree char *parent = gw_backup_folder(backup->project);
    g_autofree char *stem = gw_backup_stem(backup->project);

    for (guint count = 1; backup->folder == NULL; count++) {
        g_autofree char *more = count > 1 ? g_strdup_printf("-%u", count) : g_strdup("");
        g_autofree char *name = g_strconcat(stem, more, GW_BACKUP_AUTO, NULL);
        g_autofree char *path = g_build_filename(parent, name, NULL);

        if (!gw_fs_exists(path))
            backup->folder = g_steal_pointer(&path);
    }
    return gw_backup_make_folder(backup->project, error) &&
           gw_fs_make_folder(backup->folder, error);
}

/* "/.../01-shop.users.archive.zst". Owned. */
static char *
path_of(GwAutoBackup *backup, const char *db, const char *coll)
{
    g_autofree char *name = coll != NULL ? g_strdup_printf("%s.%s", db, coll) : g_strdup(db);
    g_autofree char *escaped = g_uri_escape_string(name, NULL, FALSE);
    g_autofree char *file =
        g_strdup_printf("%02u-%.*s.archive.zst", ++backup->count, NAME_BYTES_MAX, escaped);

    return g_build_filename(backup->folder, file, NULL);
}

static bool
is_there(GwAutoBackup *backup, const char *db, const char *coll, bool *out_is, GError **error)
{
    g_autoptr(GwConn) conn = gw_conn_take(gw_project_clients(backup->project));
    g_autoptr(GwCollInfo) info = coll != NULL ? gw_catalog_get(conn, db, coll, error) : NULL;

    if (coll != NULL && info == NULL)
        return false;
    *out_is = info == NULL || info->kind != GW_COLL_NONE;
    return true;
}

static void
tell(GwAutoBackup *backup, const char *name, const char *path, const GwDumpReport *report)
{
    g_autofree char *text = g_strdup_printf(
        "backup of '%s' in '%s': %" G_GINT64_FORMAT " document%s, %.1f MB%s", name, path,
        report->documents, report->documents == 1 ? "" : "s", (double)report->file_bytes / 1e6,
        report->at.seconds != 0 ? "" : ", not all of it of the same moment");

    gw_project_emit(backup->project,
                    &(GwEvent){.kind = GW_EVENT_NOTE, .text = text, .text_bytes = strlen(text)});
}

static bool
dump(GwAutoBackup *backup, const char *db, const char *coll, char **out_path, GError **error)
{
    const char *const colls[] = {coll, NULL};
    g_autofree char *path = NULL;
    g_autofree char *name = coll != NULL ? g_strdup_printf("%s.%s", db, coll) : g_strdup(db);
    GwDumpReport report = {0};
    GwDumpParams params = {
        .clients = gw_project_clients(backup->project),
        .db = db,
        .colls = coll != NULL ? colls : NULL,
        .compression = GW_COMPRESS_ZSTD,
        .workers = WORKERS,
        .interrupted = gw_project_interrupted(backup->project),
    };

    if (!make_folder(backup, error))
        return false;
    path = path_of(backup, db, coll);
    params.path = path;
    if (!gw_dump(&params, &report, error)) {
        (void)g_rmdir(backup->folder); /* it stays where it holds others */
        return false;
    }
    *out_path = gw_backup_path_shown(backup->project, path);
    tell(backup, name, *out_path, &report);
    return true;
}

static bool
save_new(GwAutoBackup *backup, const char *db, const char *coll, char **out_path, GError **error)
{
    g_autofree char *latest = NULL;
    bool is_worth_it = false;

    *out_path = NULL;
    if (!is_there(backup, db, coll, &is_worth_it, error))
        return false;
    if (!is_worth_it)
        return true;
    if (!dump(backup, db, coll, out_path, error))
        return false;
    latest = g_path_get_basename(backup->folder);
    return gw_backup_retain(backup->project, latest, error);
}

bool
gw_auto_backup_save(GwAutoBackup *backup, const char *db, const char *coll, char **out_path,
                    GError **error)
{
    g_autofree char *name = g_strdup_printf("%s.%s", db, coll != NULL ? coll : "");
    g_autofree char *path = NULL;
    gpointer known = NULL;

    if (g_hash_table_lookup_extended(backup->paths, name, NULL, &known)) {
        *out_path = g_strdup(known);
        return true;
    }
    if (!save_new(backup, db, coll, &path, error))
        return false;
    *out_path = g_strdup(path);
    g_hash_table_insert(backup->paths, g_steal_pointer(&name), g_steal_pointer(&path));
    return true;
}

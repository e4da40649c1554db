/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/archive.h"
#include "backup/archive_reader.h"
#include "backup/dump.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/text.h"
#include "engine/backup_files.h"
#include "engine/project-internal.h"
#include "engine/split.h"
#include "state/lease.h"

#define WORKERS 2

void
gw_backup_report_clear(GwBackupReport *report)
{
    g_clear_pointer(&report->path, g_free);
}

static bool
read_compression(const char *name, GwCompression *out_compression, GError **error)
{
    if (name == NULL)
        return true;
    for (int index = GW_COMPRESS_NONE; index <= GW_COMPRESS_ZSTD; index++) {
        if (g_str_equal(name, gw_compression_name((GwCompression)index))) {
            *out_compression = (GwCompression)index;
            return true;
        }
    }
    return gw_throw(error, GW_ERROR_USAGE, "no compression is called '%s'", name);
}

/* The file to write, absolute. Owned. */
static char *
choose_path(const GwProject *project, const char *out, GwCompression compression)
{
    g_autofree char *folder = NULL;
    g_autofree char *stem = gw_backup_stem(project);
    g_autofree char *name = g_strconcat(stem, ".archive", gw_compression_suffix(compression), NULL);

    /* As the shell sees it: from where the command was called. */
    folder = out != NULL ? gw_fs_absolute(NULL, out) : gw_backup_folder(project);
    if (out != NULL && !gw_fs_is_folder(folder))
        return g_steal_pointer(&folder);
    return g_build_filename(folder, name, NULL);
}

static bool
prepare_path(const GwProject *project, const char *path, bool is_ours, GError **error)
{
    g_autofree char *shown = gw_text_shown(path);

    if (gw_fs_exists(path)) {
        gw_throw(error, GW_ERROR_REFUSED, "'%s' is there already", shown);
        return gw_hint(error, "Nothing was changed. Choose another name, or remove it.");
    }
    return !is_ours || gw_backup_make_folder(project, error);
}

static void
emit_progress(gint64 done, gint64 total, gpointer data)
{
    gw_project_emit(data, &(GwEvent){.kind = GW_EVENT_PROGRESS, .count = done, .total = total});
}

static void
emit_task(GwProject *project, GwEventKind kind, const char *text)
{
    gw_project_emit(project, &(GwEvent){.kind = kind, .text = text});
}

static gint64
time_ms(GwClusterTime at)
{
    return at.seconds != 0 ? at.seconds * G_GINT64_CONSTANT(1000) : G_MININT64;
}

static bool
dump(GwProject *project, GwDumpParams *params, GwBackupReport *out_report, GError **error)
{
    g_autofree char *task = g_strdup_printf("backing up '%s'", params->db);
    gint64 start_ms = gw_clock_monotonic_ms();
    GwDumpReport report = {0};
    bool done = false;

    emit_task(project, GW_EVENT_TASK_STARTED, task);
    done = gw_dump(params, &report, error);
    emit_task(project, GW_EVENT_TASK_ENDED, NULL);
    if (!done)
        return false;
    *out_report = (GwBackupReport){
        .path = gw_backup_path_shown(project, params->path),
        .collections = report.collections,
        .documents = report.documents,
        .bytes = report.bytes,
        .file_bytes = report.file_bytes,
        .elapsed_ms = gw_clock_monotonic_ms() - start_ms,
        .at_ms = time_ms(report.at),
        .has_capped = report.has_capped,
        .has_snapshots = report.is_too_large,
    };
    return true;
}

/* What a migration has done so far would be in it without the journal that could take it back. */
static bool
tell_of_migration(GwProject *project, GError **error)
{
    g_autoptr(bson_t) holder = NULL;
    g_autofree char *text = NULL;

    if (!gw_lease_show(gw_project_clients(project), gw_project_database(project), &holder, error))
        return false;
    if (holder == NULL || gw_bson_get_str(holder, "owner") == NULL ||
        gw_bson_get_bool(holder, "expired", false))
        return true;
    text = g_strdup_printf("'%s' is migrating this database: what it has done so far is in the "
                           "backup, half done",
                           gw_bson_get_str(holder, "owner"));
    gw_project_emit(project,
                    &(GwEvent){.kind = GW_EVENT_NOTE, .text = text, .text_bytes = strlen(text)});
    return true;
}

bool
gw_engine_backup(GwProject *project, const GwBackupParams *params, GwBackupReport *out_report,
                 GError **error)
{
    GwCompression compression = GW_COMPRESS_ZSTD;
    g_auto(GStrv) colls = NULL;
    g_autofree char *path = NULL;
    GwDumpParams dump_params = {.workers = WORKERS, .progress = emit_progress, .data = project};

    *out_report = (GwBackupReport){0};
    if (!gw_split_names(params->collections, &colls, error) ||
        !read_compression(params->compress, &compression, error) ||
        !gw_project_connect(project, error) || !tell_of_migration(project, error))
        return false;
    path = choose_path(project, params->out, compression);
    if (!prepare_path(project, path, params->out == NULL, error))
        return false;
    dump_params.clients = gw_project_clients(project);
    dump_params.db = gw_project_database(project);
    dump_params.colls = (const char *const *)colls;
    dump_params.path = path;
    dump_params.compression = compression;
    dump_params.interrupted = gw_project_interrupted(project);
    return dump(project, &dump_params, out_report, error);
}

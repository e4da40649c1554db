/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/report.h"
#include "cli/table.h"
#include "engine/backup-verbs.h"

static char *
megabytes(gint64 bytes)
{
    return g_strdup_printf("%.1f MB", (double)bytes / 1e6);
}

/* Why it is not of one moment, where it is not. */
static void
print_doubt(const GwCli *cli, const GwBackupReport *report)
{
    if (report->at_ms != G_MININT64 || cli->is_quiet)
        return;
    gw_terminal_put(&cli->err, GW_STYLE_YELLOW, "note:");
    (void)fprintf(
        cli->err.file, " %s\n",
        report->has_snapshots
            ? "the server keeps too little of its history (minSnapshotHistoryWindowInSeconds) "
              "for a backup that takes so long: not all of it is of the same moment"
            : "this server can't be read at one time (that takes a replica set, MongoDB 5 or "
              "newer): not all of it is of the same moment");
}

static void
print_backup(const GwCli *cli, const GwBackupReport *report)
{
    g_autofree char *path = gw_terminal_clean(report->path);
    g_autofree char *collections = gw_report_count(report->collections, "collection");
    g_autofree char *documents = gw_report_count(report->documents, "document");
    g_autofree char *size = megabytes(report->file_bytes);
    g_autofree char *duration = gw_report_duration(report->elapsed_ms);
    g_autofree char *time = gw_report_time(report->at_ms);

    (void)fprintf(cli->out.file, "backed up %s, %s, to %s (%s, verified) in %s\n", collections,
                  documents, path, size, duration);
    if (report->at_ms != G_MININT64)
        (void)fprintf(cli->out.file, "all of it as it was at %s UTC%s\n", time,
                      report->has_capped ? ", but for capped collections" : "");
    print_doubt(cli, report);
}

static void
add_backup(GwJson *json, const GwBackupReport *report)
{
    gw_json_add_str(json, "path", report->path);
    gw_json_add_int(json, "collections", report->collections);
    gw_json_add_int(json, "documents", report->documents);
    gw_json_add_int(json, "bytes", report->bytes);
    gw_json_add_int(json, "fileBytes", report->file_bytes);
    gw_json_add_bool(json, "verified", true);
    gw_json_add_bool(json, "consistent", report->at_ms != G_MININT64);
    gw_json_add_bool(json, "hasCapped", report->has_capped);
    gw_json_add_date_ms(json, "at", report->at_ms);
    gw_json_add_int(json, "executionTime", report->elapsed_ms);
}

static bool
make(GwCli *cli, GError **error)
{
    GwBackupParams params = {
        .collections = gw_args_str(cli->args, GW_OPTION_ID_COLLECTIONS),
        .out = gw_args_str(cli->args, GW_OPTION_ID_OUT),
        .compress = gw_args_str(cli->args, GW_OPTION_ID_COMPRESS),
    };
    g_auto(GwBackupReport) report = {0};

    if (!gw_engine_backup(cli->project, &params, &report, error))
        return false;
    if (cli->json != NULL)
        add_backup(cli->json, &report);
    else
        print_backup(cli, &report);
    return true;
}

static void
add_facts(GwJson *json, const char *path, const GwBackupFacts *facts)
{
    gw_json_add_str(json, "path", path);
    gw_json_add_bool(json, "whole", true);
    gw_json_add_str(json, "tool", facts->tool);
    gw_json_add_str(json, "server", facts->server);
    gw_json_add_str(json, "compression", facts->compression);
    gw_json_add_date_ms(json, "createdAt", facts->created_ms);
    gw_json_add_date_ms(json, "at", facts->at_ms);
    gw_json_add_int(json, "documents", facts->documents);
    gw_json_add_int(json, "bytes", facts->bytes);
    gw_json_key(json, "collections");
    gw_json_begin_array(json);
    for (guint next = 0; next < facts->colls->len; next++) {
        const GwBackupColl *coll = g_ptr_array_index(facts->colls, next);

        gw_json_begin_object(json);
        gw_json_add_str(json, "database", coll->database);
        gw_json_add_str(json, "collection", coll->name);
        gw_json_add_str(json, "type", coll->type);
        gw_json_add_int(json, "documents", coll->documents);
        gw_json_add_int(json, "bytes", coll->bytes);
        gw_json_end_object(json);
    }
    gw_json_end_array(json);
}

static void
print_colls(const GwCli *cli, const GwBackupFacts *facts)
{
    static const char *const heads[] = {"collection", "type", "documents", "size", NULL};
    g_autoptr(GwTable) table = gw_table_new(heads, 0);

    for (guint next = 0; next < facts->colls->len; next++) {
        const GwBackupColl *coll = g_ptr_array_index(facts->colls, next);
        g_autofree char *name = g_strdup_printf("%s.%s", coll->database, coll->name);
        g_autofree char *documents = gw_report_number(coll->documents);
        g_autofree char *size = megabytes(coll->bytes);

        gw_table_add(table, GW_STYLE_PLAIN, name);
        gw_table_add(table, GW_STYLE_DIM, coll->type);
        gw_table_add(table, GW_STYLE_PLAIN, documents);
        gw_table_add(table, GW_STYLE_PLAIN, size);
    }
    gw_table_print(table, &cli->out);
}

static void
print_facts(const GwCli *cli, const char *path, const GwBackupFacts *facts)
{
    g_autofree char *shown = gw_terminal_clean(path);
    g_autofree char *tool = gw_terminal_clean(facts->tool != NULL ? facts->tool : "?");
    g_autofree char *server = gw_terminal_clean(facts->server != NULL ? facts->server : "?");
    g_autofree char *collections = gw_report_count(facts->colls->len, "collection");
    g_autofree char *documents = gw_report_count(facts->documents, "document");
    g_autofree char *time = gw_report_time(facts->at_ms);

    print_colls(cli, facts);
    (void)fprintf(cli->out.file, "\n%s is whole: %s, %s\nmade by %s, of MongoDB %s%s%s%s\n", shown,
                  collections, documents, tool, server, time[0] != '\0' ? ", as it was at " : "",
                  time, time[0] != '\0' ? " UTC" : "");
}

static bool
verify(GwCli *cli, GError **error)
{
    const char *path = gw_args_word(cli->args, 1);
    g_auto(GwBackupFacts) facts = {0};

    if (path == NULL) {
        gw_throw(error, GW_ERROR_USAGE, "'backup verify' needs a file");
        return gw_hint(error, "godwit backup list shows those that are there.");
    }
    if (!gw_engine_backup_verify(cli->project, path, &facts, error))
        return false;
    if (cli->json != NULL)
        add_facts(cli->json, path, &facts);
    else
        print_facts(cli, path, &facts);
    return true;
}

static void
add_files(GwJson *json, const GPtrArray *files)
{
    gw_json_key(json, "backups");
    gw_json_begin_array(json);
    for (guint next = 0; next < files->len; next++) {
        const GwBackupFile *file = g_ptr_array_index(files, next);

        gw_json_begin_object(json);
        gw_json_add_str(json, "path", file->path);
        gw_json_add_date_ms(json, "createdAt", file->created_ms);
        gw_json_add_int(json, "fileBytes", file->bytes);
        gw_json_add_bool(json, "automatic", file->is_automatic);
        gw_json_end_object(json);
    }
    gw_json_end_array(json);
}

static void
print_files(const GwCli *cli, const GPtrArray *files)
{
    static const char *const heads[] = {"made at (UTC)", "size", "by", "file", NULL};
    g_autoptr(GwTable) table = gw_table_new(heads, 3);

    if (files->len == 0)
        (void)fputs("there are no backups\n", cli->out.file);
    for (guint next = 0; next < files->len; next++) {
        const GwBackupFile *file = g_ptr_array_index(files, next);
        g_autofree char *time = gw_report_time(file->created_ms);
        g_autofree char *size = megabytes(file->bytes);

        gw_table_add(table, GW_STYLE_DIM, time);
        gw_table_add(table, GW_STYLE_PLAIN, size);
        gw_table_add(table, GW_STYLE_PLAIN, file->is_automatic ? "itself" : "hand");
        gw_table_add(table, GW_STYLE_PLAIN, file->path);
    }
    gw_table_print(table, &cli->out);
}

static bool
list(GwCli *cli, GError **error)
{
    g_autoptr(GPtrArray) files = gw_engine_backup_list(cli->project, error);

    if (files == NULL)
        return false;
    if (cli->json != NULL)
        add_files(cli->json, files);
    else
        print_files(cli, files);
    return true;
}

bool
gw_cmd_backup(GwCli *cli, GError **error)
{
    const char *action = gw_args_word(cli->args, 0);
    guint most = g_strcmp0(action, "verify") == 0 ? 2 : 1;

    if (gw_args_word_count(cli->args) > most)
        return gw_throw(error, GW_ERROR_USAGE, "'backup %s' takes no more words", action);
    if (action == NULL)
        return make(cli, error);
    return most == 2 ? verify(cli, error) : list(cli, error);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/report.h"
#include "cli/table.h"
#include "engine/verbs.h"

static void
add_row_json(GwJson *json, const GwStatusRow *row, bool is_migrate_mongo)
{
    gw_json_begin_object(json);
    gw_json_add_str(json, "id", row->id);
    gw_json_add_str(json, "file", row->file);
    gw_json_add_str(json, "status", gw_status_name(row->status));
    gw_json_add_date_ms(json, "appliedAt", row->applied_at_ms);
    gw_json_add_int(json, "executionTime", row->execution_ms);
    gw_json_add_int(json, "documentsAffected", row->documents_affected);
    gw_json_add_str(json, "description", row->description);
    gw_json_add_str(json, "author", row->author);
    gw_json_add_str(json, "environment", row->environment);
    gw_json_add_str(json, "checksum", row->checksum);
    gw_json_add_str(json, "run", row->run);
    gw_json_add_str(json, "error", row->error_message);
    gw_json_add_str(json, "undo", row->undo);
    gw_json_add_str(json, "unfinished", row->unfinished);
    gw_json_add_bool(json, "changed", row->is_changed);
    gw_json_add_bool(json, "missing", row->is_missing);
    gw_json_add_bool(json, "outOfOrder", row->is_out_of_order);
    if (is_migrate_mongo && row->block != 0)
        gw_json_add_int(json, "migrationBlock", (gint64)row->block);
    gw_json_end_object(json);
}

static void
write_json(GwJson *json, const GwStatusReport *report, bool is_migrate_mongo)
{
    gw_json_key(json, "migrations");
    gw_json_begin_array(json);
    for (guint i = 0; i < report->rows->len; i++)
        add_row_json(json, g_ptr_array_index(report->rows, i), is_migrate_mongo);
    gw_json_end_array(json);
    gw_json_add_int(json, "pending", report->pending);
    gw_json_add_int(json, "applied", report->applied);
    gw_json_add_int(json, "failed", report->failed);
    gw_json_add_int(json, "changed", report->changed);
    gw_json_add_int(json, "missing", report->missing);
    gw_json_add_int(json, "outOfOrder", report->out_of_order);
    gw_json_add_str(json, "database", report->database);
    gw_json_add_str(json, "environment", report->environment);
    gw_json_add_str(json, "mark", report->mark);
    gw_json_add_str(json, "lease", report->holder);
    gw_json_add_str(json, "duplicate", report->duplicate);
}

/* What a reader has to know besides the status. */
static const char *
remark_on(const GwStatusRow *row, bool is_held)
{
    if (row->unfinished != NULL && !is_held)
        return g_str_equal(row->unfinished, "up")
                   ? "ended half-way: the next up takes it back, up --resume goes on"
               : g_str_equal(row->unfinished, "down")
                   ? "its down ended half-way: the next up takes "
                     "that back"
                   : "half undone: the next up undoes the rest";
    if (row->is_missing)
        return "its file is missing";
    if (row->is_changed)
        return "edited since";
    if (row->is_out_of_order)
        return "comes before an applied one";
    return row->status == GW_STATUS_FAILED ? row->error_message : NULL;
}

static GwStyle
style_of(GwStatus status)
{
    switch (status) {
    case GW_STATUS_COMPLETED:
        return GW_STYLE_GREEN;
    case GW_STATUS_FAILED:
        return GW_STYLE_RED;
    case GW_STATUS_PENDING:
    case GW_STATUS_RUNNING:
    case GW_STATUS_ROLLED_BACK:
        return GW_STYLE_YELLOW;
    }
    g_assert_not_reached();
}

static void
add_row(GwTable *table, const GwStatusRow *row, bool is_held)
{
    bool has_run = row->status != GW_STATUS_PENDING;
    g_autofree char *time = gw_report_time(row->applied_at_ms);
    g_autofree char *duration = has_run ? gw_report_duration(row->execution_ms) : NULL;
    g_autofree char *documents = has_run ? gw_report_number(row->documents_affected) : NULL;

    gw_table_add(table, GW_STYLE_PLAIN, row->id);
    gw_table_add(table, style_of(row->status), gw_status_name(row->status));
    gw_table_add(table, GW_STYLE_PLAIN, time);
    gw_table_add(table, GW_STYLE_PLAIN, duration);
    gw_table_add(table, GW_STYLE_PLAIN, documents);
    gw_table_add(table, GW_STYLE_PLAIN, row->undo);
    gw_table_add(table, GW_STYLE_YELLOW, remark_on(row, is_held));
}

static void
print_counts(const GwCli *cli, const GwStatusReport *report)
{
    FILE *file = cli->out.file;

    (void)fprintf(file, "%s%u applied, %u pending", report->rows->len > 0 ? "\n" : "",
                  report->applied, report->pending);
    if (report->failed > 0)
        (void)fprintf(file, ", %u failed", report->failed);
    if (report->changed > 0)
        (void)fprintf(file, ", %u edited", report->changed);
    if (report->missing > 0)
        (void)fprintf(file, ", %u missing", report->missing);
    (void)fprintf(file, " in '%s' (%s)\n", report->database, report->environment);
    if (report->mark != NULL && !g_str_equal(report->mark, report->environment))
        (void)fprintf(file, "the database is marked as '%s': the stricter rules of the two hold\n",
                      report->mark);
    if (report->holder != NULL)
        (void)fprintf(file, "%s is migrating it now\n", report->holder);
    if (report->duplicate != NULL)
        gw_terminal_put(&cli->out, GW_STYLE_YELLOW, "%s\n", report->duplicate);
}

static void
print_table(const GwCli *cli, const GwStatusReport *report)
{
    static const char *const heads[] = {
        "migration", "status", "applied at (UTC)", "time", "documents", "undo", "", NULL};
    g_autoptr(GwTable) table = gw_table_new(heads, 6);

    for (guint i = 0; i < report->rows->len; i++)
        add_row(table, g_ptr_array_index(report->rows, i), report->holder != NULL);
    gw_table_print(table, &cli->out);
    print_counts(cli, report);
}

/* migrate-mongo hashes with SHA-256 as well, and shows the digits only. */
static const char *
hash_of(const GwStatusRow *row)
{
    const char *colon = row->checksum != NULL ? strchr(row->checksum, ':') : NULL;

    return colon != NULL ? colon + 1 : row->checksum;
}

/* migrate-mongo shows files only; a record without one is not in its table. */
static void
print_migrate_mongo(const GwCli *cli, const GwStatusReport *report)
{
    static const char *const heads[] = {"Filename", "Applied At", "Migration block", NULL};
    static const char *const hash_heads[] = {"Filename", "Hash", "Applied At", "Migration block",
                                             NULL};
    bool has_hash = gw_config_bool(gw_project_config(cli->project), GW_CONFIG_USE_FILE_HASH);
    g_autoptr(GwTable) table = gw_table_new(has_hash ? hash_heads : heads, -1);

    for (guint i = 0; i < report->rows->len; i++) {
        const GwStatusRow *row = g_ptr_array_index(report->rows, i);
        bool is_applied = row->status == GW_STATUS_COMPLETED;
        g_autofree char *time = is_applied ? gw_clock_iso(row->applied_at_ms) : NULL;
        g_autofree char *block = g_strdup_printf("%.0f", row->block);

        if (row->is_missing)
            continue;
        gw_table_add(table, GW_STYLE_PLAIN, row->file);
        if (has_hash)
            gw_table_add(table, GW_STYLE_PLAIN, hash_of(row));
        gw_table_add(table, GW_STYLE_PLAIN, is_applied ? time : "PENDING");
        gw_table_add(table, GW_STYLE_PLAIN, is_applied && row->block > 0 ? block : NULL);
    }
    gw_table_print_box(table, &cli->out);
}

bool
gw_cmd_status(GwCli *cli, GError **error)
{
    g_auto(GwStatusReport) report = {0};

    if (!gw_engine_status(cli->project, &report, error))
        return false;

    if (cli->json != NULL)
        write_json(cli->json, &report, gw_project_is_migrate_mongo(cli->project));
    else if (gw_cli_speaks_migrate_mongo(cli))
        print_migrate_mongo(cli, &report);
    else
        print_table(cli, &report);

    if (gw_args_has(cli->args, GW_OPTION_ID_CHECK) && report.pending > 0)
        cli->exit_status = gw_error_code_exit_status(GW_ERROR_PENDING);
    return true;
}

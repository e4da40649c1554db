/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/project-internal.h"
#include "engine/settle.h"
#include "engine/verbs.h"
#include "journal/tally.h"
#include "state/lease.h"
#include "state/meta.h"
#include "state/tracker.h"

static void
row_free(gpointer data)
{
    GwStatusRow *row = data;

    g_free(row->id);
    g_free(row->file);
    g_free(row->description);
    g_free(row->author);
    g_free(row->environment);
    g_free(row->checksum);
    g_free(row->run);
    g_free(row->error_message);
    g_free(row);
}

void
gw_status_report_clear(GwStatusReport *report)
{
    g_clear_pointer(&report->rows, g_ptr_array_unref);
    g_clear_pointer(&report->database, g_free);
    g_clear_pointer(&report->environment, g_free);
    g_clear_pointer(&report->mark, g_free);
    g_clear_pointer(&report->holder, g_free);
    g_clear_pointer(&report->duplicate, g_free);
}

static void
put_record(GwStatusRow *row, const GwRecord *record)
{
    row->description = g_strdup(record->description);
    row->author = g_strdup(record->author);
    row->environment = g_strdup(record->environment);
    row->run = g_strdup(record->run);
    row->error_message = g_strdup(record->error_message);
    row->applied_at_ms = record->applied_at_ms;
    row->execution_ms = record->execution_ms;
    row->documents_affected = record->documents_affected;
    row->block = record->block;
}

static GwStatusRow *
row_of(const GwMigration *migration)
{
    const GwMigrationFile *file = migration->file;
    const GwRecord *record = migration->record;
    GwStatusRow *row = g_new0(GwStatusRow, 1);

    row->id = g_strdup(migration->id);
    row->status = migration->status;
    row->applied_at_ms = G_MININT64;
    row->is_changed = migration->is_changed;
    row->is_missing = file == NULL;
    row->is_out_of_order = migration->is_out_of_order;
    row->file = g_strdup(file != NULL ? file->name : record->file);
    row->checksum = g_strdup(file != NULL ? file->checksum : record->checksum);
    if (record != NULL)
        put_record(row, record);
    return row;
}

static void
count_row(GwStatusReport *report, const GwStatusRow *row)
{
    report->applied += row->status == GW_STATUS_COMPLETED;
    report->failed += row->status == GW_STATUS_FAILED;
    report->changed += row->is_changed;
    report->missing += row->is_missing;
    report->out_of_order += row->is_out_of_order;
}

static void
fill_rows(GwStatusReport *report, const GArray *migrations)
{
    report->rows = g_ptr_array_new_with_free_func(row_free);
    for (guint index = 0; index < migrations->len; index++) {
        GwStatusRow *row = row_of(&g_array_index(migrations, GwMigration, index));

        count_row(report, row);
        g_ptr_array_add(report->rows, row);
    }
    report->pending = gw_plan_pending(migrations);
}

/* `up` refuses them; a status that fails would say nothing else any more. */
static void
fill_duplicate(const GwProject *project, GwStatusReport *report, const GPtrArray *files)
{
    g_autoptr(GError) error = NULL;

    if (!gw_project_check_unique(project, files, &error))
        report->duplicate = g_strdup(error->message);
}

/* The newest job of a migration's `up` decides. */
static const char *
undo_of(const GPtrArray *jobs, GHashTable *tally, const GwStatusRow *row)
{
    for (guint index = 0; index < jobs->len; index++) {
        const GwJob *job = g_ptr_array_index(jobs, index);
        bool is_whole = job->status == GW_JOB_DONE || job->status == GW_JOB_UNDOING ||
                        (job->status == GW_JOB_OPEN && gw_job_has_arrived(job, true));

        if (!is_whole || g_strcmp0(job->migration, row->id) != 0 ||
            !g_str_equal(job->direction, "up"))
            continue;
        if (!gw_journal_tally_is_whole(tally, job))
            return "no";
        return job->irreversible->len > 0 ? "partly" : "yes";
    }
    return "no";
}

static const char *
unfinished_of(const GPtrArray *jobs, const GwStatusRow *row)
{
    bool is_applied = row->status == GW_STATUS_COMPLETED;

    for (guint index = 0; index < jobs->len; index++) {
        const GwJob *job = g_ptr_array_index(jobs, index);
        bool is_open = job->status == GW_JOB_OPEN || job->status == GW_JOB_UNDOING;

        if (!is_open || g_strcmp0(job->migration, row->id) != 0 ||
            gw_job_has_arrived(job, is_applied))
            continue;
        if (job->status == GW_JOB_UNDOING)
            return "undo";
        return g_str_equal(job->direction, "up") ? "up" : "down";
    }
    /* It was recorded, and nothing more happened yet. */
    return row->status == GW_STATUS_RUNNING ? "up" : NULL;
}

/* What the journal can take back of what is applied, and what it says is half done. */
static bool
fill_from_jobs(GwProject *project, GwStatusReport *report, GError **error)
{
    g_autoptr(GwColl) coll =
        gw_coll_new(gw_project_clients(project), gw_project_database(project), GW_JOB_COLLECTION);
    g_autoptr(bson_t) live =
        BCON_NEW("status", "{", "$in", "[", BCON_UTF8(gw_job_status_name(GW_JOB_OPEN)),
                 BCON_UTF8(gw_job_status_name(GW_JOB_DONE)),
                 BCON_UTF8(gw_job_status_name(GW_JOB_UNDOING)), "]", "}");
    g_autoptr(GPtrArray) jobs = gw_job_list(coll, live, error);
    g_autoptr(GHashTable) tally = NULL;

    if (jobs == NULL)
        return false;
    tally = gw_journal_tally_new(gw_project_clients(project), gw_project_database(project), error);
    if (tally == NULL)
        return false;
    for (guint index = 0; index < report->rows->len; index++) {
        GwStatusRow *row = g_ptr_array_index(report->rows, index);

        if (row->status == GW_STATUS_COMPLETED)
            row->undo = undo_of(jobs, tally, row);
        row->unfinished = unfinished_of(jobs, row);
    }
    return true;
}

static bool
fill_holder(GwProject *project, GwStatusReport *report, GError **error)
{
    g_autoptr(bson_t) holder = NULL;

    if (!gw_lease_show(gw_project_clients(project), gw_project_database(project), &holder, error))
        return false;
    if (holder != NULL && !gw_bson_get_bool(holder, "expired", false))
        report->holder = g_strdup(gw_bson_get_str(holder, "owner"));
    return true;
}

bool
gw_engine_status(GwProject *project, GwStatusReport *out_report, GError **error)
{
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(GPtrArray) records = NULL;
    g_autoptr(GArray) migrations = NULL;
    g_autoptr(GwTracker) tracker = NULL;
    g_auto(GwMark) mark = {0};

    *out_report = (GwStatusReport){0};
    if (!gw_project_connect(project, error))
        return false;
    files = gw_project_scan(project, error);
    if (files == NULL)
        return false;
    /* What a newer godwit wrote would be misread. */
    if (!gw_meta_read_mark(gw_project_clients(project), gw_project_database(project), &mark, error))
        return false;
    tracker = gw_project_tracker(project);
    records = gw_tracker_list(tracker, error);
    if (records == NULL)
        return false;

    migrations = gw_project_join(project, files, records);
    out_report->database = g_strdup(gw_project_database(project));
    out_report->environment = g_strdup(gw_project_environment(project));
    out_report->mark = g_strdup(mark.environment);
    fill_rows(out_report, migrations);
    fill_duplicate(project, out_report, files);
    return fill_from_jobs(project, out_report, error) && fill_holder(project, out_report, error) &&
           gw_settle_tell(project, mark.is_resetting, error);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/takeback.h"

char *
gw_takeback_describe(const GwUndoResult *result)
{
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_append_printf(text, "%" G_GINT64_FORMAT " document%s", result->documents,
                           result->documents == 1 ? "" : "s");
    if (result->changes > 0)
        g_string_append_printf(text,
                               ", %" G_GINT64_FORMAT " change%s of collections, indexes or options",
                               result->changes, result->changes == 1 ? "" : "s");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
emit_note(GwRun *run, const char *migration, const char *text)
{
    gw_project_emit(run->project, &(GwEvent){.kind = GW_EVENT_NOTE,
                                             .migration = migration,
                                             .text = text,
                                             .text_bytes = strlen(text)});
}

static void
emit_progress(gint64 done, gint64 count, gpointer data)
{
    GwRun *run = data;

    gw_project_emit(run->project, &(GwEvent){.kind = GW_EVENT_PROGRESS, .count = done});
}

static bool
take_back(GwRun *run, const GwJob *job, GwConflict policy, GwUndoResult *result, GError **error)
{
    GwUndoParams params = {
        .journal = run->journal,
        .writer = run->plain,
        .policy = policy,
        .progress = emit_progress,
        .data = run,
    };

    return gw_undo_job(&params, job, result, error);
}

bool
gw_takeback_job(GwRun *run, const GwJob *job, GwUndoResult *result, GError **error)
{
    return take_back(run, job, run->params->on_conflict, result, error);
}

void
gw_takeback_tell_rest(GwRun *run, const GwJob *job, const GwUndoResult *result)
{
    if (result->kept > 0) {
        g_autofree char *text = g_strdup_printf(
            "somebody changed %" G_GINT64_FORMAT
            " of the things that '%s' had changed meanwhile; they were left alone: first %s",
            result->kept, job->migration,
            result->conflicts->len > 0 ? (const char *)g_ptr_array_index(result->conflicts, 0)
                                       : "a collection");

        emit_note(run, job->migration, text);
    }
    for (guint index = 0; index < result->irreversible->len; index++) {
        g_autofree char *text =
            g_strdup_printf("'%s' ran the command '%s', which nobody can take back", job->migration,
                            (const char *)g_ptr_array_index(result->irreversible, index));

        emit_note(run, job->migration, text);
    }
}

bool
gw_takeback_failed(GwRun *run, GError **error)
{
    const GwJob *job = gw_journal_job(run->journal);
    g_auto(GwUndoResult) result = {0};
    g_autofree char *what = NULL;
    g_autofree char *text = NULL;

    gw_undo_result_init(&result);
    if (!take_back(run, job, GW_CONFLICT_KEEP, &result, error))
        return false;
    gw_takeback_tell_rest(run, job, &result);
    if (result.documents == 0 && result.changes == 0)
        return true;
    what = gw_takeback_describe(&result);
    text = g_strdup_printf("what '%s' had changed before it failed was taken back: %s",
                           job->migration, what);
    emit_note(run, job->migration, text);
    return true;
}

/* The tracker is written before the job is ended: where it says that the migration got where it was
 * going, only the end is missing. */
static bool
has_arrived(const GwRun *run, const GwJob *job)
{
    bool is_applied = false;

    for (guint index = 0; index < run->migrations->len; index++) {
        const GwMigration *migration = &g_array_index(run->migrations, GwMigration, index);

        if (g_strcmp0(migration->id, job->migration) == 0)
            is_applied = migration->status == GW_STATUS_COMPLETED;
    }
    return is_applied == g_str_equal(job->direction, "up");
}

static const GwRecord *
find_record(const GwRun *run, const GwJob *job)
{
    for (guint index = 0; index < run->records->len; index++) {
        const GwRecord *record = g_ptr_array_index(run->records, index);

        if (g_strcmp0(record->id, job->migration) == 0)
            return record;
    }
    return NULL;
}

/* Its record says `running`, and nothing runs. A changelog has no such record. */
static bool
record_failed(GwRun *run, const GwJob *job, GError **error)
{
    const GwRecord *found = find_record(run, job);
    GwRecord record = {0};

    if (found == NULL || found->status != GW_STATUS_RUNNING || g_strcmp0(found->run, job->run) != 0)
        return true;
    record = *found;
    record.status = GW_STATUS_FAILED;
    record.error_message = (char *)"the process that ran it ended before it did; what it had "
                                   "changed was taken back";
    return gw_tracker_fail(run->tracker, &record, error);
}

static bool
finish_one(GwRun *run, const GwJob *job, GError **error)
{
    g_auto(GwUndoResult) result = {0};
    g_autofree char *what = NULL;
    g_autofree char *text = NULL;
    GwHistoryEntry entry = {.result = "rolled_back", .migration = job->migration};

    if (has_arrived(run, job))
        return gw_journal_adopt(run->journal, job, error);
    gw_undo_result_init(&result);
    if (!take_back(run, job, GW_CONFLICT_KEEP, &result, error))
        return false;
    gw_takeback_tell_rest(run, job, &result);
    what = gw_takeback_describe(&result);
    text = g_strdup_printf("an earlier run ended in the middle of %s '%s'; what it had changed was "
                           "taken back: %s",
                           g_str_equal(job->direction, "up") ? "applying" : "reverting",
                           job->migration, what);
    emit_note(run, job->migration, text);
    entry.detail = text;
    return record_failed(run, job, error) && gw_run_tell_history(run, &entry, error);
}

bool
gw_takeback_unfinished(GwRun *run, GError **error)
{
    g_autoptr(GPtrArray) open = gw_job_list_open(gw_journal_jobs(run->journal), error);

    if (open == NULL)
        return false;
    for (guint index = 0; index < open->len; index++) {
        const GwJob *job = g_ptr_array_index(open, index);

        if (!finish_one(run, job, error))
            return gw_prefix(error, "taking back what an earlier run left of '%s'", job->migration);
    }
    return open->len == 0 || gw_run_reload(run, error);
}

GwJob *
gw_takeback_find(GwRun *run, const char *migration, GError **error)
{
    g_autoptr(GwJob) job = NULL;

    if (!gw_job_find_done(gw_journal_jobs(run->journal), migration, "up", &job, error))
        return NULL;
    if (job != NULL)
        return g_steal_pointer(&job);
    gw_throw(error, GW_ERROR_REFUSED, "there is no journal of '%s' to undo it from", migration);
    gw_hint(error, "Nothing was changed. It was pruned, or the migration was applied by something "
                   "that keeps none; its own down() may revert it.");
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process that died left behind. The tracker is written before a job is ended: where it says
 * that the migration got where it was going, only the end is missing.
 */
#include "engine/apply.h"
#include "engine/going_on.h"
#include "engine/takeback.h"

#include "base/crash.h"

static const GwMigration *
find_migration(const GwRun *run, const GwJob *job)
{
    for (guint index = 0; index < run->migrations->len; index++) {
        const GwMigration *migration = &g_array_index(run->migrations, GwMigration, index);

        if (g_strcmp0(migration->id, job->migration) == 0)
            return migration;
    }
    return NULL;
}

static bool
has_arrived(const GwRun *run, const GwJob *job)
{
    const GwMigration *migration = find_migration(run, job);

    return gw_job_has_arrived(job, migration != NULL && migration->status == GW_STATUS_COMPLETED);
}

/* Its record says `running`, and nothing runs. A changelog has no such record. */
static bool
record_failed(GwRun *run, const GwJob *job, GError **error)
{
    const GwMigration *migration = find_migration(run, job);
    const GwRecord *found = migration != NULL ? migration->record : NULL;
    GwRecord record = {0};

    if (found == NULL || found->status != GW_STATUS_RUNNING ||
        (found->run != NULL && !g_str_equal(found->run, job->run)))
        return true;
    record = *found;
    record.status = GW_STATUS_FAILED;
    record.error_message = (char *)"the process that ran it ended before it did; what it had "
                                   "changed was taken back";
    return gw_tracker_fail(run->tracker, &record, error);
}

/* The job was taken back: say so where its migration is recorded. */
static bool
record_end(GwRun *run, const GwJob *job, GError **error)
{
    const GwMigration *migration = find_migration(run, job);
    g_autoptr(GwRecord) record = NULL;

    if (job->status != GW_JOB_UNDOING)
        return record_failed(run, job, error);
    if (migration == NULL)
        return true;
    record = gw_apply_record_new(run, migration);
    return gw_apply_record_undone(run, job, record, error);
}

static char *
describe(const GwJob *job, const GwUndoResult *result)
{
    g_autofree char *what = gw_takeback_describe(result);

    if (job->status == GW_JOB_UNDOING)
        return g_strdup_printf("an earlier run ended in the middle of undoing '%s'; the rest of it "
                               "was undone: %s",
                               job->migration, what);
    return g_strdup_printf("an earlier run ended in the middle of %s '%s'; what it had changed was "
                           "taken back: %s",
                           g_str_equal(job->direction, "up") ? "applying" : "reverting",
                           job->migration, what);
}

/* Nobody is there to ask: what others changed is left to them, unless this run was told not to. */
static GwConflict
policy_of(const GwRun *run)
{
    return run->params->on_conflict == GW_CONFLICT_OVERWRITE ? GW_CONFLICT_OVERWRITE
                                                             : GW_CONFLICT_KEEP;
}

static bool
take_back(GwRun *run, const GwJob *job, GError **error)
{
    g_auto(GwUndoResult) result = {0};
    g_autofree char *text = NULL;
    GwHistoryEntry entry = {.result = "rolled_back", .migration = job->migration};

    gw_undo_result_init(&result);
    if (!gw_takeback_job(run, job, policy_of(run), &result, error))
        return false;
    gw_takeback_tell_rest(run, job, &result);
    text = describe(job, &result);
    gw_takeback_tell(run, job->migration, text);
    entry.detail = text;
    if (!record_end(run, job, error))
        return false;
    GW_CRASH_POINT("takeback.recorded");
    return gw_run_tell_history(run, &entry, error) && gw_undo_end(run->journal, job, error);
}

static bool
is_in_history(GwRun *run, const GwJob *job, const char *result, bool *out_is, GError **error)
{
    g_autoptr(GPtrArray) lines = gw_history_list(run->history, job->migration, 0, error);

    if (lines == NULL)
        return false;
    *out_is = false;
    for (guint index = 0; index < lines->len; index++) {
        const bson_t *line = g_ptr_array_index(lines, index);

        *out_is = *out_is || (g_strcmp0(gw_bson_get_str(line, "run"), job->run) == 0 &&
                              g_strcmp0(gw_bson_get_str(line, "result"), result) == 0);
    }
    return true;
}

/* The line comes before the end of the job, so it may be there already. */
static bool
tell_missed(GwRun *run, const GwJob *job, GError **error)
{
    const char *result = g_str_equal(job->direction, "up") ? "completed" : "rolled_back";
    g_autofree char *text =
        g_strdup_printf("run %s ended right after it had recorded this", job->run);
    GwHistoryEntry entry = {.result = result, .migration = job->migration, .detail = text};
    bool is_there = false;

    if (!is_in_history(run, job, result, &is_there, error))
        return false;
    return is_there || gw_run_tell_history(run, &entry, error);
}

bool
gw_takeback_half(GwRun *run, const GwJob *job, GError **error)
{
    if (!has_arrived(run, job))
        return take_back(run, job, error);
    if (job->status == GW_JOB_OPEN && !tell_missed(run, job, error))
        return false;
    return job->status == GW_JOB_UNDOING ? gw_undo_end(run->journal, job, error)
                                         : gw_journal_adopt(run->journal, job, error);
}

static bool
is_selected_for_down(const GwRun *run, const GwJob *job)
{
    g_autoptr(GPtrArray) selected = gw_plan_down(run->migrations, &run->params->selection, NULL);

    for (guint index = 0; selected != NULL && index < selected->len; index++) {
        const GwMigration *migration = g_ptr_array_index(selected, index);

        if (g_str_equal(migration->id, job->migration))
            return true;
    }
    return false;
}

/* Whoever calls the same undo again means this one, and not the one before it. */
static bool
is_asked_for(const GwRun *run, const GwJob *job)
{
    const GwSelection *selection = &run->params->selection;
    const GwMigration *named = NULL;

    if (job->status != GW_JOB_UNDOING || has_arrived(run, job))
        return false;
    if (g_str_equal(run->action, "down") || g_str_equal(run->action, "redo"))
        return is_selected_for_down(run, job);
    if (!g_str_equal(run->action, "undo"))
        return false;
    if (selection->run != NULL)
        return g_str_equal(selection->run, job->run);
    named = gw_plan_find(run->migrations, selection->only, NULL);
    return named != NULL && g_str_equal(named->id, job->migration);
}

bool
gw_takeback_unfinished(GwRun *run, GError **error)
{
    g_autoptr(GPtrArray) jobs = gw_job_list_unfinished(gw_journal_jobs(run->journal), error);

    if (jobs == NULL)
        return false;
    for (guint index = 0; index < jobs->len; index++) {
        const GwJob *job = g_ptr_array_index(jobs, index);

        if (is_asked_for(run, job))
            continue;
        if (!has_arrived(run, job) && gw_going_on_is_wanted(run, job)) {
            run->resumed = g_ptr_array_steal_index(jobs, index--);
            continue;
        }
        if (!gw_takeback_half(run, job, error))
            return gw_prefix(error, "taking back what an earlier run left of '%s'", job->migration);
    }
    return (jobs->len == 0 && run->resumed == NULL) || gw_run_reload(run, error);
}

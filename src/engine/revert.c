/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way back: by the file's own down(), which is journaled like up(), or from the journal of
 * up().
 */
#include "engine/apply-internal.h"

#include "base/crash.h"
#include "engine/takeback.h"
#include "journal/compare.h"

static bool
end_failed_down(GwRun *run, const GwRecord *record, GError *take_failure, GError **error)
{
    g_autoptr(GError) failure = take_failure;
    g_autoptr(GError) second = NULL;

    gw_apply_take_back(run, &failure);
    if (!gw_apply_tell_history(run, record, "failed", failure, &second))
        g_prefix_error(&failure, "(and recording the failure failed: %s) ", second->message);
    gw_apply_emit(run, GW_EVENT_FAILED, record, failure);
    return gw_apply_throw_failed(run, "down", record, g_steal_pointer(&failure), error);
}

static bool
call_down(GwRun *run, GwStep *step, GwRecord *record, GError **error)
{
    return gw_step_call(step, "down", error);
}

/* Say where down() left documents unlike they were before up(): what the plan's own template does,
 * which takes a field away also from those who had it before. */
static bool
compare_with_before(GwRun *run, const char *id, GError **error)
{
    g_autoptr(GwJob) job = NULL;
    g_auto(GwComparison) comparison = {0};
    g_autofree char *text = NULL;

    if (!gw_job_find_done(gw_journal_jobs(run->journal), id, "up", &job, error))
        return false;
    if (job == NULL)
        return true;
    if (!gw_journal_compare(run->journal, job, &comparison, error))
        return gw_prefix(error, "comparing what down() left with what was there before up()");
    if (comparison.unlike == 0)
        return true;
    text = g_strdup_printf("down() of '%s' left %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                           " documents unlike they were before up(), first %s; godwit down "
                           "--from=journal would have put them back exactly",
                           id, comparison.unlike, comparison.looked_at, comparison.first);
    gw_project_emit(run->project, &(GwEvent){.kind = GW_EVENT_NOTE,
                                             .migration = id,
                                             .text = text,
                                             .text_bytes = strlen(text)});
    return true;
}

static bool
end_down(GwRun *run, GwRecord *record, GError **error)
{
    GW_CRASH_POINT("down.done");
    record->status = GW_STATUS_ROLLED_BACK;
    if (!gw_journal_sum(run->journal, error) || !gw_tracker_revert(run->tracker, record, error))
        return gw_prefix(error, "recording that '%s' is rolled back", record->id);
    GW_CRASH_POINT("down.recorded");
    if (!gw_apply_tell_history(run, record, "rolled_back", NULL, error))
        return false;
    GW_CRASH_POINT("down.told");
    if (!gw_journal_end(run->journal, error))
        return gw_prefix(error, "ending the journal of '%s'", record->id);
    gw_run_add_outcome(run, record->id, record->file, GW_STATUS_ROLLED_BACK, record->execution_ms,
                       record->documents_affected);
    gw_apply_emit(run, GW_EVENT_REVERTED, record, NULL);
    return true;
}

static bool
apply_own_down(GwRun *run, const GwMigration *migration, GError **error)
{
    g_autoptr(GwRecord) record = gw_apply_record_new(run, migration);
    GError *failure = NULL;

    gw_writer_tally_reset(run->tally);
    gw_questions_begin(run->questions, record->id);
    if (!gw_journal_begin(run->journal, record->id, run->id, "down", error))
        return gw_prefix(error, "recording that '%s' is reverted", record->id);
    GW_CRASH_POINT("down.begun");
    gw_apply_emit(run, GW_EVENT_STARTED, record, NULL);
    if (!gw_apply_run_step(run, migration, record, call_down, &failure))
        return end_failed_down(run, record, failure, error);
    return end_down(run, record, error) && compare_with_before(run, record->id, error);
}

static const GwMigration *
find_migration(const GwRun *run, const char *id)
{
    for (guint index = 0; index < run->migrations->len; index++) {
        const GwMigration *migration = &g_array_index(run->migrations, GwMigration, index);

        if (g_str_equal(migration->id, id))
            return migration;
    }
    return NULL;
}

bool
gw_apply_record_undone(GwRun *run, const GwJob *job, GwRecord *record, GError **error)
{
    /* What a `down` did is taken back: the migration is applied again. */
    bool is_up = g_str_equal(job->direction, "up");

    record->status = is_up ? GW_STATUS_ROLLED_BACK : GW_STATUS_COMPLETED;
    if (is_up ? !gw_tracker_revert(run->tracker, record, error)
              : !gw_tracker_repair(run->tracker, record, error))
        return gw_prefix(error, "recording that '%s' is undone", job->migration);
    record->status = is_up ? GW_STATUS_ROLLED_BACK : GW_STATUS_COMPLETED;
    return true;
}

static bool
end_undo(GwRun *run, const GwJob *job, GwRecord *record, GError **error)
{
    bool is_up = g_str_equal(job->direction, "up");

    GW_CRASH_POINT("undo.done");
    if (!gw_apply_record_undone(run, job, record, error))
        return false;
    GW_CRASH_POINT("undo.recorded");
    if (!gw_undo_end(run->journal, job, error) ||
        !gw_apply_tell_history(run, record, gw_status_name(record->status), NULL, error))
        return false;
    gw_run_add_outcome(run, record->id, record->file, record->status, record->execution_ms,
                       record->documents_affected);
    gw_apply_emit(run, is_up ? GW_EVENT_REVERTED : GW_EVENT_APPLIED, record, NULL);
    return true;
}

/* The last migration that was applied after this one, and may have changed the same: NULL = none.
 */
static const GwMigration *
applied_after(const GwRun *run, const GwMigration *migration)
{
    const GwMigration *last = NULL;

    for (guint index = 0; index < run->migrations->len; index++) {
        const GwMigration *other = &g_array_index(run->migrations, GwMigration, index);

        if (other->status == GW_STATUS_COMPLETED && migration->record != NULL &&
            other->record->sequence > migration->record->sequence &&
            (last == NULL || other->record->sequence > last->record->sequence))
            last = other;
    }
    return last;
}

/* What looks like somebody else's change is often that of a later migration. */
static void
hint_at_later(const GwRun *run, const GwMigration *migration, GError **failure)
{
    const GwMigration *later = applied_after(run, migration);

    if (later == NULL || !g_error_matches(*failure, GW_ERROR, GW_ERROR_CONFLICT))
        return;
    gw_hint(failure,
            "Nothing was written. '%s' was applied after it and may have changed the same: undo "
            "that first. Else --on-conflict keep leaves those as they are now, --on-conflict "
            "overwrite puts back what was there before the migration.",
            later->id);
}

static bool
end_failed_undo(GwRun *run, const GwRecord *record, GError *take_failure, GError **error)
{
    g_autoptr(GError) failure = take_failure;
    g_autoptr(GError) second = NULL;

    if (!gw_apply_tell_history(run, record, "failed", failure, &second))
        g_prefix_error(&failure, "(and recording the failure failed: %s) ", second->message);
    gw_apply_emit(run, GW_EVENT_FAILED, record, failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

bool
gw_apply_undo(GwRun *run, const GwJob *job, GError **error)
{
    const GwMigration *migration = find_migration(run, job->migration);
    g_autoptr(GwRecord) record = NULL;
    g_auto(GwUndoResult) result = {0};
    gint64 start_us = g_get_monotonic_time();
    GError *failure = NULL;

    if (migration == NULL)
        return gw_throw(error, GW_ERROR_NOT_FOUND, "the tracker knows no '%s'", job->migration);
    record = gw_apply_record_new(run, migration);
    gw_apply_emit(run, GW_EVENT_STARTED, record, NULL);
    gw_undo_result_init(&result);
    if (!gw_takeback_wanted(run, job, &result, &failure)) {
        if (result.conflict_count > 0)
            hint_at_later(run, migration, &failure);
        return end_failed_undo(run, record, failure, error);
    }
    record->execution_ms = (g_get_monotonic_time() - start_us) / G_TIME_SPAN_MILLISECOND;
    record->documents_affected = result.documents;
    gw_takeback_tell_rest(run, job, &result);
    return end_undo(run, job, record, error);
}

/* Somebody began to undo it: half of it is no ground for a down(). */
static bool
is_half_undone(GwRun *run, const GwMigration *migration, bool *out_is, GError **error)
{
    g_autoptr(GwJob) job = NULL;

    if (!gw_job_find_done(gw_journal_jobs(run->journal), migration->id, "up", &job, error))
        return false;
    *out_is = job != NULL && job->status == GW_JOB_UNDOING;
    return true;
}

static bool
undo_instead(GwRun *run, const GwMigration *migration, GError **error)
{
    g_autoptr(GwJob) job = gw_takeback_find(run, migration->id, error);

    return job != NULL && gw_apply_undo(run, job, error);
}

bool
gw_apply_down(GwRun *run, const GwMigration *migration, GError **error)
{
    bool has_own = false;
    bool is_half = false;

    if (!is_half_undone(run, migration, &is_half, error))
        return false;
    if (run->params->from_journal || is_half)
        return undo_instead(run, migration, error);
    if (!gw_apply_has_down(run, migration, &has_own, error))
        return false;
    return has_own ? apply_own_down(run, migration, error) : undo_instead(run, migration, error);
}

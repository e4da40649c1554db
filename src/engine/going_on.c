/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/going_on.h"

#include "engine/takeback.h"
#include "journal/resume.h"

static void
tell_why_not(GwRun *run, const char *migration, const char *why)
{
    g_autofree char *text =
        g_strdup_printf("'%s' can't go on where it was: %s; what it had changed is taken back, and "
                        "it runs from its beginning",
                        migration, why);

    gw_takeback_tell(run, migration, text);
}

/* Why nobody would go on with it here; NULL = nothing stands in the way so far. */
static const char *
obstacle_of(GwRun *run, const GwJob *job)
{
    g_autoptr(GPtrArray) pending = gw_plan_up(run->migrations, &run->params->selection, NULL);
    const GwMigration *first = NULL;

    if (!g_str_equal(job->direction, "up"))
        return "it was being reverted";
    if (gw_project_is_golang_migrate(run->project))
        return "golang-migrate's table can't tell that it is half applied";
    if (pending == NULL || pending->len == 0)
        return "it is not among those to apply";
    first = g_ptr_array_index(pending, 0);
    return g_str_equal(first->id, job->migration) ? NULL : "it is not the first one to apply";
}

bool
gw_going_on_is_wanted(GwRun *run, const GwJob *job)
{
    const char *obstacle = NULL;

    if (!run->params->resume || run->resumed != NULL || job->status != GW_JOB_OPEN)
        return false;
    obstacle = obstacle_of(run, job);
    if (obstacle != NULL)
        tell_why_not(run, job->migration, obstacle);
    return obstacle == NULL;
}

/* What has to be the same, so that the same calls mean the same. Owned. */
static char *
source_of(const GwRecord *record)
{
    return g_strdup_printf("%s %s", record->checksum, GW_VERSION);
}

static bool
tell_resumed(GwRun *run, const GwRecord *record, const GwJob *job, gint64 documents, GError **error)
{
    g_autofree char *detail = g_strdup_printf("run %s had changed %" G_GINT64_FORMAT " document%s",
                                              job->run, documents, documents == 1 ? "" : "s");
    g_autofree char *text =
        g_strdup_printf("'%s' goes on where an earlier run ended: %s", record->id, detail);
    GwHistoryEntry entry = {.result = "resumed",
                            .migration = record->id,
                            .file = record->file,
                            .checksum = record->checksum,
                            .detail = detail};

    gw_takeback_tell(run, record->id, text);
    return gw_run_tell_history(run, &entry, error);
}

static bool
begin_new(GwRun *run, const GwRecord *record, GError **error)
{
    g_autofree char *source = source_of(record);

    if (!gw_journal_begin(run->journal, record->id, run->id, "up", error))
        return false;
    gw_resume_note_source(run->journal, source);
    return true;
}

bool
gw_going_on_begin(GwRun *run, const GwRecord *record, GError **error)
{
    g_autoptr(GwJob) job = g_steal_pointer(&run->resumed);
    g_autofree char *source = source_of(record);
    g_autoptr(GError) failure = NULL;
    gint64 documents = 0;

    run->is_resumed = false;
    if (job == NULL)
        return begin_new(run, record, error);
    if (gw_resume_begin(run->journal, job, run->id, source, &documents, &failure)) {
        run->is_resumed = true;
        return tell_resumed(run, record, job, documents, error);
    }
    if (failure->domain == GW_ERROR && failure->code != GW_ERROR_REFUSED &&
        failure->code != GW_ERROR_FAILED) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    tell_why_not(run, record->id, failure->message);
    return gw_takeback_half(run, job, error) && begin_new(run, record, error);
}

bool
gw_going_on_was_wrong(GwRun *run, const GError *failure)
{
    if (!run->is_resumed || g_error_matches(failure, GW_ERROR, GW_ERROR_INTERRUPTED) ||
        !gw_lease_check(run->lease, NULL) || !gw_questions_check(run->questions, NULL))
        return false;
    return !gw_resume_check(run->journal, NULL);
}

bool
gw_going_on_give_up(GwRun *run, const GwRecord *record, GError **error)
{
    g_autoptr(GError) why = NULL;
    GwHistoryEntry entry = {.result = "rolled_back", .migration = record->id};

    (void)gw_resume_check(run->journal, &why);
    tell_why_not(run, record->id, why->message);
    entry.detail = why->message;
    gw_journal_leave(run->journal);
    return gw_takeback_failed(run, error) && gw_run_tell_history(run, &entry, error);
}

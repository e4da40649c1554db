/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/apply.h"
#include "engine/journal-verbs.h"
#include "engine/takeback.h"

/* The jobs of a run, newest first. Owned. */
static GPtrArray *
jobs_of_run(GwRun *run, const char *id, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("run", BCON_UTF8(id), "status", "{", "$in", "[",
                                        BCON_UTF8(gw_job_status_name(GW_JOB_DONE)),
                                        BCON_UTF8(gw_job_status_name(GW_JOB_UNDOING)), "]", "}");
    g_autoptr(GPtrArray) jobs = gw_job_list(gw_journal_jobs(run->journal), filter, error);

    if (jobs == NULL)
        return NULL;
    if (jobs->len > 0)
        return g_steal_pointer(&jobs);
    gw_throw(error, GW_ERROR_NOT_FOUND, "no run '%s' has a journal to undo it from", id);
    gw_hint(error, "godwit history shows the runs, godwit status what can be undone.");
    return NULL;
}

static GPtrArray *
job_of_migration(GwRun *run, const char *id, GError **error)
{
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify)gw_job_free);
    const GwMigration *migration = gw_plan_find(run->migrations, id, error);
    GwJob *job = NULL;

    if (migration == NULL)
        return NULL;
    if (migration->status != GW_STATUS_COMPLETED) {
        gw_throw(error, GW_ERROR_REFUSED, "'%s' is '%s': there is nothing to undo", migration->id,
                 gw_status_name(migration->status));
        return NULL;
    }
    job = gw_takeback_find(run, migration->id, error);
    if (job == NULL)
        return NULL;
    g_ptr_array_add(jobs, job);
    return g_steal_pointer(&jobs);
}

static bool
undo_all(GwRun *run, const GPtrArray *jobs, GError **error)
{
    gw_run_emit_started(run, jobs->len);
    for (guint index = 0; index < jobs->len; index++) {
        if (!gw_run_check_may_go_on(run, error))
            return false;
        if (!gw_apply_undo(run, g_ptr_array_index(jobs, index), error))
            return false;
    }
    gw_run_emit_ended(run);
    return true;
}

bool
gw_engine_undo(GwProject *project, const GwRunParams *params, GwRunResult *out_result,
               GError **error)
{
    g_autoptr(GPtrArray) jobs = NULL;
    g_autoptr(GwRun) run = NULL;

    gw_run_result_init(out_result);
    run = gw_run_open(project, "undo", params, out_result, error);
    if (run == NULL)
        return false;
    if (!gw_run_hold(run, error))
        return false;
    jobs = params->selection.run != NULL ? jobs_of_run(run, params->selection.run, error)
                                         : job_of_migration(run, params->selection.only, error);
    return jobs != NULL && undo_all(run, jobs, error);
}

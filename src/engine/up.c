/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/apply.h"
#include "engine/prune.h"
#include "engine/settle.h"

/* A failed `up` of migrate-mongo leaves what came before it applied, and its files may count on
 * what earlier ones made; there, nothing is loaded ahead of its turn. */
static bool
preflight(GwRun *run, GPtrArray *pending, GError **error)
{
    if (gw_project_is_migrate_mongo(run->project))
        return true;
    return gw_apply_preflight(run, pending, "up", error);
}

/* What a process left half done that died, or that another one is at now. */
static bool
has_nothing_to_finish(GwRun *run, bool *out_nothing, GError **error)
{
    g_autoptr(GwColl) jobs = gw_coll_new(gw_project_clients(run->project),
                                         gw_project_database(run->project), GW_JOB_COLLECTION);
    g_autoptr(GPtrArray) unfinished = gw_job_list_unfinished(jobs, error);

    if (unfinished == NULL)
        return false;
    *out_nothing = unfinished->len == 0;
    return true;
}

/* Most calls find nothing to do, on every start of an application: they only read. A lock of
 * migrate-mongo's is looked at in any case, as it does. */
static bool
has_nothing_to_do(GwRun *run, bool *out_nothing, GError **error)
{
    g_autoptr(GPtrArray) pending = NULL;
    bool is_unsettled = false;

    if (!gw_run_check_policies(run, error))
        return false;
    pending = gw_plan_up(run->migrations, &run->params->selection, error);
    if (pending == NULL || !gw_settle_is_wanted(run->project, &is_unsettled, error))
        return false;
    *out_nothing = pending->len == 0 && !is_unsettled && !gw_rules_is_resetting(run->rules) &&
                   !gw_project_has_mm_lock(run->project);
    if (*out_nothing && !has_nothing_to_finish(run, out_nothing, error))
        return false;
    /* Again when the lease is held: here so that a refusal leaves no trace. */
    return gw_rules_check_planned(run->rules, pending, error);
}

static bool
apply_pending(GwRun *run, GError **error)
{
    g_autoptr(GPtrArray) pending = gw_plan_up(run->migrations, &run->params->selection, error);

    if (pending == NULL)
        return false;
    if (!gw_rules_check_planned(run->rules, pending, error))
        return false;
    if (!preflight(run, pending, error))
        return false;

    gw_run_emit_started(run, pending->len);
    for (guint next = 0; next < pending->len; next++) {
        if (!gw_run_check_may_go_on(run, error))
            return false;
        if (!gw_apply_up(run, g_ptr_array_index(pending, next), error))
            return false;
    }
    gw_run_emit_ended(run);
    return gw_prune_by_configuration(run, error);
}

bool
gw_engine_up(GwProject *project, const GwRunParams *params, GwRunResult *out_result, GError **error)
{
    g_autoptr(GwRun) run = NULL;
    bool is_done = false;

    gw_run_result_init(out_result);
    run = gw_run_open(project, "up", params, out_result, error);
    if (run == NULL)
        return false;
    if (!has_nothing_to_do(run, &is_done, error))
        return false;
    if (is_done)
        return true;
    if (!gw_run_hold(run, error))
        return false;
    return apply_pending(run, error);
}

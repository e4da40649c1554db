/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/apply.h"

static bool
revert_selected(GwRun *run, GPtrArray *applied, GError **error)
{
    if (!gw_project_is_migrate_mongo(run->project) &&
        !gw_apply_preflight(run, applied, "down", error))
        return false;

    gw_run_emit_started(run, applied->len);
    for (guint next = 0; next < applied->len; next++) {
        if (!gw_run_check_may_go_on(run, error))
            return false;
        if (!gw_apply_down(run, g_ptr_array_index(applied, next), error))
            return false;
    }
    gw_run_emit_ended(run);
    return true;
}

bool
gw_engine_down(GwProject *project, const GwRunParams *params, GwRunResult *out_result,
               GError **error)
{
    g_autoptr(GPtrArray) applied = NULL;
    g_autoptr(GwRun) run = NULL;

    gw_run_result_init(out_result);
    run = gw_run_open(project, "down", params, out_result, error);
    if (run == NULL)
        return false;
    if (!gw_run_hold(run, error))
        return false;
    applied = gw_plan_down(run->migrations, &params->selection, error);
    if (applied == NULL)
        return false;
    return revert_selected(run, applied, error);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/apply.h"

static bool
revert_all(GwRun *run, GPtrArray *applied, GPtrArray *ids, GError **error)
{
    for (guint next = 0; next < applied->len; next++) {
        const GwMigration *migration = g_ptr_array_index(applied, next);

        if (!gw_run_check_may_go_on(run, error))
            return false;
        g_ptr_array_add(ids, g_strdup(migration->id));
        if (!gw_apply_down(run, migration, error))
            return false;
    }
    return true;
}

/* The reverted ones again, oldest first, looked up anew: their records have changed. */
static bool
apply_again(GwRun *run, GPtrArray *ids, GError **error)
{
    for (guint left = ids->len; left > 0; left--) {
        GwSelection only = {.only = g_ptr_array_index(ids, left - 1)};
        g_autoptr(GPtrArray) found = NULL;

        if (!gw_run_check_may_go_on(run, error))
            return false;
        found = gw_plan_up(run->migrations, &only, error);
        if (found == NULL)
            return false;
        if (!gw_apply_up(run, g_ptr_array_index(found, 0), error))
            return false;
    }
    return true;
}

static bool
redo_selected(GwRun *run, GPtrArray *applied, GError **error)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);

    if (!gw_apply_preflight(run, applied, "down", error) ||
        !gw_apply_preflight(run, applied, "up", error))
        return false;
    gw_run_emit_started(run, applied->len);
    if (!revert_all(run, applied, ids, error))
        return false;

    /* The caller asked for what is applied in the end. */
    g_ptr_array_set_size(run->result->outcomes, 0);
    if (!gw_run_reload(run, error))
        return false;
    if (!apply_again(run, ids, error))
        return false;
    gw_run_emit_ended(run);
    return true;
}

bool
gw_engine_redo(GwProject *project, const GwRunParams *params, GwRunResult *out_result,
               GError **error)
{
    g_autoptr(GPtrArray) applied = NULL;
    g_autoptr(GwRun) run = NULL;

    gw_run_result_init(out_result);
    run = gw_run_open(project, "redo", params, out_result, error);
    if (run == NULL)
        return false;
    if (!gw_run_hold(run, error))
        return false;
    applied = gw_plan_down(run->migrations, &params->selection, error);
    if (applied == NULL)
        return false;
    return redo_selected(run, applied, error);
}

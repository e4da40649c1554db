/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/run.h"

static void
row_free(gpointer data)
{
    GwPlanRow *row = data;

    g_free(row->id);
    g_free(row->file);
    g_free(row->checksum);
    g_free(row);
}

void
gw_plan_report_clear(GwPlanReport *report)
{
    g_clear_pointer(&report->rows, g_ptr_array_unref);
    g_clear_pointer(&report->warnings, g_ptr_array_unref);
    g_clear_pointer(&report->database, g_free);
    g_clear_pointer(&report->environment, g_free);
}

static void
fill_rows(GwPlanReport *report, const GPtrArray *selected)
{
    for (guint next = 0; next < selected->len; next++) {
        const GwMigration *migration = g_ptr_array_index(selected, next);
        GwPlanRow *row = g_new0(GwPlanRow, 1);

        row->id = g_strdup(migration->id);
        row->status = migration->status;
        row->is_out_of_order = migration->is_out_of_order;
        if (migration->file != NULL) {
            row->file = g_strdup(migration->file->name);
            row->checksum = g_strdup(migration->file->checksum);
        }
        g_ptr_array_add(report->rows, row);
    }
}

static void
fill_facts(GwPlanReport *report, const GwRun *run)
{
    report->rows = g_ptr_array_new_with_free_func(row_free);
    report->warnings = g_ptr_array_new_with_free_func(g_free);
    report->database = g_strdup(gw_project_database(run->project));
    report->environment = g_strdup(gw_project_environment(run->project));
    report->policies = gw_run_policies(run);
}

bool
gw_engine_plan(GwProject *project, const GwRunParams *params, GwPlanReport *out_report,
               GError **error)
{
    g_auto(GwRunResult) result = {0};
    g_autoptr(GwRun) run = NULL;
    g_autoptr(GPtrArray) selected = NULL;
    bool is_fit = false;

    *out_report = (GwPlanReport){0};
    gw_run_result_init(&result);
    run = gw_run_open(project, "plan", params, &result, error);
    if (run == NULL)
        return false;
    fill_facts(out_report, run);
    selected = gw_plan_up(run->migrations, &params->selection, error);
    if (selected == NULL)
        return false;
    fill_rows(out_report, selected);

    is_fit = gw_run_check_policies(run, error);
    g_ptr_array_extend_and_steal(out_report->warnings, g_steal_pointer(&result.warnings));
    return is_fit;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/dry_run.h"

#include "engine/apply.h"
#include "engine/step.h"
#include "preview/preview.h"

static void
migration_free(gpointer data)
{
    GwDryRunMigration *migration = data;

    g_free(migration->id);
    g_free(migration->file);
    gw_preview_report_free(migration->report);
    g_free(migration);
}

void
gw_dry_run_report_clear(GwDryRunReport *report)
{
    g_clear_pointer(&report->migrations, g_ptr_array_unref);
    g_clear_pointer(&report->warnings, g_ptr_array_unref);
    g_clear_pointer(&report->database, g_free);
    g_clear_pointer(&report->environment, g_free);
}

/* What all of a dry run shares. */
typedef struct {
    GwRun *run;             /* borrowed */
    GwPreview *preview;     /* borrowed */
    GwDryRunReport *report; /* borrowed */
} DryRun;

static void
warn(const DryRun *dry, const char *format, const char *id)
{
    g_ptr_array_add(dry->report->warnings, g_strdup_printf(format, id));
}

static bool
call_validate(const DryRun *dry, GwStep *step, const char *id, GError **error)
{
    if (!gw_step_facts(step)->has_validate || gw_project_is_migrate_mongo(dry->run->project))
        return true;
    if (gw_preview_is_partial(dry->preview)) {
        warn(dry,
             "validate() of '%s' was not tried: some changes were tried on a part of the documents "
             "only, or not at all",
             id);
        return true;
    }
    if (!gw_step_call(step, "validate", error))
        return gw_prefix(error, "validate() after up()");
    return true;
}

static bool
run_step(const DryRun *dry, const GwMigration *migration, const char *direction, GError **error)
{
    GwProject *project = dry->run->project;
    GwStepParams params = {
        .skips_bad = dry->run->params->skip_bad != NULL,
        .project = project,
        .clients = gw_project_clients(project),
        .tally = dry->run->tally,
        .detour = gw_preview_detour(dry->preview),
        .file = migration->file,
        .observer = gw_project_observer(project),
    };
    g_autoptr(GwStep) step = gw_step_load(&params, error);

    if (step == NULL || !gw_step_call(step, direction, error))
        return false;
    return !g_str_equal(direction, "up") || call_validate(dry, step, migration->id, error);
}

/* Where the dry run itself came to its end, whatever the script made of that. */
static bool
throw_stopped(const DryRun *dry, GwDryRunMigration *tried, GError **error)
{
    tried->status = "stopped";
    g_clear_error(error);
    return gw_throw(error, GW_ERROR_FAILED, "the dry run stopped in '%s', %s", tried->file,
                    gw_preview_end(dry->preview));
}

static bool
throw_failed(const DryRun *dry, GwDryRunMigration *tried, GError *take_failure, GError **error)
{
    tried->status = "failed";
    if (take_failure->domain == GW_ERROR && take_failure->code != GW_ERROR_INTERRUPTED)
        take_failure->code = GW_ERROR_MIGRATION_FAILED;
    gw_project_emit(dry->run->project, &(GwEvent){.kind = GW_EVENT_FAILED,
                                                  .migration = tried->id,
                                                  .file = tried->file,
                                                  .error = take_failure});
    g_propagate_error(error, take_failure);
    gw_prefix(error, "trying '%s'", tried->file);
    if (gw_preview_is_partial(dry->preview))
        gw_hint(error, "Some changes before it were tried on a part of the documents only, or not "
                       "at all; it may not fail in earnest.");
    return false;
}

static bool
try_one(const DryRun *dry, const GwMigration *migration, const char *direction, GError **error)
{
    GwDryRunMigration *tried = g_new0(GwDryRunMigration, 1);
    gint64 start_us = g_get_monotonic_time();
    GError *failure = NULL;
    bool is_done = false;

    tried->id = g_strdup(migration->id);
    tried->file = g_strdup(migration->file->name);
    tried->direction = direction;
    tried->status = "passed";
    g_ptr_array_add(dry->report->migrations, tried);
    gw_project_emit(
        dry->run->project,
        &(GwEvent){.kind = GW_EVENT_STARTED, .migration = tried->id, .file = tried->file});
    is_done = run_step(dry, migration, direction, &failure);
    tried->elapsed_ms = (g_get_monotonic_time() - start_us) / G_TIME_SPAN_MILLISECOND;
    tried->report = gw_preview_take_report(dry->preview);
    if (gw_preview_end(dry->preview) != NULL) {
        g_clear_error(&failure);
        return throw_stopped(dry, tried, error);
    }
    return is_done || throw_failed(dry, tried, failure, error);
}

static bool
try_all(const DryRun *dry, const GPtrArray *selected, const char *direction, GError **error)
{
    const volatile int *interrupted = gw_project_interrupted(dry->run->project);

    for (guint next = 0; next < selected->len; next++) {
        if (interrupted != NULL && *interrupted != 0)
            return gw_throw(error, GW_ERROR_INTERRUPTED, "stopped by a signal");
        if (!try_one(dry, g_ptr_array_index(selected, next), direction, error))
            return false;
    }
    return true;
}

static bool
try_up(const DryRun *dry, GError **error)
{
    g_autoptr(GPtrArray) pending =
        gw_plan_up(dry->run->migrations, &dry->run->params->selection, error);

    if (pending == NULL)
        return false;
    if (!gw_project_is_migrate_mongo(dry->run->project) &&
        !gw_apply_preflight(dry->run, pending, "up", error))
        return false;
    if (!try_all(dry, pending, "up", error))
        return false;
    return pending->len == 0 || gw_dry_run_record(dry->run->project, pending, error);
}

static bool
try_down(const DryRun *dry, bool again, GError **error)
{
    g_autoptr(GPtrArray) applied =
        gw_plan_down(dry->run->migrations, &dry->run->params->selection, error);
    g_autoptr(GPtrArray) oldest_first = g_ptr_array_new();

    if (applied == NULL || !gw_apply_preflight(dry->run, applied, "down", error))
        return false;
    if (!try_all(dry, applied, "down", error))
        return false;
    for (guint left = again ? applied->len : 0; left > 0; left--)
        g_ptr_array_add(oldest_first, g_ptr_array_index(applied, left - 1));
    return try_all(dry, oldest_first, "up", error);
}

static void
report_init(GwDryRunReport *report, const GwProject *project)
{
    report->migrations = g_ptr_array_new_with_free_func(migration_free);
    report->warnings = g_ptr_array_new_with_free_func(g_free);
    report->database = g_strdup(gw_project_database(project));
    report->environment = g_strdup(gw_project_environment(project));
}

static bool
try_verb(GwDryRunVerb verb, const DryRun *dry, GError **error)
{
    bool is_done = false;

    if (!gw_preview_has_transactions(dry->preview))
        warn(dry,
             "%s: reads go through, changes are only counted, and later operations don't see "
             "earlier ones",
             "this server has no transactions");
    is_done =
        verb == GW_DRY_RUN_UP ? try_up(dry, error) : try_down(dry, verb == GW_DRY_RUN_REDO, error);
    for (guint next = 0; next < gw_preview_notes(dry->preview)->len; next++)
        warn(dry, "%s", g_ptr_array_index(gw_preview_notes(dry->preview), next));
    gw_run_emit_ended(dry->run);
    return is_done;
}

bool
gw_engine_dry_run(GwProject *project, GwDryRunVerb verb, const GwRunParams *params,
                  GwDryRunReport *out_report, GError **error)
{
    static const char *const actions[] = {"up", "down", "redo"};
    g_auto(GwRunResult) result = {0};
    g_autoptr(GwMask) mask = NULL;
    g_autoptr(GwPreview) preview = NULL;
    g_autoptr(GwRun) run = NULL; /* freed first: its writer is the preview's */
    DryRun dry = {.report = out_report};

    *out_report = (GwDryRunReport){0};
    gw_run_result_init(&result);
    run = gw_run_open(project, actions[verb], params, &result, error);
    if (run == NULL)
        return false;
    report_init(out_report, project);
    if (!gw_run_check_policies(run, error))
        return false;
    g_ptr_array_extend_and_steal(out_report->warnings, g_steal_pointer(&result.warnings));
    result.warnings = g_ptr_array_new_with_free_func(g_free);
    preview = gw_preview_new(gw_project_clients(project), error);
    if (preview == NULL)
        return false;
    mask = gw_mask_new(gw_config_str(gw_project_config(project), GW_CONFIG_MASK));
    gw_preview_set_mask(preview, mask);
    run->tally = gw_writer_tally_new(gw_preview_writer_new(preview));
    dry.run = run;
    dry.preview = preview;
    return try_verb(verb, &dry, error);
}

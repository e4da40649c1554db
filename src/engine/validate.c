/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/run.h"
#include "engine/step.h"

typedef struct {
    guint failed;
    char *first; /* owned: the first failure's sentence */
} Tally;

static void
tally_clear(Tally *tally)
{
    g_clear_pointer(&tally->first, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tally, tally_clear)

static void
emit(GwRun *run, GwEventKind kind, const GwMigration *migration, const GError *error)
{
    gw_project_emit(run->project, &(GwEvent){.kind = kind,
                                             .migration = migration->id,
                                             .file = migration->file->name,
                                             .error = error});
}

static void
note_failure(GwRun *run, const GwMigration *migration, const GError *failure, Tally *tally)
{
    if (tally->failed++ == 0)
        tally->first = g_strdup_printf("'%s': %s", migration->file->name, failure->message);
    emit(run, GW_EVENT_FAILED, migration, failure);
}

static bool
call_validate(GwRun *run, const GwMigration *migration, bool *out_has, gint64 *out_ms,
              GError **error)
{
    GwStepParams params = {
        .project = run->project,
        .clients = gw_project_clients(run->project),
        .tally = run->tally,
        .file = migration->file,
        .observer = gw_project_observer(run->project),
    };
    g_autoptr(GwStep) step = gw_step_load(&params, error);
    bool is_valid = false;

    if (step == NULL)
        return false;
    *out_has = gw_step_facts(step)->has_validate;
    if (!*out_has)
        return true;
    is_valid = gw_step_call(step, "validate", error);
    *out_ms = gw_step_elapsed_ms(step);
    return is_valid;
}

static void
validate_one(GwRun *run, const GwMigration *migration, Tally *tally)
{
    g_autoptr(GError) failure = NULL;
    gint64 elapsed_ms = 0;
    bool has_validate = true;
    bool is_valid = call_validate(run, migration, &has_validate, &elapsed_ms, &failure);

    if (is_valid && !has_validate)
        return;
    if (is_valid)
        emit(run, GW_EVENT_VALIDATED, migration, NULL);
    else
        note_failure(run, migration, failure, tally);
    gw_run_add_outcome(run, migration->id, migration->file->name,
                       is_valid ? GW_STATUS_COMPLETED : GW_STATUS_FAILED, elapsed_ms, 0);
}

static GPtrArray *
select_applied(GwRun *run, GError **error)
{
    const GwSelection *asked = &run->params->selection;
    GwSelection selection = *asked;

    selection.all =
        asked->only == NULL && asked->to == NULL && asked->run == NULL && asked->steps == 0;
    return gw_plan_down(run->migrations, &selection, error);
}

static bool
validate_all(GwRun *run, GPtrArray *applied, Tally *tally, GError **error)
{
    const volatile int *interrupted = gw_project_interrupted(run->project);

    gw_run_emit_started(run, applied->len);
    /* Newest first is how they are reverted; people read them the way they were applied. */
    for (guint left = applied->len; left > 0; left--) {
        const GwMigration *migration = g_ptr_array_index(applied, left - 1);

        if (interrupted != NULL && *interrupted != 0)
            return gw_throw(error, GW_ERROR_INTERRUPTED, "stopped by a signal");
        if (migration->file != NULL)
            validate_one(run, migration, tally);
    }
    gw_run_emit_ended(run);
    return true;
}

bool
gw_engine_validate(GwProject *project, const GwRunParams *params, GwRunResult *out_result,
                   GError **error)
{
    g_autoptr(GPtrArray) applied = NULL;
    g_autoptr(GwRun) run = NULL;
    g_auto(Tally) tally = {0};

    gw_run_result_init(out_result);
    run = gw_run_open(project, "validate", params, out_result, error);
    if (run == NULL)
        return false;
    run->tally = gw_writer_tally_new(gw_writer_server_new());
    applied = select_applied(run, error);
    if (applied == NULL)
        return false;
    if (!validate_all(run, applied, &tally, error))
        return false;
    if (tally.failed == 0)
        return true;
    return gw_throw(error, GW_ERROR_MIGRATION_FAILED, "%u of %u migrations are not valid: %s",
                    tally.failed, out_result->outcomes->len, tally.first);
}

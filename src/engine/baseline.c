/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/apply.h"

#include "base/crash.h"
#include "engine/journal-verbs.h"

static bool
take_as_applied(GwRun *run, const GwMigration *migration, GError **error)
{
    g_autoptr(GwRecord) record = gw_apply_record_new(run, migration);
    GwHistoryEntry entry = {
        .result = "completed",
        .migration = record->id,
        .file = record->file,
        .checksum = record->checksum,
        .detail = "taken as applied, not run",
    };

    if (!gw_tracker_begin(run->tracker, record, error))
        return false;
    GW_CRASH_POINT("baseline.begun");
    record->status = GW_STATUS_COMPLETED;
    if (!gw_tracker_complete(run->tracker, record, error))
        return false;
    GW_CRASH_POINT("baseline.recorded");
    gw_run_add_outcome(run, record->id, record->file, GW_STATUS_COMPLETED, 0, 0);
    return gw_run_tell_history(run, &entry, error);
}

/* The pending ones up to the one that was named. */
static bool
take_selected(GwRun *run, const char *id, GPtrArray *ids, GError **error)
{
    const GwMigration *last = gw_plan_find(run->migrations, id, error);

    if (last == NULL)
        return false;
    for (guint index = 0; index < run->migrations->len; index++) {
        const GwMigration *migration = &g_array_index(run->migrations, GwMigration, index);

        if (migration->status != GW_STATUS_COMPLETED && migration->file != NULL) {
            if (!gw_run_check_may_go_on(run, error) || !take_as_applied(run, migration, error))
                return gw_prefix(error, "taking '%s' as applied", migration->id);
            g_ptr_array_add(ids, g_strdup(migration->id));
        }
        if (migration == last)
            break;
    }
    return true;
}

bool
gw_engine_baseline(GwProject *project, const char *id, GPtrArray **out_ids, GError **error)
{
    GwRunParams params = GW_RUN_PARAMS_INIT;
    g_auto(GwRunResult) result = {0};
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GwRun) run = NULL;

    gw_run_result_init(&result);
    run = gw_run_open(project, "baseline", &params, &result, error);
    if (run == NULL)
        return false;
    /* A name that is not there is found before anything is made in the database. */
    if (gw_plan_find(run->migrations, id, error) == NULL)
        return false;
    if (!gw_run_hold(run, error))
        return false;
    if (!take_selected(run, id, ids, error))
        return false;
    *out_ids = g_steal_pointer(&ids);
    return true;
}

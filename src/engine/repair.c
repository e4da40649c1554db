/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/apply.h"

#include "base/crash.h"
#include "engine/journal-verbs.h"

static bool
tell_history(GwRun *run, const GwRecord *record, GwStatus before, const char *reason,
             GError **error)
{
    g_autofree char *detail = g_strdup_printf("was %s: %s", gw_status_name(before), reason);
    GwHistoryEntry entry = {
        .result = gw_status_name(record->status),
        .migration = record->id,
        .file = record->file,
        .checksum = record->checksum,
        .detail = detail,
    };

    return gw_run_tell_history(run, &entry, error);
}

static bool
check_is_other(const GwMigration *migration, GwStatus status, GError **error)
{
    if (migration->status != status)
        return true;
    gw_throw(error, GW_ERROR_REFUSED, "'%s' is '%s' already", migration->id,
             gw_status_name(status));
    return gw_hint(error, "Nothing was changed.");
}

static bool
repair_one(GwRun *run, const GwMigration *migration, GwStatus status, const char *reason,
           GError **error)
{
    const GwStatus before = migration->status;
    g_autoptr(GwRecord) record = gw_apply_record_new(run, migration);

    if (!check_is_other(migration, status, error))
        return false;
    record->status = status;
    if (!gw_tracker_repair(run->tracker, record, error))
        return gw_prefix(error, "setting the status of '%s'", migration->id);
    GW_CRASH_POINT("repair.recorded");
    record->status = status;
    return tell_history(run, record, before, reason, error);
}

bool
gw_engine_repair(GwProject *project, const char *id, GwStatus status, const char *reason,
                 GwStatus *out_before, GError **error)
{
    GwRunParams params = GW_RUN_PARAMS_INIT;
    g_auto(GwRunResult) result = {0};
    g_autoptr(GwRun) run = NULL;
    const GwMigration *migration = NULL;

    gw_run_result_init(&result);
    /* What is wrong with files is no reason not to mend records. */
    params.changed = params.missing = params.out_of_order = GW_POLICY_ALLOW;
    run = gw_run_open(project, "repair", &params, &result, error);
    if (run == NULL)
        return false;
    migration = gw_plan_find(run->migrations, id, error);
    if (migration == NULL || !check_is_other(migration, status, error))
        return false;
    if (!gw_run_hold(run, error))
        return false;
    migration = gw_plan_find(run->migrations, id, error);
    if (migration == NULL)
        return false;
    *out_before = migration->status;
    return repair_one(run, migration, status, reason, error);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/prune.h"

#include "journal/compare.h"

#define DAY_MS (24 * 60 * 60 * G_GINT64_CONSTANT(1000))
#define MB (1000 * 1000)

static bool
forget(GwRun *run, const GwJob *job, GwPruneReport *report, GError **error)
{
    if (!gw_journal_forget_job(run->journal, run->plain, job, error))
        return gw_prefix(error, "removing the journal of '%s'", job->migration);
    report->jobs++;
    report->bytes += job->bytes;
    return true;
}

/* Newest first: what comes after the bound is reached is too much. */
static bool
forget_some(GwRun *run, const GPtrArray *jobs, gint64 before_ms, gint64 max_bytes,
            GwPruneReport *report, GError **error)
{
    gint64 bytes = 0;

    for (guint index = 0; index < jobs->len; index++) {
        const GwJob *job = g_ptr_array_index(jobs, index);

        bytes += job->bytes;
        if (job->status == GW_JOB_DONE && job->ended_at_ms >= before_ms &&
            (max_bytes == 0 || bytes <= max_bytes))
            continue;
        if (!forget(run, job, report, error))
            return false;
    }
    return true;
}

/* What ended before this goes. The server's clock, since it stamped the jobs. */
static bool
read_bound(GwRun *run, gint64 keep_days, gint64 *out_before_ms, GError **error)
{
    g_autoptr(GwConn) conn = gw_conn_take(gw_project_clients(run->project));
    gint64 now_ms = 0;

    *out_before_ms = G_MININT64;
    if (keep_days < 0)
        return true;
    if (!gw_run_server_time(conn, &now_ms, error))
        return false;
    /* Where nothing is to be kept, also what ended in this very millisecond. */
    *out_before_ms = keep_days == 0 ? G_MAXINT64 : now_ms - keep_days * DAY_MS;
    return true;
}

/* `keep_days` negative: none is too old; `max_mb` 0: no bound. */
static bool
prune(GwRun *run, gint64 keep_days, gint64 max_mb, GwPruneReport *report, GError **error)
{
    g_autoptr(GPtrArray) jobs =
        gw_job_list_of(gw_journal_jobs(run->journal), GW_JOB_DONE, GW_JOB_PRUNING, error);
    gint64 before_ms = G_MININT64;

    if (jobs == NULL)
        return false;
    if (jobs->len == 0)
        return true;
    return read_bound(run, keep_days, &before_ms, error) &&
           forget_some(run, jobs, before_ms, max_mb * MB, report, error);
}

static gint64
configured_days(const GwRun *run)
{
    gint64 days = gw_config_int(gw_project_config(run->project), GW_CONFIG_JOURNAL_KEEP);

    return days > 0 ? days : -1;
}

static gint64
configured_mb(const GwRun *run)
{
    return gw_config_int(gw_project_config(run->project), GW_CONFIG_JOURNAL_MAX_SIZE);
}

bool
gw_prune_by_configuration(GwRun *run, GError **error)
{
    GwPruneReport report = {0};

    return prune(run, configured_days(run), configured_mb(run), &report, error);
}

static bool
tell_history(GwRun *run, const GwPruneReport *report, GError **error)
{
    g_autofree char *detail =
        g_strdup_printf("the journal of %" G_GINT64_FORMAT " migrations was removed", report->jobs);
    GwHistoryEntry entry = {.result = "completed", .detail = detail};

    return gw_run_tell_history(run, &entry, error);
}

bool
gw_engine_prune(GwProject *project, const GwPruneParams *params, GwPruneReport *out_report,
                GError **error)
{
    GwRunParams run_params = GW_RUN_PARAMS_INIT;
    g_auto(GwRunResult) result = {0};
    g_autoptr(GwRun) run = NULL;

    *out_report = (GwPruneReport){0};
    gw_run_result_init(&result);
    run_params.wait_s = params->wait_s;
    run_params.changed = run_params.missing = run_params.out_of_order = GW_POLICY_ALLOW;
    run = gw_run_open(project, "prune", &run_params, &result, error);
    if (run == NULL || !gw_run_hold(run, error))
        return false;
    return prune(run, params->keep_days >= 0 ? params->keep_days : configured_days(run),
                 params->max_mb >= 0 ? params->max_mb : configured_mb(run), out_report, error) &&
           tell_history(run, out_report, error);
}

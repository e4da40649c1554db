/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run-report.h"

#include "cli/report.h"

static int
policy_of(const GwArgs *args, GwOptionId id)
{
    return gw_args_has(args, id) ? (int)GW_POLICY_ALLOW : -1;
}

static GwConflict
conflict_policy_of(const char *name)
{
    if (g_strcmp0(name, "keep") == 0)
        return GW_CONFLICT_KEEP;
    return g_strcmp0(name, "overwrite") == 0 ? GW_CONFLICT_OVERWRITE : GW_CONFLICT_STOP;
}

GwRunParams
gw_run_params(const GwArgs *args)
{
    GwRunParams params = GW_RUN_PARAMS_INIT;

    params.selection.only = gw_args_str(args, GW_OPTION_ID_ONLY);
    params.selection.to = gw_args_str(args, GW_OPTION_ID_TO);
    params.selection.run = gw_args_str(args, GW_OPTION_ID_RUN);
    params.selection.steps = gw_args_int(args, GW_OPTION_ID_STEPS, 0);
    params.selection.all = gw_args_has(args, GW_OPTION_ID_ALL);
    params.wait_s = gw_args_int(args, GW_OPTION_ID_WAIT, -1);
    params.changed = policy_of(args, GW_OPTION_ID_ALLOW_CHANGED);
    params.missing = policy_of(args, GW_OPTION_ID_ALLOW_MISSING);
    params.out_of_order = policy_of(args, GW_OPTION_ID_ALLOW_OUT_OF_ORDER);
    params.on_conflict = conflict_policy_of(gw_args_str(args, GW_OPTION_ID_ON_CONFLICT));
    params.from_journal = g_strcmp0(gw_args_str(args, GW_OPTION_ID_FROM), "journal") == 0;
    params.resume = gw_args_has(args, GW_OPTION_ID_RESUME);
    params.skip_bad = gw_args_str(args, GW_OPTION_ID_SKIP_BAD);
    params.no_plan = gw_args_has(args, GW_OPTION_ID_NO_PLAN);
    params.no_backup = gw_args_has(args, GW_OPTION_ID_NO_BACKUP);
    params.allow_irreversible = gw_args_has(args, GW_OPTION_ID_ALLOW_IRREVERSIBLE);
    params.selection.block = gw_args_has(args, GW_OPTION_ID_BLOCK);
    return params;
}

static void
add_outcome(GwJson *json, const GwOutcome *outcome)
{
    gw_json_begin_object(json);
    gw_json_add_str(json, "id", outcome->id);
    gw_json_add_str(json, "file", outcome->file);
    gw_json_add_str(json, "status", gw_status_name(outcome->status));
    gw_json_add_int(json, "executionTime", outcome->execution_ms);
    gw_json_add_int(json, "documentsAffected", outcome->documents_affected);
    gw_json_end_object(json);
}

static void
add_result(GwJson *json, const char *key, const GwRunResult *result)
{
    gw_json_key(json, key);
    gw_json_begin_array(json);
    for (guint i = 0; result->outcomes != NULL && i < result->outcomes->len; i++)
        add_outcome(json, g_ptr_array_index(result->outcomes, i));
    gw_json_end_array(json);

    gw_json_add_str(json, "run", result->run);
    gw_json_add_int(json, "executionTime", result->elapsed_ms);
    gw_json_key(json, "warnings");
    gw_json_begin_array(json);
    for (guint i = 0; result->warnings != NULL && i < result->warnings->len; i++)
        gw_json_str(json, g_ptr_array_index(result->warnings, i));
    gw_json_end_array(json);
}

static gint64
count_done(const GwRunResult *result, GwStatus status)
{
    gint64 count = 0;

    for (guint i = 0; result->outcomes != NULL && i < result->outcomes->len; i++) {
        const GwOutcome *outcome = g_ptr_array_index(result->outcomes, i);

        count += outcome->status == status;
    }
    return count;
}

static void
print_summary(const GwCli *cli, const GwRunWords *words, const GwRunResult *result, bool is_ok)
{
    gint64 done = count_done(result, words->status);
    g_autofree char *migrations = gw_report_count(done, "migration");
    g_autofree char *duration = gw_report_duration(result->elapsed_ms);

    if (done > 0)
        (void)fprintf(cli->out.file, "%s %s in %s\n", migrations, words->word, duration);
    else if (is_ok && words->nothing != NULL)
        (void)fprintf(cli->out.file, "%s\n", words->nothing);
    if (cli->is_verbose && result->run != NULL)
        (void)fprintf(cli->err.file, "run %s\n", result->run);
}

void
gw_run_report(GwCli *cli, const GwRunWords *words, const GwRunResult *result, bool is_ok)
{
    if (cli->json != NULL) {
        add_result(cli->json, words->key, result);
        return;
    }
    if (!cli->is_quiet && result->warnings != NULL)
        gw_report_warnings(&cli->err, result->warnings);
    if (!cli->is_quiet && !gw_cli_speaks_migrate_mongo(cli))
        print_summary(cli, words, result, is_ok);
}

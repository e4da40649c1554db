/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/prompt.h"
#include "cli/report.h"
#include "engine/journal-verbs.h"

static void
print_report(const GwCli *cli, const GwPruneReport *report)
{
    g_autofree char *migrations = gw_report_count(report->jobs, "migration");

    if (report->jobs == 0)
        (void)fputs("nothing to remove\n", cli->out.file);
    else
        (void)fprintf(cli->out.file, "removed the journal of %s, %.1f MB\n", migrations,
                      (double)report->bytes / 1e6);
}

bool
gw_cmd_prune(GwCli *cli, GError **error)
{
    GwPruneParams params = {
        .keep_days = gw_args_int(cli->args, GW_OPTION_ID_OLDER_THAN, -1),
        .max_mb = gw_args_int(cli->args, GW_OPTION_ID_MAX_SIZE, -1),
        .wait_s = gw_args_int(cli->args, GW_OPTION_ID_WAIT, -1),
    };
    GwPruneReport report = {0};

    if (!gw_prompt_confirm(cli, "remove recorded data, so that it can't be undone any more?",
                           error))
        return false;
    if (!gw_engine_prune(cli->project, &params, &report, error))
        return false;
    if (cli->json == NULL) {
        print_report(cli, &report);
        return true;
    }
    gw_json_add_int(cli->json, "migrations", report.jobs);
    gw_json_add_int(cli->json, "bytes", report.bytes);
    return true;
}

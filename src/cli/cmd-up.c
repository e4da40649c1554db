/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/dry-run.h"
#include "cli/run-report.h"

bool
gw_cmd_up(GwCli *cli, GError **error)
{
    static const GwRunWords words = {
        .key = "applied",
        .word = "applied",
        .nothing = "nothing is pending",
        .status = GW_STATUS_COMPLETED,
    };
    GwRunParams params = gw_run_params(cli->args);
    g_auto(GwRunResult) result = {0};
    bool is_ok = false;

    if (gw_cli_is_dry_run(cli->args))
        return gw_cli_dry_run(cli, GW_DRY_RUN_UP, &params, error);
    is_ok = gw_engine_up(cli->project, &params, &result, error);
    gw_run_report(cli, &words, &result, is_ok);
    return is_ok;
}

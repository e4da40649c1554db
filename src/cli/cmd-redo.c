/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/dry-run.h"
#include "cli/run-report.h"

bool
gw_cmd_redo(GwCli *cli, GError **error)
{
    static const GwRunWords words = {
        .key = "applied",
        .word = "applied again",
        .nothing = "nothing is applied",
        .status = GW_STATUS_COMPLETED,
    };
    GwRunParams params = gw_run_params(cli->args);
    g_auto(GwRunResult) result = {0};
    bool is_ok = false;

    params.selection.only = gw_args_word(cli->args, 0);
    if (params.selection.only != NULL && params.selection.steps > 0)
        return gw_throw(error, GW_ERROR_USAGE, "an ID and --steps exclude each other");
    if (gw_cli_is_dry_run(cli->args))
        return gw_cli_dry_run(cli, GW_DRY_RUN_REDO, &params, error);
    is_ok = gw_engine_redo(cli->project, &params, &result, error);
    gw_run_report(cli, &words, &result, is_ok);
    return is_ok;
}

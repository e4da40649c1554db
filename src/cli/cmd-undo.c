/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/prompt.h"
#include "cli/run-report.h"
#include "engine/journal-verbs.h"

static bool
check_words(const char *id, const char *run, GError **error)
{
    if ((id == NULL) != (run == NULL))
        return true;
    gw_throw(error, GW_ERROR_USAGE, "'undo' needs a migration or --run, and not both");
    return gw_hint(error, "godwit status shows what can be undone, godwit history the runs.");
}

bool
gw_cmd_undo(GwCli *cli, GError **error)
{
    static const GwRunWords words = {
        .key = "reverted",
        .word = "undone",
        .nothing = NULL,
        .status = GW_STATUS_ROLLED_BACK,
    };
    const char *id = gw_args_word(cli->args, 0);
    GwRunParams params = gw_run_params(cli->args);
    g_autofree char *question = NULL;
    g_auto(GwRunResult) result = {0};
    bool is_ok = false;

    if (!check_words(id, params.selection.run, error))
        return false;
    params.selection.only = id;
    question = g_strdup_printf("put back what %s '%s' changed?", id != NULL ? "migration" : "run",
                               id != NULL ? id : params.selection.run);
    if (!gw_prompt_confirm(cli, question, error))
        return false;
    is_ok = gw_engine_undo(cli->project, &params, &result, error);
    gw_run_report(cli, &words, &result, is_ok);
    return is_ok;
}

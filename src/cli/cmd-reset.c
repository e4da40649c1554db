/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/prompt.h"
#include "cli/report.h"
#include "engine/verbs.h"

/* The name is known once there is a connection. */
static bool
confirm(GwCli *cli, GError **error)
{
    g_auto(GwStatusReport) report = {0};
    g_autofree char *question = NULL;

    if (gw_args_has(cli->args, GW_OPTION_ID_CONFIRM) || cli->is_yes)
        return true;
    if (!gw_engine_status(cli->project, &report, error))
        return false;
    question =
        g_strdup_printf("every collection of '%s' will be dropped; type its name", report.database);
    if (!gw_prompt_type(cli, question, report.database, error))
        return gw_hint(error, "Nothing was changed. 'godwit reset --confirm' asks no question.");
    return true;
}

bool
gw_cmd_reset(GwCli *cli, GError **error)
{
    g_autofree char *collections = NULL;
    gint64 dropped = 0;

    if (!confirm(cli, error))
        return false;
    if (!gw_engine_reset(cli->project, true, &dropped, error))
        return false;

    collections = gw_report_count(dropped, "collection");
    if (cli->json != NULL)
        gw_json_add_int(cli->json, "dropped", dropped);
    else
        (void)fprintf(cli->out.file, "%s dropped\n", collections);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "engine/verbs.h"

static int
naming_of(const GwArgs *args)
{
    if (gw_args_has(args, GW_OPTION_ID_SEQUENTIAL))
        return 1;
    return gw_args_has(args, GW_OPTION_ID_TIMESTAMP) ? 0 : -1;
}

bool
gw_cmd_create(GwCli *cli, GError **error)
{
    g_autofree char *path = NULL;
    g_autofree char *shown = NULL;

    if (!gw_engine_create(cli->project, gw_args_word(cli->args, 0), naming_of(cli->args), &path,
                          error))
        return false;

    shown = gw_terminal_clean(path);
    if (cli->json != NULL)
        gw_json_add_str(cli->json, "created", path);
    else if (gw_cli_speaks_migrate_mongo(cli))
        (void)fprintf(cli->out.file, "Created: %s\n", shown);
    else
        (void)fprintf(cli->out.file, "created %s\n", shown);
    return true;
}

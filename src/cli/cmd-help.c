/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/help.h"

bool
gw_cmd_help(GwCli *cli, GError **error)
{
    const char *name = gw_args_word(cli->args, 0);
    const GwCommandSpec *command = name != NULL ? gw_command_find(name) : NULL;
    const char *nearest = NULL;

    if (command != NULL) {
        gw_help_command(&cli->out, command);
        return true;
    }
    if (name == NULL) {
        gw_help_program(&cli->out);
        return true;
    }
    nearest = gw_command_nearest(name);
    (void)gw_throw(error, GW_ERROR_USAGE, "there is no command '%s'", name);
    if (nearest != NULL)
        return gw_hint(error, "Did you mean 'godwit help %s'?", nearest);
    return gw_hint(error, "'godwit help' lists the commands.");
}

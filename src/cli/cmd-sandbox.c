/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
bool
gw_cmd_sandbox(GwCli *cli, GError **error)
{
    return gw_throw(error, GW_ERROR_USAGE, "the sandbox is not there yet");
}

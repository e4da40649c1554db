/* SPDX-License-Identifier: Apache-2.0 */
/* What --dry-run shows, for the commands that have it. */
#pragma once

#include "cli/cli.h"
#include "engine/dry_run.h"

/* Whether the command was asked for one. */
bool gw_cli_is_dry_run(const GwArgs *args);

/* Make it and show it. */
bool gw_cli_dry_run(GwCli *cli, GwDryRunVerb verb, const GwRunParams *params, GError **error);

/* The same report as JSON, into the object that is begun. */
void gw_dry_run_write_json(GwJson *json, const GwDryRunReport *report);

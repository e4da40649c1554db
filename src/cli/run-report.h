/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands that run migrations have in common: how they were asked, and what came of it.
 */
#pragma once

#include "cli/cli.h"
#include "engine/verbs.h"

/* The parameters that the options ask for; strings are borrowed from the command line. */
GwRunParams gw_run_params(const GwArgs *args);

/* Show what a run did, also after a failure. `key` names the list in JSON ("applied"), `word` is
 * what happened to each ("applied"), `status` what it then has, `nothing` the sentence where there
 * was nothing to do; NULL: none. `is_ok`: the run did not fail. */
typedef struct {
    const char *key;
    const char *word;
    const char *nothing;
    GwStatus status;
} GwRunWords;
void gw_run_report(GwCli *cli, const GwRunWords *words, const GwRunResult *result, bool is_ok);

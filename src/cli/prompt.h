/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions before something that can't be taken back. Only people are asked: where nobody is at a
 * terminal, the answer is no.
 */
#pragma once

#include "cli/cli.h"

/* Ask for yes. Fails with GW_ERROR_REFUSED where the answer is another one, or where there is
 * nobody to ask. `--yes` answers by itself. */
bool gw_prompt_confirm(GwCli *cli, const char *question, GError **error);

/* Ask for yes, no, or all, while a verb runs: the progress line makes room, and Ctrl-C is no. Fits
 * GwAskFunc, `data` is the GwCli. Threads: any, one at a time. */
GwAnswer gw_prompt_ask(const char *question, gpointer data);

/* Ask to type `word`, for the worst of deeds. */
bool gw_prompt_type(GwCli *cli, const char *question, const char *word, GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Help, printed from the generated tables. Which stream it goes to and with which exit status the
 * program ends is the caller's business.
 */
#pragma once

#include "cli/command.h"
#include "cli/terminal.h"

/* All commands and the options of every command. */
void gw_help_program(const GwTerminal *terminal);

/* One command. */
void gw_help_command(const GwTerminal *terminal, const GwCommandSpec *command);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ctrl-C and its like: the first asks the verb to stop at the next safe place, the second ends the
 * process at once.
 */
#pragma once

/* Catch SIGINT, SIGTERM and SIGHUP; a reader that went away (SIGPIPE) must not end a migration. */
void gw_signals_catch(void);

/* Not 0 once a signal has come. Lives as long as the process. */
const volatile int *gw_signals_interrupted(void);

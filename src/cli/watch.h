/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches a verb for people: prints each migration as it is done and what it prints by itself, and
 * feeds the progress line. Under --json nothing of that goes to standard output.
 */
#pragma once

#include "cli/cli.h"

/* `cli` outlives the observer. */
GwObserver gw_watch_observer(GwCli *cli);

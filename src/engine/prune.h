/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forgetting what undo is not to need any more, inside a run that holds the lease.
 */
#pragma once

#include "engine/journal-verbs.h"
#include "engine/run.h"

/* What the configuration says, after an `up`. */
bool gw_prune_by_configuration(GwRun *run, GError **error);

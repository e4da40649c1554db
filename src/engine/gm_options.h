/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golang-migrate's own options, which stand in the URI as x-...: honoured, or refused by name.
 */
#pragma once

#include "engine/project.h"

/* Fails with GW_ERROR_CONFIG where the URI asks for what godwit does not do: another collection for
 * the version or the lock. The times of the lock, and to do without it, are not asked for. */
bool gw_gm_options_check(const GwProject *project, GError **error);

/* Whether each file's commands are to run in one transaction (x-transaction-mode). */
bool gw_gm_options_is_transaction(const GwProject *project);

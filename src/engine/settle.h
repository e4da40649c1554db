/* SPDX-License-Identifier: Apache-2.0 */
/* What a restore or a reset that died left behind. */
#pragma once

#include "engine/run.h"

/* Bring it to its end, or drop it, and say so; the lease has to be held. */
bool gw_settle_restore(GwRun *run, GError **error);

/* Fails with GW_ERROR_REFUSED where a reset has not ended, unless the run is one; the lease has to
 * be held. */
bool gw_settle_check_reset(const GwRun *run, GError **error);

/* Note where there is something to bring to its end, for those who only look. */
bool gw_settle_tell(const GwProject *project, bool is_resetting, GError **error);

/* Whether there is something to bring to its end. */
bool gw_settle_is_wanted(const GwProject *project, bool *out_is, GError **error);

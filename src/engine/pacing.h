/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a run goes, as its project is configured.
 */
#pragma once

#include "engine/project-internal.h"
#include "journal/pace.h"

/* Fails with GW_ERROR_CONFIG. */
bool gw_pacing_read(const GwProject *project, GwLimits *out_limits, GError **error);

/* Owned; the project outlives it, which is told how far it is. */
GwPace *gw_pacing_new(const GwProject *project, const GwLimits *limits);

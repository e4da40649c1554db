/* SPDX-License-Identifier: Apache-2.0 */
/* What `godwit check` found, for machines: JSON, GitHub's annotations, SARIF 2.1. */
#pragma once

#include "base/json.h"
#include "engine/check.h"

/* Into the object that is the answer. */
void gw_check_add_json(GwJson *json, const GwCheckReport *report);

/* Whole texts. Owned. */
char *gw_check_github(const GwCheckReport *report);
char *gw_check_sarif(const GwCheckReport *report);

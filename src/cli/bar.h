/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a change of many documents is, in one line and as JSON.
 */
#pragma once

#include "base/json.h"
#include "cli/terminal.h"
#include "model/progress.h"

/* "shop.users ████░░░░░░ 40 %, 4,000 of 10,000 documents, 5,600/s, 1.1 s left, lag 2.0 s". Owned.
 */
char *gw_bar_describe(const GwTerminal *terminal, const GwProgressFacts *facts);

/* The same, as the fields of an object. */
void gw_bar_add_json(GwJson *json, const GwProgressFacts *facts);

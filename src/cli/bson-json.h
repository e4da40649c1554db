/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BSON for machines that know only JSON: dates as ISO text, ids as hex, numbers as numbers. What
 * has no such form is written as relaxed extended JSON.
 */
#pragma once

#include "base/bson.h"
#include "base/json.h"

/* Write `doc` as an object. */
void gw_bson_json_write(GwJson *json, const bson_t *doc);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extended JSON, canonical or relaxed, as documents. Unlike libbson's own reader it takes what is
 * an operator of a query for that: {"$type": [..]}, {"$regex": "^a"} stay documents.
 */
#pragma once

#include "base/bson.h"
#include "base/error.h"

/* The object in `text`. Owned; NULL = it is none. */
bson_t *gw_extjson_read(const char *text, GError **error);

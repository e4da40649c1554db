/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Indexes on their way to become unique (collMod with prepareUnique, since MongoDB 6): they let no
 * duplicate in, and hold those that were there before.
 */
#pragma once

#include "journal/undo-internal.h"

/* Whether there is one among `indexes` (bson_t; NULL = none). */
bool gw_prepared_is_among(const GPtrArray *indexes);

/* Let duplicates into those of `info`, or keep them out again, which the duplicates that are in
 * survive. */
bool gw_prepared_set(GwUndo *undo, const char *db, const GwCollInfo *info, bool keeps_out,
                     GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that every transaction of a run changes where its token is still in them. Whoever takes the
 * lease over puts its own token into all of them first: what the other one still tries after that
 * finds no row or has a conflict, so the server refuses it. That holds whatever the clocks say and
 * however long a process was stopped. It covers what runs in a transaction, nothing else.
 */
#pragma once

#include "mongo/coll.h"

/* As many as a pool has connections: each transaction that is open at one time has its own. */
#define GW_FENCE_ROWS 64

/* Put `token` into all rows of `journal` that have a smaller one, and make those that are missing.
 * Waits for transactions of another holder that are still open: the server ends those after a
 * minute at most. */
bool gw_fence_raise(GwColl *journal, gint64 token, GError **error);

/* Append, as element `index` of a list of updates, the one that changes row `row`. Where it then
 * matches nothing, the lease is lost. */
void gw_fence_append(bson_t *updates, guint32 index, guint row, gint64 token);

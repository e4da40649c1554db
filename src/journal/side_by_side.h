/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch of operations on different documents, each named by its _id: parts of it go to several
 * threads. Only where an error of one fails all that was done, since the others are not stopped in
 * their order.
 */
#pragma once

#include "journal/part.h"
#include "mongo/reply_sum.h"

/* Whether the batch is of that kind, and no unique index could be in the way. */
bool gw_side_by_side_can(const GwDocsWrite *docs, const GPtrArray *operations);

/* Do it; what the server answers is added to `sum`. */
bool gw_side_by_side_run(const GwDocsWrite *docs, GPtrArray *operations, GwReplySum *sum,
                         GError **error);

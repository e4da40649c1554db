/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The replies to the parts of one batch, added up to what one command with the whole batch would
 * have answered.
 */
#pragma once

#include "base/bson.h"

typedef struct {
    gint64 n;
    gint64 modified;
    bool has_modified; /* any reply had nModified */
    bool has_n;
    gint64 deleted; /* of a sweep */
    bool has_deleted;
    bson_t upserted; /* owned: an array, as is the next one */
    bson_t errors;
    guint32 upserted_count;
    guint32 error_count;
    bson_t *concern_error; /* owned: the first one, NULL = none */
} GwReplySum;

void gw_reply_sum_init(GwReplySum *sum);
void gw_reply_sum_clear(GwReplySum *sum);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwReplySum, gw_reply_sum_clear)

/* Add the reply to the part that begins with the operation `first` of the batch. */
void gw_reply_sum_add(GwReplySum *sum, const bson_t *reply, size_t first);

/* Put the sum, and whatever else was in the reply `last`, into `out_reply`, which is initialised.
 */
void gw_reply_sum_append(const GwReplySum *sum, const bson_t *last, bson_t *out_reply);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The documents that an earlier run got to in a change of many, so that each is changed once: whole
 * ranges of _id, and single _ids.
 */
#pragma once

#include "base/bson.h"

typedef struct GwDone GwDone;

/* A range of _id, without its first end. Both owned; {_id: ..} */
typedef struct {
    bson_t *after; /* NULL = from the first */
    bson_t *upto;
} GwIdRange;

GwDone *gw_done_new(void);
void gw_done_free(GwDone *done);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwDone, gw_done_free)

/* `after` and `upto` are {_id: ..}, and copied; `after` may be NULL. Ranges don't overlap. */
void gw_done_add_range(GwDone *done, const bson_t *after, const bson_t *upto);
void gw_done_add_id(GwDone *done, const bson_iter_t *id);

/* What was answered for some of it. */
void gw_done_add_reply(GwDone *done, const bson_t *reply);

/* The answers so far. Borrowed: an array of bson_t. */
const GPtrArray *gw_done_replies(const GwDone *done);

/* All below: NULL = nothing is done. */
bool gw_done_is_empty(const GwDone *done);
bool gw_done_has_ids(const GwDone *done);

/* Whether the document with this _id is done. */
bool gw_done_has(const GwDone *done, const bson_iter_t *id);

/* What is left of all _ids up to `last`, in order: an owned array of GwIdRange. */
GPtrArray *gw_done_gaps(const GwDone *done, const bson_t *last);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which top-level fields an update can change, read off the update itself, so that no more than
 * those has to be read and kept. It knows no documents.
 */
#pragma once

#include "base/bson.h"

typedef struct {
    GPtrArray *fields;  /* owned: char *, each once */
    bool is_whole;      /* any field may change, go or move: the whole document is needed */
    bool is_positional; /* a path has `$`: which element that is, only the query says */
    bool is_constant;   /* every field becomes what stands in the update */
} GwTouched;

void gw_touched_init(GwTouched *touched);
void gw_touched_clear(GwTouched *touched);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwTouched, gw_touched_clear)

/* Add what the update at `update` (a document of operators, a replacement or a pipeline) touches.
 */
void gw_touched_add(GwTouched *touched, const bson_iter_t *update);

/* The names, NULL-terminated. Owned (not the strings). */
const char **gw_touched_names(const GwTouched *touched);

/* {field: 1, ..}, to read them. Owned; NULL where all of the document is needed. */
bson_t *gw_touched_projection(const GwTouched *touched);

/* Whether such a change can move a document along any of `indexes` (an array of specifications as
 * listIndexes shows them, or NULL) but that of _id; `is_unique`: along a unique one. */
bool gw_touched_moves_along_any(const GwTouched *touched, const GPtrArray *indexes, bool is_unique);

/* What `pre` becomes, where is_constant; fields that are new come last, in any order. Owned. */
bson_t *gw_touched_apply(const bson_iter_t *update, const bson_t *pre);

/* Whether an operation {u: update, ..} does nothing but give fields at the top the values that
 * stand in it. Those are `out_fields` then, a view of the operation. */
bool gw_touched_only_sets(const bson_t *operation, bson_t *out_fields);

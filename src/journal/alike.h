/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that differ in nothing but their _id become documents that differ in nothing else,
 * where an update says by itself what it makes of them: what is recorded of one holds for the next.
 * Pure: it knows no server.
 */
#pragma once

#include "base/bson.h"

/* The document that was met last. Begins as {0}. */
typedef struct {
    GByteArray *rest; /* owned: its fields behind _id, which is the first; NULL = it is not */
    bson_t *record;   /* owned: what is recorded of it but for its _id; NULL = it did not change */
} GwAlike;

void gw_alike_clear(GwAlike *alike);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwAlike, gw_alike_clear)

/* Whether `doc` is as that one was. */
bool gw_alike_is(const GwAlike *alike, const bson_t *doc);

/* Remember what is recorded of `doc`: its _id first, which any key may have; NULL = nothing. */
void gw_alike_keep(GwAlike *alike, const bson_t *doc, const bson_t *record);

/* Append to `record`, which has the _id of another document that is alike, the rest. Only where
 * there is any. */
void gw_alike_append(const GwAlike *alike, bson_t *record);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updates whose times are the server's: aggregation pipelines with $$NOW in them (MongoDB 4.2 and
 * newer). What is written as data is never read as an expression.
 */
#pragma once

#include "base/bson.h"

/* The pipeline that replaces a document by `doc`, keeping its _id; the fields of `expressions`
 * ({appliedAt: "$$NOW"}) then overwrite those of `doc` in their places, or come last. Owned. */
bson_t *gw_stamp_replace(const bson_t *doc, const bson_t *expressions);

/* The pipeline that sets the fields of `expressions`. Owned. */
bson_t *gw_stamp_set(const bson_t *expressions);

/* Append `text` as valid UTF-8 of at most 16 kB, since a document has to fit it; NULL: as null. */
void gw_stamp_append_text(bson_t *doc, const char *key, const char *text);

/* The same, but NULL is left out: for facts that not everything has. */
void gw_stamp_append_fact(bson_t *doc, const char *key, const char *text);

/* Append `number` as JavaScript's people expect to find it: int32 where it fits, else int64. */
void gw_stamp_append_number(bson_t *doc, const char *key, gint64 number);

/* Append what an error says of itself: {message, file, line, code}. The last three may be missing.
 */
void gw_stamp_append_error(bson_t *doc, const char *message, const char *file, int line, int code);

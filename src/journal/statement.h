/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands that a part of a write comes to: the find that sees what will change, the write that
 * changes just that, and the find that sees what became of it. It sends nothing.
 */
#pragma once

#include "journal/part.h"

/* The kind of the operation, which stands alone or among others of its kind. */
GwPartKind gw_statement_kind(const GwDocsWrite *docs, const bson_t *operation);

/* What the operations of the part touch. */
void gw_statement_touched(const GwPart *part, GwTouched *touched);

/* The find for the documents as they are; NULL = there is nothing to look for. Owned. */
bson_t *gw_statement_find(const GwPart *part);

/* The _ids of all documents that the one operation of the part matches. Owned. `in_order`: walk the
 * collection by _id. */
bson_t *gw_statement_find_ids(const GwPart *part, bool in_order);

/* Count them as they were at `time`: 4.4 and servers outside of a replica set refuse that. Owned.
 */
bson_t *gw_statement_count(const GwPart *part, const bson_iter_t *time);

/* A place in the order of _id, whatever the operation matches. All borrowed. */
typedef struct {
    const bson_t *after; /* {_id: ..}: behind this one; NULL = from the first */
    const bson_t *upto;  /* {_id: ..}: not behind this one; NULL = to the last */
    gint64 skip;         /* so many */
    bool from_end;       /* from the last backwards */
} GwBound;

/* The find for the _id of the one document there. Owned. */
bson_t *gw_statement_find_bound(const GwPart *part, const GwBound *bound);

/* Whether a plan, or any of its inputs, has the stage `name`. */
bool gw_statement_has_stage(const bson_t *plan, const char *name);

/* Whether the collection can be walked by _id for the operation: not where its filter needs an
 * index of its own, or compares in another way than _id does. */
bool gw_statement_can_walk(const GwPart *part);

/* The find for what `part->pre` and what was inserted have become; NULL = nothing. Owned. */
bson_t *gw_statement_find_after(const GwPart *part);

/* What is sent: the command without its batch, owned, and the batch, which is borrowed from the
 * part's operations or put into `room`. Once `part->pre` is known, operations are bound to the
 * documents in it. */
bson_t *gw_statement_command(const GwPart *part);
const guint8 *gw_statement_batch(const GwPart *part, GByteArray *room, gsize *out_bytes);
const char *gw_statement_batch_name(const GwPart *part); /* NULL = none */

/* The _id that the filter of an operation names. */
bool gw_statement_find_id(const bson_t *operation, bson_iter_t *out_id);

bool gw_statement_is_delete(const GwPart *part);
bool gw_statement_is_upsert(const GwPart *part);

/* Whether the server may store an inserted document otherwise than it was sent. */
bool gw_statement_is_altered(const GwPart *part);

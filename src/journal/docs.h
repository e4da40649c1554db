/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of documents with their pre-images, each part of them in one transaction: inserts,
 * updates, deletes, findAndModify.
 */
#pragma once

#include "journal/journal-internal.h"

/* How a write of documents goes about it. All borrowed for the time of the call. */
typedef struct {
    GwJournal *journal;
    GwWriter *next;
    GwConn *conn;
    const GwWrite *write;
    const char *coll;
    const GwCollInfo *info;   /* of the collection */
    gint64 op;                /* the number of this call */
    struct GwTraceCall *call; /* what it is of the script; NULL = nobody wants to know */
    bool may_share;           /* as far as the script knows, with the writes before and after it */
    bool is_plain; /* no transaction can hold it: a standalone, a capped collection, system.* */
} GwDocsWrite;

/* Apply it; see gw_writer_apply. `out_reply` is initialised. */
bool gw_docs_apply(const GwDocsWrite *docs, bson_t *out_reply, GError **error);

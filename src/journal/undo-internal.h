/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the undo share.
 */
#pragma once

#include "base/crash.h"
#include "journal/docset.h"
#include "journal/journal-internal.h"
#include "journal/record.h"
#include "journal/undo.h"

/* One undo on its way. */
typedef struct {
    const GwUndoParams *params; /* borrowed */
    const GwJob *job;           /* borrowed */
    GwUndoResult *result;       /* borrowed */
    GwConn *conn;               /* owned: for what needs no transaction */
    GPtrArray *entries;         /* owned: GwEntry that are not taken back, newest first */
    GMutex lock;                /* guards `result` */
} GwUndo;

/* Look for conflicts with all entries, in the order in which they would be taken back. */
bool gw_undo_look(GwUndo *undo, GError **error);

/* Add a conflict to the result. */
void gw_undo_note_conflict(GwUndo *undo, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* "'shop.users' {"_id": 1}": where a document is. Owned. */
char *gw_undo_describe(const char *db, const char *coll, const GwDocRecord *record);

/* Find with the _ids of `records` (bson_t); `projection` may be NULL. Owned. */
bson_t *gw_undo_find(const char *coll, const GPtrArray *records, const bson_t *projection);

/* Take back one entry of documents of the collection `info`, in one transaction where that is
 * possible. Threads: several at once, with different entries. */
bool gw_undo_docs(GwUndo *undo, const GwCollInfo *info, const GwEntry *entry, GError **error);

/* Take back one entry of another kind. */
bool gw_undo_schema(GwUndo *undo, const GwEntry *entry, GError **error);

bool gw_undo_send(GwUndo *undo, const char *db, const bson_t *command, bson_t *out_reply,
                  GError **error);

/* The specifications in the array `name` of the entry's facts. Owned: bson_t. */
GPtrArray *gw_undo_indexes_of(const GwEntry *entry, const char *name);

/* Whether there are others among them than that of _id, which every collection has. */
bool gw_undo_has_indexes(const GPtrArray *indexes);

/* Whether what `record` would make of `current` is larger than a document may be. */
bool gw_undo_is_too_large(const GwDocRecord *record, const bson_t *current);

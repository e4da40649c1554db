/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a write is about, read off its command: which collection it changes, what it is called, and
 * what could be lost by it. It asks no server and judges no policy.
 */
#pragma once

#include "mongo/writer.h"

/* What a write takes away. */
typedef enum {
    GW_LOSS_NONE,         /* adds or changes */
    GW_LOSS_DATA,         /* removes documents, fields, collections, indexes: destructive */
    GW_LOSS_IRREVERSIBLE, /* godwit can't tell what it does, so it can't be undone from data */
} GwLoss;

typedef struct {
    const char *what; /* borrowed: "update", "deleteMany", "drop", "$out", the command's name ... */
    GwLoss loss;
    char *db;      /* owned: the database that is changed */
    char *coll;    /* owned: the collection; NULL = a whole database, or not known */
    char *to_db;   /* owned: of a rename, the new database; NULL = no rename */
    char *to_coll; /* owned: of a rename, the new name */
} GwWriteFacts;

void gw_write_facts_clear(GwWriteFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwWriteFacts, gw_write_facts_clear)

/* Fill `out_facts`, whose `what` borrows from `write`. */
void gw_write_facts_read(const GwWrite *write, GwWriteFacts *out_facts);

/* Whether a filter is {_id: value} and nothing else, so that it names one document. Not where the
 * value is a decimal or a document, which may equal what has other bytes. */
bool gw_filter_names_id(const bson_t *filter);

/* Called with each operation of a batch; false = stop. `operation` is borrowed for the call. */
typedef bool (*GwWriteEachFunc)(const bson_t *operation, gpointer data);

/* Call `func` for each operation of the batch of `write`: those beside the command, or those in it,
 * as db.command({update: .., updates: [..]}) has them. False where `func` stopped it. */
bool gw_write_each(const GwWrite *write, GwWriteEachFunc func, gpointer data);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of collections, indexes and options, which no transaction holds: each is announced in the
 * journal, done, and then described as it came out.
 *
 *   create   facts {}                          undone by dropping it, where it is empty
 *   drop     {trash, options, type, indexes}   renamed aside into `trash` (a view has none)
 *   rename   {toDb, toColl}
 *   indexes  {before: [..], asked: [names]}    every index that there was; those to make
 *   options  {options: {..}, indexes: [..]}    as they were
 *   output   {trash, existed, copied, after}   a copy of the target, there once it is `copied`;
 *                                              `after` the target's hash afterwards;
 *            {trash, existed, type, options, indexes, copied} of a time-series: its buckets
 *   irreversible {command}
 */
#pragma once

#include "journal/journal-internal.h"

/* A write that is no write of documents. All borrowed for the time of the call. */
typedef struct {
    GwJournal *journal;
    GwWriter *next;
    GwConn *conn;
    const GwWrite *write;
    const struct GwTraceCall *call; /* what it is of the script */
    const char *db;                 /* what is changed, which need not be where the command goes */
    const char *coll;
    const char *to_db; /* of a rename */
    const char *to_coll;
} GwSchemaWrite;

/* Apply it; see gw_writer_apply. `out_reply` is initialised. */
bool gw_schema_apply(const GwSchemaWrite *schema, bson_t *out_reply, GError **error);

/* $out, $merge and mapReduce. */
bool gw_output_apply(const GwSchemaWrite *schema, bson_t *out_reply, GError **error);

/* The same in a transaction of the script: only what the server takes there. */
bool gw_schema_apply_inside(const GwSchemaWrite *schema, bson_t *out_reply, GError **error);

/* The documents of a time-series can't be put back one by one: before the first change of a job its
 * buckets are copied aside. Locking: the journal's schema is held to write. */
bool gw_series_keep(const GwSchemaWrite *schema, GError **error);

/* Note in the script's transaction that its write makes the collection. */
bool gw_schema_note_made(const GwSchemaWrite *schema, GError **error);

/* Say in an entry of the write what step of the script it is of. */
void gw_schema_describe_step(const GwSchemaWrite *schema, GwEntry *entry);

/* Append what `info` says of type, options and indexes to `facts`. */
void gw_schema_describe(const GwCollInfo *info, bson_t *facts);

/* Make the collection, journaled, where it is missing: what is about to be written would make it by
 * itself. */
bool gw_schema_ensure(const GwSchemaWrite *schema, GError **error);

/* Hand the write itself on to the next writer. */
bool gw_schema_hand_on(const GwSchemaWrite *schema, bson_t *out_reply, GError **error);

/* Hand a command of godwit's own on to the next writer, in the database `db`. */
bool gw_schema_send(const GwSchemaWrite *schema, const char *db, GwWriteKind kind,
                    const bson_t *command, bson_t *out_reply, GError **error);

/* The name for what is put aside with the next entry. Owned. */
char *gw_schema_trash_name(GwJournal *journal);

/* Append `name`: [specification, ..] to `facts`. */
void gw_schema_append_indexes(bson_t *facts, const char *name, const GPtrArray *indexes);

/* What identifies the content of a collection: its hash where the server tells it, else how many
 * documents it has. Owned. */
char *gw_schema_fingerprint(GwConn *conn, const char *db, const char *coll, GError **error);

/* Copy a collection with options, indexes and documents to `to`, in the same database. */
bool gw_schema_copy(const GwSchemaWrite *schema, const GwCollInfo *info, const char *to,
                    GError **error);

/* A `create` of a collection like `info`. Owned. */
bson_t *gw_schema_create_command(const char *name, const bson_t *options);

/* createIndexes of all of `indexes` but that of _id; NULL = there is none. Owned. */
bson_t *gw_schema_indexes_command(const char *coll, const GPtrArray *indexes);

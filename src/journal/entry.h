/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One entry of godwit_journal: one thing that a job did, in the order in which it did them.
 *
 *   { _id, job, seq: 12, part: 0, parts: 1, kind: "docs", db: "shop", coll: "users", count: 1000,
 *     data: BinData(zstd) }                            documents: see record.h
 *   { .., kind: "drop", db, coll, facts: { trash: "godwit_trash...", options: {..} } }
 *
 * Entries that need more room than a document has come in parts: the others have job, seq, part and
 * data only. What the kinds mean, and what their facts hold, is said in schema.h.
 */
#pragma once

#include "mongo/coll.h"

#define GW_JOURNAL_COLLECTION "godwit_journal"

typedef enum {
    GW_ENTRY_DOCS,         /* documents were inserted, updated, deleted */
    GW_ENTRY_CREATE,       /* a collection or view was made */
    GW_ENTRY_DROP,         /* one was dropped: renamed aside, or described */
    GW_ENTRY_RENAME,       /* one has a new name */
    GW_ENTRY_INDEXES,      /* indexes were made or dropped */
    GW_ENTRY_OPTIONS,      /* collMod */
    GW_ENTRY_OUTPUT,       /* $out, $merge, mapReduce: the target was copied aside */
    GW_ENTRY_IRREVERSIBLE, /* nobody knows what it did */
} GwEntryKind;

typedef struct {
    bson_oid_t job;
    gint64 seq;
    gint64 op; /* which call of the job: one call looks at a document once */
    GwEntryKind kind;
    bool is_undone;
    bool is_unsure; /* was committed before a majority had it */
    char *db;       /* owned */
    char *coll;     /* owned; NULL where it is about no collection */
    gint64 count;
    gint64 parts;
    gint64 bytes;      /* of the data */
    bson_t *facts;     /* owned; NULL = none */
    bson_t *trace;     /* owned: what the script was at, see trace.h; NULL = not known */
    gint64 trace_mark; /* of what `trace` tells of */
    GByteArray *data;  /* owned: a sealed blob; NULL where there is none or it is not read yet */
} GwEntry;

GwEntry *gw_entry_new(const bson_oid_t *job, GwEntryKind kind, const char *db, const char *coll);
void gw_entry_free(GwEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwEntry, gw_entry_free)

/* "db.coll" of its collection; of a rename, also what that is called afterwards. Owned. */
char *gw_entry_ns(const GwEntry *entry);
char *gw_entry_new_ns(const GwEntry *entry);

/* How many documents the entry takes, and the one that is part `part` of it. Owned. */
guint gw_entry_part_count(const GwEntry *entry);
bson_t *gw_entry_part(const GwEntry *entry, guint part);

/* The entries of a job without their data, newest first: an owned array of GwEntry. Fails where one
 * has lost its head or a part. */
GPtrArray *gw_entry_list(GwColl *journal, const bson_oid_t *job, GError **error);

/* Read the data of an entry: an owned array of bson_t, see record.h. Fails where they are gone or
 * damaged. */
GPtrArray *gw_entry_records(GwColl *journal, const GwEntry *entry, GError **error);

/* Mark an entry as taken back: by itself, or as an element of a list of updates of the journal. */
bool gw_entry_mark_undone(GwColl *journal, const GwEntry *entry, GError **error);
void gw_entry_append_undone(bson_t *updates, guint32 index, const GwEntry *entry);

/* Remove an entry, for what turned out not to have happened. */
bool gw_entry_remove(GwColl *journal, const GwEntry *entry, GError **error);

/* Put `facts` in the place of those that an entry has. */
bool gw_entry_set_facts(GwColl *journal, const GwEntry *entry, GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
/* One restore: its collections, the threads that load them, and the record of how far it is. */
#pragma once

#include "backup/coll_spec.h"
#include "backup/restore.h"

typedef enum {
    GW_RESTORE_PLAIN,     /* loaded beside, then renamed */
    GW_RESTORE_VIEW,      /* made at the end */
    GW_RESTORE_IN_PLACE,  /* what can't be renamed: time-series */
    GW_RESTORE_HISTORY,   /* loaded beside, then what is new of it is added */
    GW_RESTORE_FUNCTIONS, /* system.js, which can't be dropped: loaded beside, then copied */
} GwRestoreKind;

/* A collection of the archive on its way. */
typedef struct {
    const GwArchiveColl *coll; /* borrowed: from the facts */
    GwRestoreKind kind;
    GwCollSpec spec;
    char *loaded;     /* owned: the collection that documents are inserted into */
    GwCollKind there; /* what has its name now */
    GByteArray *docs; /* owned: read, and not yet handed to a worker */
    guint count;      /* of those */
    bool keeps_order; /* capped: the order of the documents counts */
} GwRestoreItem;

typedef struct {
    const GwRestoreParams *params; /* borrowed */
    GPtrArray *items;              /* owned: GwRestoreItem */
    GPtrArray *by_index; /* owned: borrowed items by the archive's index; NULL = not ours */
    gint64 total;        /* documents */
} GwRestore;

void gw_restore_init(GwRestore *restore, const GwRestoreParams *params);
void gw_restore_clear(GwRestore *restore);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwRestore, gw_restore_clear)

/* Fill `items`, and look at what is there. */
bool gw_restore_plan(GwRestore *restore, GError **error);

/* Whether what has the name of `item` may go. */
bool gw_restore_may_replace(const GwRestore *restore, const GwRestoreItem *item);

/* Whether nothing was made meanwhile that may not go. Fails with GW_ERROR_REFUSED. */
bool gw_restore_check_free(GwRestore *restore, GError **error);

/* Which election made the primary that we speak to; all zero where there are none. What only one
 * member had acknowledged may be gone where another one took over: then the second fails, with
 * GW_ERROR_CONNECTION. */
bool gw_restore_read_election(const GwRestore *restore, bson_oid_t *out_election, GError **error);
bool gw_restore_check_election(const GwRestore *restore, const bson_oid_t *before, GError **error);

/* Fails with GW_ERROR_INTERRUPTED where somebody wants it to stop. */
bool gw_restore_may_go_on(const GwRestore *restore, GError **error);

/* Make the collections, insert all documents, make the indexes. */
bool gw_restore_load(GwRestore *restore, GwRestoreReport *report, GError **error);

/* The parts of that: all collections, all indexes. */
bool gw_restore_create_all(GwRestore *restore, GwConn *conn, GError **error);
bool gw_restore_index_all(const GwRestore *restore, GError **error);

/* The record: it begins; it begins with something in place, or that failed; it is complete, and
 * what is left are renames. */
bool gw_restore_record_begin(GwRestore *restore, GError **error);
bool gw_restore_record_in_place(GwRestore *restore, const char *name, GError **error);
bool gw_restore_record_not_in_place(GwRestore *restore, const char *name, GError **error);
bool gw_restore_record_loaded(GwRestore *restore, GError **error);

/* What the last steps, or their opposite, are done with. */
typedef struct {
    GwClients *clients; /* borrowed */
    GwWriter *writer;   /* borrowed */
    const char *db;     /* borrowed */
    GwConn *conn;       /* owned */
} GwRestorePlace;
void gw_restore_place_clear(GwRestorePlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwRestorePlace, gw_restore_place_clear)

/* Do the steps of `record`. */
bool gw_restore_place_all(const GwRestorePlace *place, const bson_t *record, GError **error);

/* Drop what was loaded beside, and what `record` says was begun in its place. */
bool gw_restore_drop_loaded(const GwRestorePlace *place, GError **error);
bool gw_restore_drop_in_place(const GwRestorePlace *place, const bson_t *record, GError **error);

/* One change through `writer`. Errors of single documents are failures. */
bool gw_restore_apply(GwWriter *writer, GwConn *conn, const GwWrite *write, GError **error);

/* Drop a collection of `db`; that it is not there is no failure. */
bool gw_restore_drop(GwWriter *writer, GwConn *conn, const char *db, const char *name,
                     GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Brings the collections of an archive back. They are loaded under other names, given their
 * indexes, and only when all of them are complete they take their places; what a process that died
 * in between left behind is dropped, or brought to its end, by the next one. Whether it may be done
 * is not its business.
 */
#pragma once

#include "backup/archive_reader.h"
#include "backup/dump.h"
#include "mongo/writer.h"

/* All pointers are borrowed for the call. */
typedef struct {
    GwClients *clients;
    GwWriter *writer; /* all changes but those of godwit's own collections go through it */
    const char *path;
    const GwArchiveFacts *facts; /* of the same file */
    GwArchiveReader *reader; /* of it, when no more than its list was read: all is checked while it
                                is loaded; NULL = it was verified, and is read again */
    const char *from_db;     /* this database of the file */
    const char *db;          /* into this one */
    const char *const *only; /* ends with NULL; NULL = all that a restore is about */
    const char *tracker;     /* may be there and empty */
    const char *run;         /* who does it, for the record */
    bool replaces;           /* what is there under the names makes room */
    guint workers;           /* threads that insert, each with its own connection */
    GwBackupProgressFunc progress;
    gpointer data;
    const volatile int *interrupted; /* not 0: stop; may be NULL */
} GwRestoreParams;

typedef struct {
    gint64 collections;
    gint64 documents;
} GwRestoreReport;

/* The names of `only` (else of all) that stand in the way: an owned array of char *. Fails with
 * GW_ERROR_NOT_FOUND where the file has not what was asked for. */
GPtrArray *gw_restore_in_the_way(const GwRestoreParams *params, GError **error);

/* Restore; the lease has to be held. After a failure the database is as before, but for time-series
 * that were to be replaced. Fails with GW_ERROR_IO (the file; as gw_archive_read does),
 * GW_ERROR_SERVER, GW_ERROR_INTERRUPTED. */
bool gw_restore(const GwRestoreParams *params, GwRestoreReport *out_report, GError **error);

/* Whether one was begun and not ended. */
bool gw_restore_is_unfinished(GwClients *clients, const char *db, bool *out_is, GError **error);

/* What became of one that was not ended. */
typedef enum {
    GW_SETTLED_NOTHING, /* there was none */
    GW_SETTLED_DROPPED, /* it had not been complete */
    GW_SETTLED_ENDED,   /* it was complete: its collections are in their places */
} GwSettled;

/* End or drop it; the lease has to be held. */
bool gw_restore_settle(GwClients *clients, GwWriter *writer, const char *db, GwSettled *out_settled,
                       GError **error);

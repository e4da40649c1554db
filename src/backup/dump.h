/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup: collections of one database, read at one cluster time where the server allows that,
 * into an archive that is verified before it has its name. It changes nothing in the database.
 */
#pragma once

#include "backup/packer.h"
#include "mongo/scan.h"

/* How far it is, in documents; `total` is about. Threads: called from several, one at a time. */
typedef void (*GwBackupProgressFunc)(gint64 done, gint64 total, gpointer data);

/* All pointers are borrowed for the call. */
typedef struct {
    GwClients *clients;
    const char *db;
    const char *const *colls; /* ends with NULL; NULL = all that a backup is about */
    const char *path;
    GwCompression compression;
    guint workers; /* threads that read, each with its own connection */
    GwBackupProgressFunc progress;
    gpointer data;
    const volatile int *interrupted; /* not 0: stop; may be NULL */
} GwDumpParams;

typedef struct {
    gint64 collections; /* views and time-series too */
    gint64 documents;
    gint64 bytes;      /* of the documents */
    gint64 file_bytes; /* of the file */
    GwClusterTime at;  /* none: the collections were read one after the other */
    bool has_capped;   /* the server reads no capped collection at a cluster time */
    bool
        is_too_large; /* `at` is none because the server did not keep its history for long enough */
} GwDumpReport;

/* Make a backup. Fails with GW_ERROR_NOT_FOUND (a collection that was asked for), GW_ERROR_IO (the
 * file; then there is none), GW_ERROR_INTERRUPTED, and as reading does. */
bool gw_dump(const GwDumpParams *params, GwDumpReport *out_report, GError **error);

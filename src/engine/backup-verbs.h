/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs of backups: make one, verify it, list what is there, bring one back.
 */
#pragma once

#include "engine/verbs.h"

/* What to back up. Strings are borrowed; NULL = the default. */
typedef struct {
    const char *collections; /* "users,orders"; NULL = all */
    const char *out;         /* a file, or a folder; NULL = backup.dir */
    const char *compress;    /* "zstd" (the default), "gzip", "none" */
} GwBackupParams;

typedef struct {
    char *path; /* owned: from the project's folder, where it is under that */
    gint64 collections;
    gint64 documents;
    gint64 bytes;      /* of the documents */
    gint64 file_bytes; /* of the file */
    gint64 elapsed_ms;
    gint64 at_ms;       /* of when all of it is; G_MININT64 = it was read one after the other */
    bool has_capped;    /* but for capped collections, which no server reads at one time */
    bool has_snapshots; /* the server could have read it at one time, but not for that long */
} GwBackupReport;
void gw_backup_report_clear(GwBackupReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwBackupReport, gw_backup_report_clear)

/* Back the project's database up. Fails with GW_ERROR_REFUSED (the file is there already),
 * GW_ERROR_NOT_FOUND, GW_ERROR_IO; then there is no file. */
bool gw_engine_backup(GwProject *project, const GwBackupParams *params, GwBackupReport *out_report,
                      GError **error);

/* A collection in a backup. Strings are owned. */
typedef struct {
    char *database;
    char *name;
    char *type; /* "collection", "view", "timeseries" */
    gint64 documents;
    gint64 bytes;
} GwBackupColl;

typedef struct {
    GPtrArray *colls; /* owned: GwBackupColl */
    char *tool;       /* owned: what wrote it, or NULL */
    char *server;     /* owned: the server's version, or NULL */
    const char *compression;
    gint64 documents;
    gint64 bytes;
    gint64 created_ms; /* G_MININT64 = not known */
    gint64 at_ms;      /* as above */
} GwBackupFacts;
void gw_backup_facts_clear(GwBackupFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwBackupFacts, gw_backup_facts_clear)

/* Read all of the file and check it. Fails with GW_ERROR_IO, naming the place of the damage. */
bool gw_engine_backup_verify(GwProject *project, const char *path, GwBackupFacts *out_facts,
                             GError **error);

/* A file in backup.dir. */
typedef struct {
    char *path;        /* owned: as above */
    gint64 created_ms; /* of the file */
    gint64 bytes;
    bool is_automatic;
} GwBackupFile;

/* What is in backup.dir, newest first: an owned array of GwBackupFile. */
GPtrArray *gw_engine_backup_list(GwProject *project, GError **error);

typedef struct {
    const char *path;
    const char *only; /* "users,orders"; NULL = all */
    bool replaces;    /* --drop */
    bool is_moved;    /* the database was named for this: the file's may have another name */
    bool no_backup;
    gint64 wait_s; /* for the lease; negative = as configured */
} GwRestoreVerb;

typedef struct {
    char *run; /* owned */
    gint64 collections;
    gint64 documents;
    gint64 elapsed_ms;
} GwRestoreResult;
void gw_restore_result_clear(GwRestoreResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwRestoreResult, gw_restore_result_clear)

/* Restore a file into the project's database, when all of it is checked. Fails with GW_ERROR_IO
 * (damaged), GW_ERROR_REFUSED (collections are there, another database, not confirmed),
 * GW_ERROR_NOT_FOUND; in all of these the collections are as they were. */
bool gw_engine_restore(GwProject *project, const GwRestoreVerb *params, GwRestoreResult *out_result,
                       GError **error);

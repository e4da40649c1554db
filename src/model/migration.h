/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A migration as three plain values: the file on disk, the record in the tracker, and both joined.
 * Nothing here reads a folder or a database.
 */
#pragma once

#include "base/bson.h"
#include "base/error.h"

typedef enum {
    GW_STATUS_PENDING,
    GW_STATUS_RUNNING,
    GW_STATUS_COMPLETED,
    GW_STATUS_FAILED,
    GW_STATUS_ROLLED_BACK,
} GwStatus;

/* "pending", "running", "completed", "failed", "rolled_back". */
const char *gw_status_name(GwStatus status);
/* The status of that name; fails on any other name. */
bool gw_status_of_name(const char *name, GwStatus *out_status, GError **error);

/* A file in the migrations folder. All strings are owned. */
typedef struct {
    char *id;       /* the file's name without its extension: "001_add_user_preferences" */
    char *name;     /* "001_add_user_preferences.js" */
    char *path;     /* absolute */
    char *checksum; /* "sha256:" and 64 hex digits, of the raw bytes */
} GwMigrationFile;
void gw_migration_file_free(GwMigrationFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwMigrationFile, gw_migration_file_free)

/* What the tracker knows of a migration. Strings are owned and may be NULL. */
typedef struct {
    char *id;
    char *file;
    char *description;
    char *author;
    char *environment;
    char *checksum;
    char *run; /* id of the run that applied it: 24 hex digits */
    char *host;
    char *user;
    char *godwit; /* version of godwit */
    char *git_commit;
    GPtrArray *output;     /* owned char *: the lines that it printed; NULL = none */
    bool output_truncated; /* more was printed than is kept */
    char *error_message;
    char *error_file;
    int error_line;            /* 0 = unknown */
    int error_code;            /* the server's code, 0 = none */
    GwStatus status;           /* never pending */
    gint64 applied_at_ms;      /* server's clock, UTC, since 1970; G_MININT64 = not applied */
    gint64 execution_ms;       /* of up */
    gint64 documents_affected; /* inserted + modified + upserted + deleted by up */
    gint64 sequence;           /* order of application, from 1 */
    double block;              /* migrate-mongo's migrationBlock; 0 = none */
    char *journal;             /* owned: the run whose journal can undo it; NULL = none */
    gint64 journal_operations; /* entries that it has there */
    gint64 journal_documents;  /* changes of documents in those */
    GPtrArray *irreversible;   /* owned char *: commands that it can't undo; NULL = none */
    GPtrArray *backups;        /* owned char *: of what lost data by it; NULL = none */
} GwRecord;
void gw_record_free(GwRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwRecord, gw_record_free)

/* One migration, file and record joined by id. */
typedef struct {
    const char *id;              /* borrowed from file or record */
    const GwMigrationFile *file; /* borrowed; NULL = missing on disk */
    const GwRecord *record;      /* borrowed; NULL = never ran */
    GwStatus status;
    bool is_changed;      /* completed, and its checksum differs from the file's */
    bool is_out_of_order; /* pending, and a later one is completed */
} GwMigration;

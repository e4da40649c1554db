/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads mongodump's archive from front to end, and checks all that can be checked: structure,
 * sizes, the checksum and the end of each collection. It restores nothing.
 */
#pragma once

#include "backup/source.h"
#include "base/bson.h"

/* One collection of the archive. */
typedef struct {
    char *db;       /* owned */
    char *coll;     /* owned */
    char *metadata; /* owned: Extended JSON; NULL = it was not listed in the beginning */
    char *type;     /* owned: "", "collection", "view", "timeseries" */
    bson_t *exact;  /* owned: options and indexes as godwit keeps them; NULL = JSON alone */
    guint index;    /* of it in GwArchiveFacts.colls */
    gint64 documents;
    gint64 bytes;
    guint64 crc; /* of the documents read so far */
    bool is_ended;
} GwArchiveColl;

typedef struct {
    GPtrArray *colls; /* owned: GwArchiveColl, in the order of the archive */
    bson_t *head;     /* owned: server_version, tool_version ... */
    GwCompression compression;
    gint64 bytes; /* of the archive, decompressed */
} GwArchiveFacts;
void gw_archive_facts_clear(GwArchiveFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwArchiveFacts, gw_archive_facts_clear)

/* Called with each document; `coll` and `doc`, the document's bytes, are borrowed for the call. */
typedef bool (*GwArchiveDocFunc)(const GwArchiveColl *coll, const guint8 *doc, gsize size,
                                 gpointer data, GError **error);

/* Read all of the archive at `path`. `func` may be NULL: then it is verified only. `out_facts` is
 * always valid. Fails with GW_ERROR_IO, naming the byte where it is damaged (of the decompressed
 * archive; of the file where the compression itself is), and the collection. */
bool gw_archive_read(const char *path, GwArchiveDocFunc func, gpointer data,
                     GwArchiveFacts *out_facts, GError **error);

/* The same without looking at a document. Fails with GW_ERROR_INTERRUPTED, too, where
 * `interrupted`, which may be NULL, is not 0 any more. */
bool gw_archive_verify(const char *path, const volatile int *interrupted, GwArchiveFacts *out_facts,
                       GError **error);

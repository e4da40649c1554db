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
    bool is_own;  /* godwit wrote it: the list is complete, and has a checksum */
} GwArchiveFacts;
void gw_archive_facts_clear(GwArchiveFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwArchiveFacts, gw_archive_facts_clear)

/* Called with `count` documents of `coll`: their bytes, one document behind the other. Both are
 * borrowed for the call. */
typedef bool (*GwArchiveDocsFunc)(const GwArchiveColl *coll, const guint8 *docs, gsize size,
                                  guint count, gpointer data, GError **error);

/* Read all of the archive at `path`. `func` may be NULL: then it is verified only. `out_facts` is
 * always valid. Fails with GW_ERROR_IO, naming the byte where it is damaged (of the decompressed
 * archive; of the file where the compression itself is), and the collection. */
bool gw_archive_read(const char *path, GwArchiveDocsFunc func, gpointer data,
                     GwArchiveFacts *out_facts, GError **error);

/* The same without looking at a document. Fails with GW_ERROR_INTERRUPTED, too, where
 * `interrupted`, which may be NULL, is not 0 any more. */
bool gw_archive_verify(const char *path, const volatile int *interrupted, GwArchiveFacts *out_facts,
                       GError **error);

/* The same in two parts, of the file as it was opened: first what is in it, then the documents.
 * Only when the second is done the archive is known to be whole. */
typedef struct GwArchiveReader GwArchiveReader;

/* Read the header and the list of collections. `out_facts` is always valid, outlives the reader,
 * and is added to when the rest is read. Fails as gw_archive_read does. Owned. */
GwArchiveReader *gw_archive_reader_open(const char *path, GwArchiveFacts *out_facts,
                                        GError **error);
void gw_archive_reader_free(GwArchiveReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwArchiveReader, gw_archive_reader_free)

/* Read the rest, or only verify it; once. */
bool gw_archive_reader_rest(GwArchiveReader *reader, GwArchiveDocsFunc func, gpointer data,
                            GError **error);
bool gw_archive_reader_verify(GwArchiveReader *reader, const volatile int *interrupted,
                              GError **error);

/* How far the file has been read, and its size, which is 0 where it can't be told. */
gint64 gw_archive_reader_offset(const GwArchiveReader *reader);
gint64 gw_archive_reader_size(const GwArchiveReader *reader);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes mongodump's archive: its beginning, then blocks of documents of several collections in
 * any order, each collection ended by its checksum. Where the documents come from is not its
 * business.
 */
#pragma once

#include "backup/sink.h"
#include "base/bson.h"

typedef struct GwArchiveWriter GwArchiveWriter;

/* What stands in the archive of one collection. Borrowed for the call. */
typedef struct {
    const char *db;
    const char *coll;
    const char *metadata; /* Extended JSON: options, indexes, uuid, collectionName, type */
    const char *type;     /* "collection", "view", "timeseries" */
    gint64 size;          /* bytes of its documents, about; 0 = unknown */
} GwArchiveEntry;

/* `sink` is borrowed and outlives the writer. */
GwArchiveWriter *gw_archive_writer_new(GwSink *sink);
void gw_archive_writer_free(GwArchiveWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwArchiveWriter, gw_archive_writer_free)

/* The beginning: `entries` holds `count` of them. Called once, before all blocks. */
bool gw_archive_writer_begin(GwArchiveWriter *writer, const char *server_version,
                             const GwArchiveEntry *entries, gsize count, GError **error);

/* One block of documents, one behind the other. Threads: several at once, but blocks of one
 * collection one after the other. */
bool gw_archive_writer_block(GwArchiveWriter *writer, const GwArchiveEntry *entry, const void *docs,
                             gsize size, GError **error);

/* The end of a collection, with the checksum of all its documents (backup/crc64.h). Threads: as
 * above. */
bool gw_archive_writer_end(GwArchiveWriter *writer, const GwArchiveEntry *entry, guint64 crc,
                           GError **error);

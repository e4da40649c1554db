/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes mongodump's archive: its beginning, then blocks of documents of several collections in
 * any order, each collection ended by its checksum. Where the documents come from is not its
 * business.
 */
#pragma once

#include "backup/packer.h"
#include "backup/sink.h"
#include "base/bson.h"

typedef struct GwArchiveWriter GwArchiveWriter;

/* What stands in the archive of one collection. Borrowed for the call. */
typedef struct {
    const char *db;
    const char *coll;
    const char *data;     /* the name that its documents come under, mostly `coll` */
    const char *metadata; /* Extended JSON: options, indexes, uuid, collectionName, type */
    const char *type;     /* "collection", "view", "timeseries" */
    const bson_t *exact;  /* options and indexes as they are; NULL = none */
    gint64 size;          /* bytes of its documents, about; 0 = unknown */
} GwArchiveEntry;

/* `sink` is borrowed and outlives the writer. */
GwArchiveWriter *gw_archive_writer_new(GwSink *sink);
void gw_archive_writer_free(GwArchiveWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwArchiveWriter, gw_archive_writer_free)

/* The beginning: `entries` holds `count` of them, copied as far as they are needed later. `facts`
 * are added to the header. Called once, before all blocks. In all calls, `packer` belongs to the
 * calling thread, and is between two pieces. */
bool gw_archive_writer_begin(GwArchiveWriter *writer, GwPacker *packer, const bson_t *facts,
                             const GwArchiveEntry *entries, gsize count, GError **error);

/* One block of documents, one behind the other, of the entry at `index`. Threads: several at once.
 */
bool gw_archive_writer_block(GwArchiveWriter *writer, GwPacker *packer, gsize index,
                             const void *docs, gsize size, GError **error);

/* The end of a collection: no blocks of it come any more. Threads: as above. */
bool gw_archive_writer_end(GwArchiveWriter *writer, GwPacker *packer, gsize index, GError **error);

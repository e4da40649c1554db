/* SPDX-License-Identifier: Apache-2.0 */
/* One attempt at a backup: what is read, by several threads, into one archive. */
#pragma once

#include "backup/archive_writer.h"
#include "backup/dump.h"
#include "mongo/catalog.h"

/* A collection that is backed up. */
typedef struct {
    GwCollInfo *info; /* owned */
    char *data;       /* owned: the collection that its documents are read from */
    gint64 documents; /* about */
    gint64 bytes;     /* about */
    guint index;      /* in the archive */
    guint open;       /* units that are not done. This and all below: guarded by the mutex */
    gint64 low;       /* read from the beginning up to this record */
    gint64 high;      /* read from the end down to this record */
} GwDumpSubject;

/* What one thread reads in one go: a collection, or one of its two ends. */
typedef struct {
    GwDumpSubject *subject; /* borrowed */
    bool is_half;
    bool is_backwards;
} GwDumpUnit;

typedef struct {
    const GwDumpParams *params; /* borrowed */
    GPtrArray *subjects;        /* owned: GwDumpSubject, in the order of the archive */
    GArray *units;              /* owned: GwDumpUnit, in the order in which they are begun */
    GwSink *sink;               /* owned */
    GwArchiveWriter *writer;    /* owned */
    GwClusterTime at;
    gint64 total;    /* documents, about */
    GMutex mutex;    /* guards all below */
    guint next_unit; /* the first one that nobody has begun */
    gint64 documents;
    gint64 bytes;
    GError *failure; /* owned: the first one; NULL = none */
} GwDump;

void gw_dump_init(GwDump *dump, const GwDumpParams *params);
void gw_dump_clear(GwDump *dump);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwDump, gw_dump_clear)

/* Fill `subjects`: what there is to back up, with how much there is of it. */
bool gw_dump_list(GwDump *dump, GError **error);

/* Whether all of them are still the collections that they were. Fails with GW_ERROR_CONFLICT. */
bool gw_dump_check_same(GwDump *dump, GError **error);

/* Read all units into the archive, which has begun. */
bool gw_dump_read(GwDump *dump, GError **error);

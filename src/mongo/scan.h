/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All documents of a collection as the server sends them, a batch at a time, for those who copy
 * them and look at none. Always from the primary.
 */
#pragma once

#include "mongo/session.h"

typedef struct {
    guint32 seconds; /* since 1970; 0 = no time at all */
    guint32 increment;
} GwClusterTime;

/* The time of the last operation that the server knows of; none where it keeps no oplog. */
bool gw_cluster_time_read(GwConn *conn, GwClusterTime *out_time, GError **error);

/* How to read. All pointers are borrowed and outlive the scan. */
typedef struct {
    GwConn *conn;
    const char *db;
    const char *coll;
    GwClusterTime at;   /* as the collection was then; none = as it is while it is read */
    bool is_backwards;  /* from its end */
    bool wants_records; /* also where each document lies: numbers that grow in natural order */
} GwScanParams;

/* Some documents in natural order. Each array is emptied before it is filled anew. */
typedef struct {
    GByteArray *docs; /* owned: BSON documents, one behind the other */
    GArray *sizes;    /* owned: guint32, of each */
    GArray *records;  /* owned: gint64 of each, where they were asked for */
} GwScanBatch;
void gw_scan_batch_init(GwScanBatch *batch);
void gw_scan_batch_clear(GwScanBatch *batch);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwScanBatch, gw_scan_batch_clear)

typedef struct GwScan GwScan;

GwScan *gw_scan_new(const GwScanParams *params);
void gw_scan_free(GwScan *scan); /* closes its cursor */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwScan, gw_scan_free)

/* The next documents; an empty batch = that was all. Fails as gw_command_read does. */
bool gw_scan_next(GwScan *scan, GwScanBatch *batch, GError **error);

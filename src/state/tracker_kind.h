/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the formats of a tracker are inside state/: one table of functions each. See tracker.h
 * for what the functions promise.
 */
#pragma once

#include "state/tracker.h"

typedef struct {
    GPtrArray *(*list)(GwTracker *tracker, GError **error);
    bool (*prepare)(GwTracker *tracker, GError **error);
    bool (*begin)(GwTracker *tracker, const GwRecord *record, GError **error);
    bool (*complete)(GwTracker *tracker, GwRecord *record, GError **error);
    bool (*fail)(GwTracker *tracker, const GwRecord *record, GError **error);
    bool (*repair)(GwTracker *tracker, GwRecord *record, GError **error);
    bool (*revert)(GwTracker *tracker, const GwRecord *record, GError **error);
} GwTrackerKind;

struct GwTracker {
    const GwTrackerKind *kind; /* borrowed: static */
    GwColl *coll;              /* owned */
    bool use_file_hash;        /* changelog: rows hold the file's hash */
    GPtrArray *files;          /* owned: GwMigrationFile; versions: those that there are */
};

/* Repair in a format that can only say whether a migration is applied; `what` names the format. */
bool gw_tracker_repair_applied(GwTracker *tracker, GwRecord *record, const char *what,
                               GError **error);

/* Owned. */
GwTracker *gw_tracker_new(const GwTrackerKind *kind, GwColl *take_coll);

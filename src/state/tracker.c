/* SPDX-License-Identifier: Apache-2.0 */
#include "state/tracker_kind.h"

GwTracker *
gw_tracker_new(const GwTrackerKind *kind, GwColl *take_coll)
{
    GwTracker *tracker = g_new0(GwTracker, 1);

    tracker->kind = kind;
    tracker->coll = take_coll;
    return tracker;
}

void
gw_tracker_free(GwTracker *tracker)
{
    if (tracker == NULL)
        return;
    gw_coll_free(tracker->coll);
    g_clear_pointer(&tracker->files, g_ptr_array_unref);
    g_free(tracker);
}

GPtrArray *
gw_tracker_list(GwTracker *tracker, GError **error)
{
    return tracker->kind->list(tracker, error);
}

bool
gw_tracker_prepare(GwTracker *tracker, GError **error)
{
    return tracker->kind->prepare(tracker, error);
}

bool
gw_tracker_begin(GwTracker *tracker, const GwRecord *record, GError **error)
{
    return tracker->kind->begin(tracker, record, error);
}

bool
gw_tracker_complete(GwTracker *tracker, GwRecord *record, GError **error)
{
    return tracker->kind->complete(tracker, record, error);
}

bool
gw_tracker_fail(GwTracker *tracker, const GwRecord *record, GError **error)
{
    return tracker->kind->fail(tracker, record, error);
}

bool
gw_tracker_revert(GwTracker *tracker, const GwRecord *record, GError **error)
{
    return tracker->kind->revert(tracker, record, error);
}

bool
gw_tracker_repair(GwTracker *tracker, GwRecord *record, GError **error)
{
    return tracker->kind->repair(tracker, record, error);
}

bool
gw_tracker_repair_applied(GwTracker *tracker, GwRecord *record, const char *what, GError **error)
{
    switch (record->status) {
    case GW_STATUS_COMPLETED:
        return gw_tracker_complete(tracker, record, error);
    case GW_STATUS_PENDING:
    case GW_STATUS_ROLLED_BACK:
        return gw_tracker_revert(tracker, record, error);
    case GW_STATUS_RUNNING:
    case GW_STATUS_FAILED:
        break;
    }
    return gw_throw(error, GW_ERROR_REFUSED, "%s has no word for '%s'", what,
                    gw_status_name(record->status));
}

bool
gw_tracker_clear(GwTracker *tracker, GError **error)
{
    g_auto(bson_t) all = BSON_INITIALIZER;

    return gw_coll_delete_many(tracker->coll, &all, NULL, error);
}

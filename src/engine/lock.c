/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/actor.h"

#include "base/crash.h"
#include "engine/project-internal.h"
#include "engine/verbs.h"
#include "journal/journal.h"
#include "state/history.h"
#include "state/lease.h"

void
gw_lease_report_clear(GwLeaseReport *report)
{
    g_clear_pointer(&report->owner, g_free);
    g_clear_pointer(&report->host, g_free);
    g_clear_pointer(&report->user, g_free);
}

static void
fill_report(GwLeaseReport *report, const bson_t *lease)
{
    *report = (GwLeaseReport){0};
    if (lease == NULL)
        return;
    report->owner = g_strdup(gw_bson_get_str(lease, "owner"));
    report->host = g_strdup(gw_bson_get_str(lease, "host"));
    report->user = g_strdup(gw_bson_get_str(lease, "user"));
    report->pid = gw_bson_get_int(lease, "pid", 0);
    report->token = gw_bson_get_int(lease, "token", 0);
    report->taken_at_ms = gw_bson_get_date_ms(lease, "takenAt", 0);
    report->renewed_at_ms = gw_bson_get_date_ms(lease, "renewedAt", 0);
    report->expires_at_ms = gw_bson_get_date_ms(lease, "expiresAt", 0);
    report->is_expired = gw_bson_get_bool(lease, "expired", false);
}

bool
gw_engine_lock_show(GwProject *project, GwLeaseReport *out_report, GError **error)
{
    g_autoptr(bson_t) lease = NULL;

    *out_report = (GwLeaseReport){0};
    if (!gw_project_connect(project, error))
        return false;
    if (!gw_lease_show(gw_project_clients(project), gw_project_database(project), &lease, error))
        return false;
    fill_report(out_report, lease);
    return true;
}

static bool
tell_history(GwProject *project, const GwLeaseReport *held, GError **error)
{
    g_autofree char *detail = g_strdup_printf("the lease of '%s' was broken", held->owner);

    return gw_actor_tell_history(
        project,
        (GwHistoryEntry){.action = "lock-release", .result = "completed", .detail = detail}, error);
}

bool
gw_engine_lock_release(GwProject *project, GwLeaseReport *out_report, GError **error)
{
    g_autoptr(bson_t) lease = NULL;

    *out_report = (GwLeaseReport){0};
    if (!gw_project_connect(project, error))
        return false;
    if (!gw_lease_break(gw_project_clients(project), gw_project_database(project), &lease, error))
        return false;
    fill_report(out_report, lease);
    if (out_report->owner == NULL)
        return true;
    GW_CRASH_POINT("lock.released");
    return gw_journal_fence_off(gw_project_clients(project), gw_project_database(project),
                                out_report->token + 1, error) &&
           tell_history(project, out_report, error);
}

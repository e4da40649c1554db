/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/job-verbs.h"

#include "engine/actor.h"
#include "engine/project-internal.h"
#include "journal/job.h"
#include "model/limits.h"
#include "state/history.h"
#include "state/lease.h"

/* So many that are over are shown. */
#define ROWS_MAX 20

static void
row_free(gpointer data)
{
    GwJobRow *row = data;

    g_free(row->id);
    g_free(row->migration);
    g_free(row->run);
    g_free(row->direction);
    g_free(row->ns);
    g_free(row->waiting);
    g_free(row);
}

static const char *
state_of(const GwJobRow *row, const bson_t *doc)
{
    const char *status = gw_bson_get_str(doc, "status");
    const bool is_undoing = g_strcmp0(status, "undoing") == 0;

    if (!is_undoing && g_strcmp0(status, "open") != 0)
        return g_strcmp0(status, "undone") == 0 ? "undone" : "done";
    if (!row->is_active)
        return "interrupted";
    if (gw_bson_get_bool(doc, "control.cancel", false) && !row->facts.is_undo)
        return "cancelling";
    if (gw_bson_get_bool(doc, "control.pause", false))
        return "paused";
    if (is_undoing || row->facts.is_undo)
        return "undoing";
    return row->waiting != NULL ? "waiting" : "running";
}

static void
read_facts(GwJobRow *row, const bson_t *doc)
{
    row->has_facts = gw_bson_has(doc, "progress.documents");
    row->ns = g_strdup(gw_bson_get_str(doc, "progress.namespace"));
    row->waiting = g_strdup(gw_bson_get_str(doc, "progress.waiting"));
    row->facts = (GwProgressFacts){
        .ns = row->ns,
        .waiting = row->waiting,
        .documents = gw_bson_get_int(doc, "progress.documents", 0),
        .total = gw_bson_get_int(doc, "progress.total", 0),
        .changed = gw_bson_get_int(doc, "progress.changed", gw_bson_get_int(doc, "documents", 0)),
        .rate = gw_bson_get_int(doc, "progress.rate", 0),
        .left_ms = gw_bson_get_int(doc, "progress.left", -1),
        .lag_ms = gw_bson_get_int(doc, "progress.lag", -1),
        .is_undo = gw_bson_get_bool(doc, "progress.undo", false),
    };
}

static GwJobRow *
row_of(const bson_t *doc, bool has_holder)
{
    GwJobRow *row = g_new0(GwJobRow, 1);
    const char *status = gw_bson_get_str(doc, "status");
    bson_iter_t id;

    row->id = g_malloc0(25);
    if (bson_iter_init_find(&id, doc, "_id") && BSON_ITER_HOLDS_OID(&id))
        bson_oid_to_string(bson_iter_oid(&id), row->id);
    row->migration = g_strdup(gw_bson_get_str(doc, "migration"));
    row->run = g_strdup(gw_bson_get_str(doc, "run"));
    row->direction = g_strdup(gw_bson_get_str(doc, "direction"));
    row->started_at_ms = gw_bson_get_date_ms(doc, "startedAt", G_MININT64);
    row->ended_at_ms = gw_bson_get_date_ms(doc, "endedAt", G_MININT64);
    row->seen_at_ms = gw_bson_get_date_ms(doc, "progress.at", G_MININT64);
    row->is_active =
        has_holder && (g_strcmp0(status, "open") == 0 || g_strcmp0(status, "undoing") == 0);
    read_facts(row, doc);
    row->state = state_of(row, doc);
    return row;
}

/* Whether somebody holds the lease. Nobody begins a job before the last one's half was dealt with,
 * so what is open then is theirs. */
static bool
look_for_holder(GwProject *project, bool *out_has, GError **error)
{
    g_autoptr(bson_t) lease = NULL;

    if (!gw_lease_show(gw_project_clients(project), gw_project_database(project), &lease, error))
        return false;
    *out_has = lease != NULL && gw_bson_get_str(lease, "owner") != NULL &&
               !gw_bson_get_bool(lease, "expired", false);
    return true;
}

static GwColl *
jobs_of(GwProject *project)
{
    return gw_coll_new(gw_project_clients(project), gw_project_database(project),
                       GW_JOB_COLLECTION);
}

bool
gw_engine_job_list(GwProject *project, bool all, GPtrArray **out_rows, GError **error)
{
    g_autoptr(bson_t) options =
        BCON_NEW("sort", "{", "order", BCON_INT32(-1), "}", "limit", BCON_INT32(ROWS_MAX));
    g_autoptr(bson_t) filter = bson_new();
    g_autoptr(GwColl) jobs = NULL;
    g_autoptr(GPtrArray) docs = NULL;
    GPtrArray *rows = NULL;
    bool has_holder = false;

    if (!all)
        BCON_APPEND(filter, "status", "{", "$in", "[", BCON_UTF8("open"), BCON_UTF8("undoing"), "]",
                    "}");
    if (!gw_project_connect(project, error) || !look_for_holder(project, &has_holder, error))
        return false;
    jobs = jobs_of(project);
    docs = gw_coll_find(jobs, filter, options, error);
    if (docs == NULL)
        return false;
    rows = g_ptr_array_new_with_free_func(row_free);
    for (guint index = 0; index < docs->len; index++)
        g_ptr_array_add(rows, row_of(g_ptr_array_index(docs, index), has_holder));
    *out_rows = rows;
    return true;
}

static bool
is_named(const GwJobRow *row, const char *name)
{
    return name == NULL || g_str_has_prefix(row->migration, name) ||
           g_str_has_prefix(row->id, name) || g_str_has_suffix(row->id, name);
}

static bool
throw_none(const char *name, GError **error)
{
    if (name == NULL)
        gw_throw(error, GW_ERROR_NOT_FOUND, "nothing is under way");
    else
        gw_throw(error, GW_ERROR_NOT_FOUND, "nothing called '%s' is under way", name);
    return gw_hint(error, "godwit job shows what is, godwit status what was applied.");
}

static const GwJobRow *
find_one(const GPtrArray *rows, const char *name, GError **error)
{
    const GwJobRow *found = NULL;

    for (guint index = 0; index < rows->len; index++) {
        const GwJobRow *row = g_ptr_array_index(rows, index);

        if (!is_named(row, name))
            continue;
        if (found != NULL) {
            gw_throw(error, GW_ERROR_NOT_FOUND, "'%s' and '%s' are both under way",
                     found->migration, row->migration);
            gw_hint(error, "Name one of them.");
            return NULL;
        }
        found = row;
    }
    if (found == NULL)
        throw_none(name, error);
    return found;
}

static bool
check_action(const GwJobRow *row, const GwJobParams *params, GError **error)
{
    if (!row->is_active) {
        gw_throw(error, GW_ERROR_REFUSED, "no process is at '%s' any more", row->migration);
        return gw_hint(error,
                       "The next godwit up takes back what it left, godwit up --resume goes on.");
    }
    if (params->action != GW_JOB_CANCEL || !g_str_equal(row->state, "undoing"))
        return true;
    gw_throw(error, GW_ERROR_REFUSED, "'%s' is being taken back, which can't be cancelled",
             row->migration);
    return gw_hint(error, "godwit job pause stops it for a while.");
}

/* Owned; NULL with an error. */
static bson_t *
update_of(const GwJobParams *params, GError **error)
{
    g_autoptr(bson_t) set = bson_new();
    gint64 lag_ms = 0;

    if (params->max_lag != NULL &&
        !gw_limits_parse_duration("the lag at most", params->max_lag, &lag_ms, error))
        return NULL;
    if (params->action == GW_JOB_PAUSE || params->action == GW_JOB_RESUME)
        BSON_APPEND_BOOL(set, "control.pause", params->action == GW_JOB_PAUSE);
    if (params->action == GW_JOB_CANCEL)
        BSON_APPEND_BOOL(set, "control.cancel", true);
    if (params->action == GW_JOB_SET && params->max_rate >= 0)
        BSON_APPEND_INT64(set, "control.maxRate", params->max_rate);
    if (params->action == GW_JOB_SET && params->max_lag != NULL)
        BSON_APPEND_INT64(set, "control.maxLag", lag_ms);
    return BCON_NEW("$set", BCON_DOCUMENT(set));
}

/* Who has put an end to it. */
static bool
tell_history(GwProject *project, const GwJobRow *row, GError **error)
{
    return gw_actor_tell_history(project,
                                 (GwHistoryEntry){.action = "job-cancel",
                                                  .result = "completed",
                                                  .migration = row->migration,
                                                  .run = row->run},
                                 error);
}

/* It may have come to its end since. */
static bool
write_control(GwProject *project, const GwJobRow *row, const bson_t *update, GError **error)
{
    g_autoptr(GwColl) jobs = jobs_of(project);
    g_autoptr(bson_t) filter = NULL;
    gint64 matched = 0;
    bson_oid_t id;

    bson_oid_init_from_string(&id, row->id);
    filter = BCON_NEW("_id", BCON_OID(&id), "status", "{", "$in", "[", BCON_UTF8("open"),
                      BCON_UTF8("undoing"), "]", "}");
    if (!gw_coll_update_one(jobs, filter, update, &matched, error))
        return false;
    return matched > 0 || throw_none(row->migration, error);
}

bool
gw_engine_job_control(GwProject *project, const GwJobParams *params, char **out_migration,
                      GError **error)
{
    g_autoptr(bson_t) update = update_of(params, error);
    g_autoptr(GPtrArray) rows = NULL;
    const GwJobRow *row = NULL;

    if (update == NULL || !gw_engine_job_list(project, false, &rows, error))
        return false;
    row = find_one(rows, params->id, error);
    if (row == NULL || !check_action(row, params, error))
        return false;
    if (!write_control(project, row, update, error))
        return false;
    if (params->action == GW_JOB_CANCEL && !tell_history(project, row, error))
        return false;
    *out_migration = g_strdup(row->migration);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/job.h"

static const char *const status_names[] = {
    [GW_JOB_OPEN] = "open",     [GW_JOB_DONE] = "done",       [GW_JOB_UNDOING] = "undoing",
    [GW_JOB_UNDONE] = "undone", [GW_JOB_PRUNING] = "pruning", [GW_JOB_PRUNED] = "pruned",
};

const char *
gw_job_status_name(GwJobStatus status)
{
    return status_names[status];
}

void
gw_job_free(GwJob *job)
{
    if (job == NULL)
        return;
    g_free(job->migration);
    g_free(job->run);
    g_free(job->direction);
    g_clear_pointer(&job->irreversible, g_ptr_array_unref);
    g_aligned_free(job);
}

static GwJob *
job_new(void)
{
    GwJob *job = g_aligned_alloc0(1, sizeof(GwJob), _Alignof(GwJob));

    job->irreversible = g_ptr_array_new_with_free_func(g_free);
    return job;
}

static bool
status_of_name(const char *name, GwJobStatus *out_status)
{
    for (guint status = 0; status < G_N_ELEMENTS(status_names); status++) {
        if (g_strcmp0(name, status_names[status]) != 0)
            continue;
        *out_status = (GwJobStatus)status;
        return true;
    }
    return false;
}

static void
read_irreversible(const bson_t *doc, GPtrArray *names)
{
    bson_iter_t list;
    bson_iter_t iter;

    if (!bson_iter_init_find(&list, doc, "irreversible") || !bson_iter_recurse(&list, &iter))
        return;
    while (bson_iter_next(&iter)) {
        if (BSON_ITER_HOLDS_UTF8(&iter))
            g_ptr_array_add(names, g_strdup(bson_iter_utf8(&iter, NULL)));
    }
}

static GwJob *
job_of(const bson_t *doc, GError **error)
{
    g_autoptr(GwJob) job = job_new();
    bson_iter_t id;

    if (!bson_iter_init_find(&id, doc, "_id") || !BSON_ITER_HOLDS_OID(&id) ||
        !status_of_name(gw_bson_get_str(doc, "status"), &job->status)) {
        gw_throw(error, GW_ERROR_FAILED, "a document of '" GW_JOB_COLLECTION "' is no job");
        return NULL;
    }
    job->id = *bson_iter_oid(&id);
    job->migration = g_strdup(gw_bson_get_str(doc, "migration"));
    job->run = g_strdup(gw_bson_get_str(doc, "run"));
    job->direction = g_strdup(gw_bson_get_str(doc, "direction"));
    job->order = gw_bson_get_int(doc, "order", 0);
    job->started_at_ms = gw_bson_get_date_ms(doc, "startedAt", 0);
    job->ended_at_ms = gw_bson_get_date_ms(doc, "endedAt", G_MININT64);
    job->entries = gw_bson_get_int(doc, "entries", 0);
    job->documents = gw_bson_get_int(doc, "documents", 0);
    job->bytes = gw_bson_get_int(doc, "bytes", 0);
    read_irreversible(doc, job->irreversible);
    return g_steal_pointer(&job);
}

/* [{id: ..}], or []. Owned. */
static bson_t *
ids_of(const GwSession *session)
{
    bson_t *ids = bson_new();

    if (session != NULL)
        gw_bson_append_doc_at(ids, 0, gw_session_lsid(session));
    return ids;
}

bool
gw_job_begin(GwColl *jobs, const GwJob *job, const GwSession *session, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_OID(&job->id));
    g_autoptr(bson_t) sessions = ids_of(session);
    /* A pipeline, so that the server's clock stamps it: data goes in as literals. */
    g_autoptr(bson_t) update =
        BCON_NEW("0", "{", "$replaceWith", "{", "_id", BCON_OID(&job->id), "migration", "{",
                 "$literal", BCON_UTF8(job->migration), "}", "order", BCON_INT64(job->order), "run",
                 BCON_UTF8(job->run), "direction", BCON_UTF8(job->direction), "status",
                 BCON_UTF8(status_names[GW_JOB_OPEN]), "startedAt", BCON_UTF8("$$NOW"), "sessions",
                 "{", "$literal", BCON_ARRAY(sessions), "}", "}", "}");

    return gw_coll_upsert(jobs, filter, update, error);
}

bool
gw_job_end_sessions(GwClients *clients, GwColl *jobs, GError **error)
{
    g_autoptr(bson_t) filter =
        BCON_NEW("status", "{", "$in", "[", BCON_UTF8(status_names[GW_JOB_OPEN]),
                 BCON_UTF8(status_names[GW_JOB_UNDOING]), "]", "}", "sessions", "{", "$exists",
                 BCON_BOOL(true), "}");
    g_autoptr(GPtrArray) found = gw_coll_find(jobs, filter, NULL, error);

    for (guint index = 0; found != NULL && index < found->len; index++) {
        bson_t ids = BSON_INITIALIZER;

        if (gw_bson_get_doc(g_ptr_array_index(found, index), "sessions", &ids))
            gw_session_kill(clients, &ids);
    }
    return found != NULL;
}

bool
gw_job_go_on(GwColl *jobs, const GwJob *job, const char *run, const GwSession *session,
             GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_OID(&job->id));
    g_autoptr(bson_t) sessions = ids_of(session);
    /* What was said to the process that died is not meant for this one. */
    g_autoptr(bson_t) update =
        BCON_NEW("$set", "{", "run", BCON_UTF8(run), "sessions", BCON_ARRAY(sessions), "}", "$inc",
                 "{", "resumed", BCON_INT32(1), "}", "$unset", "{", "control", BCON_INT32(1),
                 "progress", BCON_INT32(1), "}");

    return gw_coll_update_one(jobs, filter, update, NULL, error);
}

bool
gw_job_mark(GwColl *jobs, const GwJob *job, GwJobStatus status, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_OID(&job->id));
    g_autoptr(bson_t) update =
        BCON_NEW("$set", "{", "status", BCON_UTF8(status_names[status]), "}");

    return gw_coll_update_one(jobs, filter, update, NULL, error);
}

bool
gw_job_wait(GwColl *jobs, const GwJob *job, GError **error)
{
    /* What it is set to is what it was found by. */
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_OID(&job->id), "status", BCON_UTF8(status_names[GW_JOB_OPEN]));
    g_autoptr(bson_t) update =
        BCON_NEW("$set", "{", "status", BCON_UTF8(status_names[GW_JOB_OPEN]), "}");

    return gw_coll_update_one(jobs, filter, update, NULL, error);
}

static void
append_irreversible(bson_t *doc, const GPtrArray *names)
{
    bson_t array = BSON_INITIALIZER;

    bson_append_array_begin(doc, "irreversible", -1, &array);
    for (guint index = 0; names != NULL && index < names->len; index++) {
        char digits[16];
        const char *key = NULL;

        bson_uint32_to_string(index, &key, digits, sizeof digits);
        BSON_APPEND_UTF8(&array, key, g_ptr_array_index(names, index));
    }
    bson_append_array_end(doc, &array);
}

bool
gw_job_end(GwColl *jobs, const GwJob *job, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_OID(&job->id));
    g_autoptr(bson_t) facts = BCON_NEW("status", BCON_UTF8(status_names[job->status]), "entries",
                                       BCON_INT64(job->entries), "documents",
                                       BCON_INT64(job->documents), "bytes", BCON_INT64(job->bytes));
    g_autoptr(bson_t) update = NULL;

    append_irreversible(facts, job->irreversible);
    update = BCON_NEW("$set", BCON_DOCUMENT(facts), "$currentDate", "{", "endedAt", BCON_BOOL(true),
                      "}");
    return gw_coll_update_one(jobs, filter, update, NULL, error);
}

GPtrArray *
gw_job_list(GwColl *jobs, const bson_t *filter, GError **error)
{
    g_autoptr(bson_t) options = BCON_NEW("sort", "{", "order", BCON_INT32(-1), "}");
    g_autoptr(GPtrArray) docs = gw_coll_find(jobs, filter, options, error);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)gw_job_free);

    if (docs == NULL)
        return NULL;
    for (guint index = 0; index < docs->len; index++) {
        GwJob *job = job_of(g_ptr_array_index(docs, index), error);

        if (job == NULL)
            return NULL;
        g_ptr_array_add(found, job);
    }
    return g_steal_pointer(&found);
}

GPtrArray *
gw_job_list_of(GwColl *jobs, GwJobStatus one, GwJobStatus other, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("status", "{", "$in", "[", BCON_UTF8(status_names[one]),
                                        BCON_UTF8(status_names[other]), "]", "}");

    return gw_job_list(jobs, filter, error);
}

GPtrArray *
gw_job_list_unfinished(GwColl *jobs, GError **error)
{
    return gw_job_list_of(jobs, GW_JOB_OPEN, GW_JOB_UNDOING, error);
}

bool
gw_job_has_arrived(const GwJob *job, bool is_applied)
{
    bool applies = g_str_equal(job->direction, "up") == (job->status != GW_JOB_UNDOING);

    return is_applied == applies;
}

bool
gw_job_find_done(GwColl *jobs, const char *migration, const char *direction, GwJob **out_job,
                 GError **error)
{
    g_autoptr(bson_t) filter =
        BCON_NEW("migration", BCON_UTF8(migration), "direction", BCON_UTF8(direction), "status",
                 "{", "$in", "[", BCON_UTF8(status_names[GW_JOB_DONE]),
                 BCON_UTF8(status_names[GW_JOB_UNDOING]), "]", "}");
    g_autoptr(GPtrArray) found = gw_job_list(jobs, filter, error);

    if (found == NULL)
        return false;
    *out_job = found->len > 0 ? g_ptr_array_steal_index(found, 0) : NULL;
    return true;
}

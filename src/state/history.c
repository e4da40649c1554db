/* SPDX-License-Identifier: Apache-2.0 */
#include "state/history.h"

#include "state/stamp.h"

#define COLLECTION "godwit_history"

struct GwHistory {
    GwColl *coll; /* owned */
};

GwHistory *
gw_history_new(GwClients *clients, const char *db)
{
    GwHistory *history = g_new0(GwHistory, 1);

    history->coll = gw_coll_new(clients, db, COLLECTION);
    return history;
}

void
gw_history_free(GwHistory *history)
{
    if (history == NULL)
        return;
    gw_coll_free(history->coll);
    g_free(history);
}

static void
append_error(bson_t *doc, const GError *error)
{
    const GwErrorInfo *info = error != NULL ? gw_error_info(error) : NULL;

    if (error == NULL)
        return;
    gw_stamp_append_error(doc, error->message, info != NULL ? info->file : NULL,
                          info != NULL ? info->line : 0, info != NULL ? info->server_code : 0);
}

static bson_t *
doc_of_entry(const GwHistoryEntry *entry)
{
    bson_t *doc = bson_new();

    BSON_APPEND_NULL(doc, "at");
    gw_stamp_append_fact(doc, "action", entry->action);
    gw_stamp_append_fact(doc, "result", entry->result);
    gw_stamp_append_fact(doc, "migrationId", entry->migration);
    gw_stamp_append_fact(doc, "file", entry->file);
    gw_stamp_append_fact(doc, "checksum", entry->checksum);
    gw_stamp_append_fact(doc, "environment", entry->environment);
    gw_stamp_append_fact(doc, "run", entry->run);
    gw_stamp_append_fact(doc, "host", entry->host);
    gw_stamp_append_fact(doc, "user", entry->user);
    gw_stamp_append_number(doc, "pid", entry->pid);
    BSON_APPEND_UTF8(doc, "godwit", GW_VERSION);
    gw_stamp_append_fact(doc, "gitCommit", entry->git_commit);
    if (entry->migration != NULL) {
        gw_stamp_append_number(doc, "executionTime", entry->execution_ms);
        gw_stamp_append_number(doc, "documentsAffected", entry->documents_affected);
    }
    gw_stamp_append_fact(doc, "detail", entry->detail);
    append_error(doc, entry->error);
    return doc;
}

bool
gw_history_add(GwHistory *history, const GwHistoryEntry *entry, GError **error)
{
    g_autoptr(bson_t) doc = doc_of_entry(entry);
    g_autoptr(bson_t) stamps = BCON_NEW("at", BCON_UTF8("$$NOW"));
    g_autoptr(bson_t) update = gw_stamp_replace(doc, stamps);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    bson_oid_t id;

    /* An upsert of an _id that nobody has is an insert whose time is the server's. */
    bson_oid_init(&id, NULL);
    BSON_APPEND_OID(&filter, "_id", &id);
    if (!gw_coll_upsert(history->coll, &filter, update, error))
        return gw_prefix(error, "adding to the history");
    return true;
}

GPtrArray *
gw_history_list(GwHistory *history, const char *migration, gint64 limit, GError **error)
{
    g_autoptr(bson_t) options =
        BCON_NEW("sort", "{", "at", BCON_INT32(-1), "_id", BCON_INT32(-1), "}");
    g_auto(bson_t) filter = BSON_INITIALIZER;

    if (migration != NULL)
        BSON_APPEND_UTF8(&filter, "migrationId", migration);
    if (limit > 0)
        BSON_APPEND_INT64(options, "limit", limit);
    return gw_coll_find(history->coll, &filter, options, error);
}

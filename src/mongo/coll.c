/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/coll.h"

#include "mongo/command.h"
#include "mongo/send.h"

/* A majority that does not answer must not hang us for ever. */
#define MAJORITY_TIMEOUT_MS 60000

struct GwColl {
    GwClients *clients; /* borrowed: outlives the collection */
    GwConn *reserved;   /* owned: the connection to use; NULL = a lent one each time */
    char *db;           /* owned */
    char *name;         /* owned */
};

GwColl *
gw_coll_new(GwClients *clients, const char *db, const char *name)
{
    GwColl *coll = g_new0(GwColl, 1);

    coll->clients = clients;
    coll->db = g_strdup(db);
    coll->name = g_strdup(name);
    return coll;
}

GwColl *
gw_coll_new_reserved(GwClients *clients, const char *db, const char *name)
{
    GwColl *coll = gw_coll_new(clients, db, name);

    coll->reserved = gw_conn_take(clients);
    return coll;
}

void
gw_coll_free(GwColl *coll)
{
    if (coll == NULL)
        return;
    g_clear_pointer(&coll->reserved, gw_conn_release);
    g_free(coll->db);
    g_free(coll->name);
    g_free(coll);
}

const char *
gw_coll_name(const GwColl *coll)
{
    return coll->name;
}

/* The connection to use, and in `out_lent` what is to be given back afterwards. */
static GwConn *
take_conn(const GwColl *coll, GwConn **out_lent)
{
    if (coll->reserved != NULL)
        return coll->reserved;
    *out_lent = gw_conn_take(coll->clients);
    return *out_lent;
}

/* Say on which collection it failed, and that it is a matter of rights where it is one. */
static bool
explain(const GwColl *coll, const char *tried, const char *action, GError **error)
{
    const GwErrorInfo *info = error != NULL ? gw_error_info(*error) : NULL;

    if (info != NULL && info->server_code == 13) {
        (*error)->code = GW_ERROR_AUTH;
        gw_hint(error, "Give the user the right '%s' on '%s.%s', or the role readWrite on '%s'.",
                action, coll->db, coll->name, coll->db);
    }
    return gw_prefix(error, "%s '%s.%s'", tried, coll->db, coll->name);
}

/* The first error of a single operation, or the write concern's, as an error of the server. */
static bool
check_reply(const bson_t *reply, GError **error)
{
    bson_error_t cause = {.domain = MONGOC_ERROR_SERVER};
    bson_t failure = BSON_INITIALIZER;

    if (!gw_bson_get_doc(reply, "writeErrors.0", &failure) &&
        !gw_bson_get_doc(reply, "writeConcernError", &failure))
        return true;
    return gw_throw_server(error, &cause, &failure);
}

/* Whether each part of it changes one document at most: only then it can be numbered, and sent
 * again where its answer is lost. */
static bool
is_numbered(const bson_t *command, const char *action)
{
    if (gw_bson_has(command, "findAndModify"))
        return false; /* the driver numbers that one */
    if (g_str_equal(action, "update"))
        return !gw_bson_has(command, "updates.1") &&
               !gw_bson_get_bool(command, "updates.0.multi", false);
    return g_str_equal(action, "insert") ||
           (g_str_equal(action, "remove") && gw_bson_get_int(command, "deletes.0.limit", 0) == 1);
}

static bool
send_write(GwColl *coll, bson_t *command, const char *tried, const char *action, bson_t *out_reply,
           GError **error)
{
    g_autoptr(GwConn) lent = NULL;
    GwConn *conn = take_conn(coll, &lent);
    GwSend run = {.mode = GW_SEND_WRITE, .db = coll->db, .command = command};
    bool is_batch = is_numbered(command, action);
    bson_error_t cause = {0};

    BCON_APPEND(command, "writeConcern", "{", "w", BCON_UTF8("majority"), "wtimeout",
                BCON_INT32(MAJORITY_TIMEOUT_MS), "}");
    if (!gw_send_batch(conn, &run, command, is_batch, out_reply, &cause)) {
        gw_throw_server(error, &cause, out_reply);
        return explain(coll, tried, action, error);
    }
    return check_reply(out_reply, error) || explain(coll, tried, action, error);
}

bool
gw_coll_insert(GwColl *coll, const bson_t *doc, GError **error)
{
    g_autoptr(bson_t) command =
        BCON_NEW("insert", BCON_UTF8(coll->name), "documents", "[", BCON_DOCUMENT(doc), "]");
    g_auto(bson_t) reply = BSON_INITIALIZER;

    return send_write(coll, command, "inserting into", "insert", &reply, error);
}

/* `update` may be a document or a pipeline, which is an array: its keys tell. */
static void
append_update(bson_t *doc, const char *key, const bson_t *update)
{
    if (bson_has_field(update, "0"))
        BSON_APPEND_ARRAY(doc, key, update);
    else
        BSON_APPEND_DOCUMENT(doc, key, update);
}

static bool
update_one(GwColl *coll, const bson_t *filter, const bson_t *update, bool upsert, bson_t *out_reply,
           GError **error)
{
    g_autoptr(bson_t) command = BCON_NEW("update", BCON_UTF8(coll->name));
    g_auto(bson_t) operation = BSON_INITIALIZER;
    bson_t operations = BSON_INITIALIZER;

    BSON_APPEND_DOCUMENT(&operation, "q", filter);
    append_update(&operation, "u", update);
    BSON_APPEND_BOOL(&operation, "upsert", upsert);
    bson_append_array_begin(command, "updates", -1, &operations);
    BSON_APPEND_DOCUMENT(&operations, "0", &operation);
    bson_append_array_end(command, &operations);
    return send_write(coll, command, "updating", "update", out_reply, error);
}

bool
gw_coll_update_one(GwColl *coll, const bson_t *filter, const bson_t *update, gint64 *out_matched,
                   GError **error)
{
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!update_one(coll, filter, update, false, &reply, error))
        return false;
    if (out_matched != NULL)
        *out_matched = gw_bson_get_int(&reply, "n", 0);
    return true;
}

bool
gw_coll_update_in(GwColl *coll, GwSession *session, const bson_t *updates, bson_t *out_reply,
                  GError **error)
{
    g_autoptr(bson_t) command =
        BCON_NEW("update", BCON_UTF8(coll->name), "updates", BCON_ARRAY(updates));
    GwSend run = {.mode = GW_SEND_WRITE, .db = coll->db, .command = command, .session = session};
    bson_error_t cause = {0};

    if (!gw_send(gw_session_conn(session), &run, out_reply, &cause)) {
        gw_throw_server(error, &cause, out_reply);
        return explain(coll, "updating", "update", error);
    }
    return check_reply(out_reply, error) || explain(coll, "updating", "update", error);
}

bool
gw_coll_update_many(GwColl *coll, const bson_t *updates, bson_t *out_reply, GError **error)
{
    g_autoptr(bson_t) command =
        BCON_NEW("update", BCON_UTF8(coll->name), "updates", BCON_ARRAY(updates));

    return send_write(coll, command, "updating", "update", out_reply, error);
}

bool
gw_coll_upsert(GwColl *coll, const bson_t *filter, const bson_t *update, GError **error)
{
    g_auto(bson_t) reply = BSON_INITIALIZER;

    return update_one(coll, filter, update, true, &reply, error);
}

static bool
delete_some(GwColl *coll, const bson_t *filter, int limit, gint64 *out_deleted, GError **error)
{
    g_autoptr(bson_t) command =
        BCON_NEW("delete", BCON_UTF8(coll->name), "deletes", "[", "{", "q", BCON_DOCUMENT(filter),
                 "limit", BCON_INT32(limit), "}", "]");
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!send_write(coll, command, "deleting from", "remove", &reply, error))
        return false;
    if (out_deleted != NULL)
        *out_deleted = gw_bson_get_int(&reply, "n", 0);
    return true;
}

bool
gw_coll_delete_one(GwColl *coll, const bson_t *filter, gint64 *out_deleted, GError **error)
{
    return delete_some(coll, filter, 1, out_deleted, error);
}

bool
gw_coll_delete_many(GwColl *coll, const bson_t *filter, gint64 *out_deleted, GError **error)
{
    return delete_some(coll, filter, 0, out_deleted, error);
}

bool
gw_coll_find_and_modify(GwColl *coll, const bson_t *filter, const bson_t *update, bool upsert,
                        bson_t **out_doc, GError **error)
{
    g_autoptr(bson_t) command =
        BCON_NEW("findAndModify", BCON_UTF8(coll->name), "query", BCON_DOCUMENT(filter), "new",
                 BCON_BOOL(true), "upsert", BCON_BOOL(upsert));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    append_update(command, "update", update);
    if (!send_write(coll, command, "changing", "update", &reply, error))
        return false;
    *out_doc = gw_bson_copy_doc(&reply, "value");
    return true;
}

/* "createdAt_1": the name that every driver would give. Owned. */
static char *
index_name(const bson_t *keys)
{
    g_autoptr(GString) name = g_string_new(NULL);
    bson_iter_t iter;

    if (!bson_iter_init(&iter, keys))
        return g_string_free(g_steal_pointer(&name), FALSE);
    while (bson_iter_next(&iter)) {
        g_string_append_printf(name, "%s%s_", name->len > 0 ? "_" : "", bson_iter_key(&iter));
        if (BSON_ITER_HOLDS_UTF8(&iter))
            g_string_append(name, bson_iter_utf8(&iter, NULL));
        else
            g_string_append_printf(name, "%" G_GINT64_FORMAT, bson_iter_as_int64(&iter));
    }
    return g_string_free(g_steal_pointer(&name), FALSE);
}

bool
gw_coll_create_index(GwColl *coll, const bson_t *keys, const bson_t *options, GError **error)
{
    g_autoptr(bson_t) index = BCON_NEW("key", BCON_DOCUMENT(keys));
    g_autoptr(bson_t) command = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (options != NULL)
        bson_concat(index, options);
    if (!bson_has_field(index, "name")) {
        g_autofree char *name = index_name(keys);

        BSON_APPEND_UTF8(index, "name", name);
    }
    command =
        BCON_NEW("createIndexes", BCON_UTF8(coll->name), "indexes", "[", BCON_DOCUMENT(index), "]");
    return send_write(coll, command, "making an index on", "createIndex", &reply, error);
}

/* What we decide by has to be what a majority has, on the primary: whatever the URI says. */
static bool
send_read(GwColl *coll, GwConn *conn, const bson_t *command, bson_t *out_reply, GError **error)
{
    GwSend run = {.mode = GW_SEND_RAW, .db = coll->db, .command = command};
    const gint64 until_ms = gw_send_patience_ms();
    bson_error_t cause = {0};
    bool done = gw_send(conn, &run, out_reply, &cause);

    while (!done && !gw_bson_has(command, "getMore") && gw_send_may_read_again(&cause, until_ms)) {
        bson_destroy(out_reply);
        done = gw_send(conn, &run, out_reply, &cause);
    }
    if (done)
        return true;
    gw_throw_server(error, &cause, out_reply);
    return explain(coll, "reading", "find", error);
}

static void
add_batch(const bson_t *reply, const char *path, GPtrArray *docs)
{
    bson_t batch = BSON_INITIALIZER;
    bson_t doc = BSON_INITIALIZER;
    bson_iter_t iter;
    const uint8_t *bytes = NULL;
    uint32_t length = 0;

    if (!gw_bson_get_doc(reply, path, &batch) || !bson_iter_init(&iter, &batch))
        return;
    while (bson_iter_next(&iter)) {
        bson_iter_document(&iter, &length, &bytes);
        if (bson_init_static(&doc, bytes, length))
            g_ptr_array_add(docs, bson_copy(&doc));
    }
}

static bool
read_on(GwColl *coll, GwConn *conn, gint64 cursor, GPtrArray *docs, GError **error)
{
    while (cursor != 0) {
        g_autoptr(bson_t) more =
            BCON_NEW("getMore", BCON_INT64(cursor), "collection", BCON_UTF8(coll->name));
        g_auto(bson_t) reply = BSON_INITIALIZER;

        if (!send_read(coll, conn, more, &reply, error))
            return false;
        add_batch(&reply, "cursor.nextBatch", docs);
        cursor = gw_bson_get_int(&reply, "cursor.id", 0);
    }
    return true;
}

static GPtrArray *
find(GwColl *coll, const bson_t *command, GError **error)
{
    g_autoptr(GwConn) lent = NULL;
    GwConn *conn = take_conn(coll, &lent);
    g_autoptr(GPtrArray) docs = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!send_read(coll, conn, command, &reply, error))
        return NULL;
    add_batch(&reply, "cursor.firstBatch", docs);
    if (!read_on(coll, conn, gw_bson_get_int(&reply, "cursor.id", 0), docs, error))
        return NULL;
    return g_steal_pointer(&docs);
}

static bson_t *
find_command(const GwColl *coll, const bson_t *filter, const bson_t *options)
{
    bson_t *command = BCON_NEW("find", BCON_UTF8(coll->name), "filter", BCON_DOCUMENT(filter),
                               "readConcern", "{", "level", BCON_UTF8("majority"), "}");

    if (options != NULL)
        bson_concat(command, options);
    return command;
}

GPtrArray *
gw_coll_find(GwColl *coll, const bson_t *filter, const bson_t *options, GError **error)
{
    g_autoptr(bson_t) command = find_command(coll, filter, options);

    return find(coll, command, error);
}

bool
gw_coll_find_one(GwColl *coll, const bson_t *filter, const bson_t *options, bson_t **out_doc,
                 GError **error)
{
    g_autoptr(bson_t) command = find_command(coll, filter, options);
    g_autoptr(GPtrArray) docs = NULL;

    BSON_APPEND_INT32(command, "limit", 1);
    BSON_APPEND_BOOL(command, "singleBatch", true);
    docs = find(coll, command, error);
    if (docs == NULL)
        return false;
    *out_doc = docs->len > 0 ? bson_copy(g_ptr_array_index(docs, 0)) : NULL;
    return true;
}

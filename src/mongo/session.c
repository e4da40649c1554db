/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/session.h"

#include "mongo/command.h"
#include "mongo/conn.h"
#include "mongo/send.h"

static void
set_read_concern(mongoc_transaction_opt_t *opts, const bson_t *options)
{
    g_autoptr(mongoc_read_concern_t) concern = mongoc_read_concern_new();

    mongoc_read_concern_set_level(concern, gw_bson_get_str(options, "readConcern.level"));
    mongoc_transaction_opts_set_read_concern(opts, concern);
}

static void
set_write_concern(mongoc_transaction_opt_t *opts, const bson_t *options)
{
    g_autoptr(mongoc_write_concern_t) concern = mongoc_write_concern_new();
    const char *tag = gw_bson_get_str(options, "writeConcern.w");
    gint64 timeout_ms = gw_bson_get_int(options, "writeConcern.wtimeout",
                                        gw_bson_get_int(options, "writeConcern.wtimeoutMS", 0));

    if (g_strcmp0(tag, "majority") == 0)
        mongoc_write_concern_set_wmajority(concern, 0);
    else if (tag != NULL)
        mongoc_write_concern_set_wtag(concern, tag);
    else if (gw_bson_has(options, "writeConcern.w"))
        mongoc_write_concern_set_w(concern, (int32_t)gw_bson_get_int(options, "writeConcern.w", 1));
    if (gw_bson_has(options, "writeConcern.j"))
        mongoc_write_concern_set_journal(concern,
                                         gw_bson_get_bool(options, "writeConcern.j", true));
    if (timeout_ms > 0)
        mongoc_write_concern_set_wtimeout_int64(concern, timeout_ms);
    mongoc_transaction_opts_set_write_concern(opts, concern);
}

/* The driver would wait for a secondary first and then refuse. */
static bool
check_read_preference(const bson_t *options, GError **error)
{
    const char *mode = gw_bson_get_str(options, "readPreference.mode");

    if (mode == NULL)
        mode = gw_bson_get_str(options, "readPreference");
    if (mode == NULL || g_strcmp0(mode, "primary") == 0)
        return true;
    return gw_throw(error, GW_ERROR_SERVER,
                    "Read preference in a transaction must be primary, not: %s", mode);
}

/* Owned; fails where `options`, which may be NULL, ask for what cannot be. */
static mongoc_transaction_opt_t *
new_transaction_options(const bson_t *options, GError **error)
{
    g_autoptr(mongoc_transaction_opt_t) opts = mongoc_transaction_opts_new();
    g_autoptr(mongoc_read_prefs_t) primary = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);

    /* Whatever the URI prefers for reads outside. */
    mongoc_transaction_opts_set_read_prefs(opts, primary);
    if (options == NULL)
        return g_steal_pointer(&opts);
    if (!check_read_preference(options, error))
        return NULL;
    if (gw_bson_has(options, "readConcern"))
        set_read_concern(opts, options);
    if (gw_bson_has(options, "writeConcern"))
        set_write_concern(opts, options);
    if (gw_bson_has(options, "maxCommitTimeMS"))
        mongoc_transaction_opts_set_max_commit_time_ms(
            opts, gw_bson_get_int(options, "maxCommitTimeMS", 0));
    return g_steal_pointer(&opts);
}

static mongoc_session_opt_t *
new_session_options(const bson_t *options, GError **error)
{
    g_autoptr(mongoc_session_opt_t) opts = mongoc_session_opts_new();
    g_autoptr(mongoc_transaction_opt_t) transaction = NULL;
    bson_t defaults = BSON_INITIALIZER;

    if (options == NULL)
        return g_steal_pointer(&opts);
    if (gw_bson_get_bool(options, "snapshot", false))
        mongoc_session_opts_set_snapshot(opts, true);
    if (gw_bson_has(options, "causalConsistency"))
        mongoc_session_opts_set_causal_consistency(
            opts, gw_bson_get_bool(options, "causalConsistency", true));
    if (gw_bson_get_doc(options, "defaultTransactionOptions", &defaults)) {
        transaction = new_transaction_options(&defaults, error);
        if (transaction == NULL)
            return NULL;
        mongoc_session_opts_set_default_transaction_opts(opts, transaction);
    }
    return g_steal_pointer(&opts);
}

GwSession *
gw_session_begin(GwClients *clients, const bson_t *options, GError **error)
{
    g_autoptr(mongoc_session_opt_t) opts = new_session_options(options, error);
    g_autoptr(GwConn) conn = NULL;
    bson_error_t cause = {0};
    mongoc_client_session_t *cs = NULL;
    GwSession *session = NULL;

    if (opts == NULL)
        return NULL;
    conn = gw_conn_take(clients);
    gw_conn_lock(conn);
    cs = mongoc_client_start_session(conn->client, opts, &cause);
    gw_conn_unlock(conn);
    if (cs == NULL) {
        gw_throw_server(error, &cause, NULL);
        return NULL;
    }
    session = g_new0(GwSession, 1);
    session->cs = cs;
    session->conn = g_steal_pointer(&conn);
    return session;
}

void
gw_session_free(GwSession *session)
{
    GwConn *conn = session != NULL ? session->conn : NULL;

    if (session == NULL)
        return;
    gw_conn_lock(conn);
    mongoc_client_session_destroy(session->cs);
    gw_conn_unlock(conn);
    gw_conn_release(conn);
    g_free(session);
}

GwConn *
gw_session_conn(GwSession *session)
{
    return session->conn;
}

bool
gw_session_transaction_begin(GwSession *session, const bson_t *options, GError **error)
{
    g_autoptr(mongoc_transaction_opt_t) opts = new_transaction_options(options, error);
    bson_error_t cause = {0};
    bool done = false;

    if (opts == NULL)
        return false;
    gw_conn_lock(session->conn);
    done = mongoc_client_session_start_transaction(session->cs, opts, &cause);
    gw_conn_unlock(session->conn);
    return done || gw_throw_server(error, &cause, NULL);
}

bool
gw_session_transaction_commit(GwSession *session, GError **error)
{
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_error_t cause = {0};
    bool done = false;

    gw_conn_lock(session->conn);
    done = mongoc_client_session_commit_transaction(session->cs, &reply, &cause);
    gw_conn_unlock(session->conn);
    return done || gw_throw_server(error, &cause, &reply);
}

bool
gw_session_transaction_abort(GwSession *session, GError **error)
{
    bson_error_t cause = {0};
    bool done = false;

    gw_conn_lock(session->conn);
    done = mongoc_client_session_abort_transaction(session->cs, &cause);
    gw_conn_unlock(session->conn);
    return done || gw_throw_server(error, &cause, NULL);
}

bool
gw_session_in_transaction(const GwSession *session)
{
    return session != NULL && mongoc_client_session_in_transaction(session->cs);
}

void
gw_session_follow(GwSession *session, const GwSession *other)
{
    const bson_t *cluster_time = mongoc_client_session_get_cluster_time(other->cs);
    uint32_t seconds = 0;
    uint32_t increment = 0;

    if (cluster_time != NULL)
        mongoc_client_session_advance_cluster_time(session->cs, cluster_time);
    mongoc_client_session_get_operation_time(other->cs, &seconds, &increment);
    if (seconds > 0)
        mongoc_client_session_advance_operation_time(session->cs, seconds, increment);
}

void
gw_session_kill(GwClients *clients, const bson_t *ids)
{
    g_autoptr(GwConn) conn = gw_conn_take(clients);
    g_autoptr(bson_t) command = BCON_NEW("killSessions", BCON_ARRAY(ids));
    GwSend run = {.mode = GW_SEND_RAW, .db = "admin", .command = command};
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_error_t cause = {0};

    /* All that is lost is that minute. */
    (void)gw_send(conn, &run, &reply, &cause);
}

const bson_t *
gw_session_lsid(const GwSession *session)
{
    return mongoc_client_session_get_lsid(session->cs);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/send.h"

#include "base/clock.h"
#include "mongo/names.h"

#define PATIENCE_MS 20000
#define PAUSE_US 50000

/* A command taken apart the way the driver wants it: it adds concerns and preference by itself, and
 * one that stood in the command as well would be there twice. */
typedef struct {
    bson_t body;
    bson_t opts;
    mongoc_read_prefs_t *prefs; /* owned; NULL = those of the URI, or none */
    bool is_split;              /* `body` is in use, else the command itself is the body */
} Parts;

static void
parts_clear(Parts *parts)
{
    bson_destroy(&parts->body);
    bson_destroy(&parts->opts);
    g_clear_pointer(&parts->prefs, mongoc_read_prefs_destroy);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Parts, parts_clear)

static mongoc_read_mode_t
read_mode_of_name(const char *name)
{
    if (g_strcmp0(name, "secondary") == 0)
        return MONGOC_READ_SECONDARY;
    if (g_strcmp0(name, "primaryPreferred") == 0)
        return MONGOC_READ_PRIMARY_PREFERRED;
    if (g_strcmp0(name, "secondaryPreferred") == 0)
        return MONGOC_READ_SECONDARY_PREFERRED;
    if (g_strcmp0(name, "nearest") == 0)
        return MONGOC_READ_NEAREST;
    return MONGOC_READ_PRIMARY;
}

static mongoc_read_prefs_t *
new_prefs(const bson_t *preference)
{
    mongoc_read_prefs_t *prefs =
        mongoc_read_prefs_new(read_mode_of_name(gw_bson_get_str(preference, "mode")));
    gint64 staleness = gw_bson_get_int(preference, "maxStalenessSeconds", -1);
    bson_t tags = BSON_INITIALIZER;

    if (gw_bson_get_doc(preference, "tags", &tags))
        mongoc_read_prefs_set_tags(prefs, &tags);
    if (staleness > 0)
        mongoc_read_prefs_set_max_staleness_seconds(prefs, staleness);
    return prefs;
}

static void
move_concern(const bson_t *command, const char *name, bson_t *opts)
{
    bson_t concern = BSON_INITIALIZER;

    if (gw_bson_get_doc(command, name, &concern))
        BSON_APPEND_DOCUMENT(opts, name, &concern);
}

/* Of a read concern the driver's own way keeps the level alone: one with a cluster time stays where
 * it is. NULL ends a list of fields. */
static const char *
concern_to_move(const bson_t *command)
{
    return gw_bson_has(command, "readConcern.atClusterTime") ? NULL : "readConcern";
}

static void
split(const bson_t *command, Parts *parts)
{
    bson_t preference = BSON_INITIALIZER;

    bson_init(&parts->body);
    bson_init(&parts->opts);
    /* A batch may have 16 MB: it is copied only where there is something to take out. */
    parts->is_split = bson_has_field(command, "writeConcern") ||
                      bson_has_field(command, "readConcern") ||
                      bson_has_field(command, "$readPreference");
    if (!parts->is_split)
        return;
    bson_copy_to_excluding_noinit(command, &parts->body, "writeConcern", "$readPreference",
                                  concern_to_move(command), NULL);
    move_concern(command, "writeConcern", &parts->opts);
    if (concern_to_move(command) != NULL)
        move_concern(command, "readConcern", &parts->opts);
    if (gw_bson_get_doc(command, "$readPreference", &preference))
        parts->prefs = new_prefs(&preference);
}

static bool
is_acknowledged(GwConn *conn, const GwSend *run, const bson_t *opts)
{
    bson_t concern = BSON_INITIALIZER;

    if (gw_bson_get_doc(opts, "writeConcern", &concern))
        return !gw_bson_has(&concern, "w") || gw_bson_get_str(&concern, "w") != NULL ||
               gw_bson_get_int(&concern, "w", 1) != 0 || gw_bson_get_bool(&concern, "j", false);
    if (run->mode == GW_SEND_READ || run->mode == GW_SEND_RAW)
        return true;
    return mongoc_write_concern_is_acknowledged(
        mongoc_uri_get_write_concern(gw_clients_uri(conn->clients)));
}

static mongoc_client_session_t *
start_session(GwConn *conn, bson_error_t *out_cause)
{
    g_autoptr(mongoc_session_opt_t) opts = mongoc_session_opts_new();

    mongoc_session_opts_set_causal_consistency(opts, false);
    return mongoc_client_start_session(conn->client, opts, out_cause);
}

/* The driver would give a command without a session a fresh one each time, and the server refuses a
 * getMore that comes in another session than its find. So each connection has one for all of them.
 * Returns false where the server cannot be reached; no session at all is no failure. */
static bool
append_session(GwConn *conn, const GwSend *run, bson_t *opts, bson_error_t *out_cause)
{
    if (run->session != NULL)
        return mongoc_client_session_append(run->session->cs, opts, out_cause);
    if (!is_acknowledged(conn, run, opts))
        return true;
    if (conn->plain == NULL)
        conn->plain = start_session(conn, out_cause);
    if (conn->plain == NULL)
        return out_cause->domain != MONGOC_ERROR_SERVER_SELECTION;
    return mongoc_client_session_append(conn->plain, opts, out_cause);
}

static bool
dispatch(GwConn *conn, const GwSend *run, const Parts *parts, bson_t *out_reply,
         bson_error_t *out_cause)
{
    const bson_t *body = parts->is_split ? &parts->body : run->command;
    mongoc_client_t *client = conn->client;

    switch (run->mode) {
    case GW_SEND_READ:
        return mongoc_client_read_command_with_opts(client, run->db, body, parts->prefs,
                                                    &parts->opts, out_reply, out_cause);
    case GW_SEND_WRITE:
        return mongoc_client_write_command_with_opts(client, run->db, body, &parts->opts, out_reply,
                                                     out_cause);
    case GW_SEND_READ_WRITE:
        return mongoc_client_read_write_command_with_opts(client, run->db, body, NULL, &parts->opts,
                                                          out_reply, out_cause);
    case GW_SEND_RAW:
        return mongoc_client_command_with_opts(client, run->db, body, parts->prefs, &parts->opts,
                                               out_reply, out_cause);
    }
    g_assert_not_reached();
}

static bool
run_locked(GwConn *conn, const GwSend *run, bson_t *out_reply, bson_error_t *out_cause)
{
    g_auto(Parts) parts = {0};
    const bool is_counted = gw_command_is_counted(run->command);
    bool done = false;

    split(run->command, &parts);
    if (run->server_id != 0)
        BSON_APPEND_INT32(&parts.opts, "serverId", (int32_t)run->server_id);
    if (!append_session(conn, run, &parts.opts, out_cause)) {
        bson_init(out_reply);
        return false;
    }
    if (gw_session_in_transaction(run->session)) {
        g_clear_pointer(&parts.prefs, mongoc_read_prefs_destroy);
        parts.prefs = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);
    }
    memset(out_cause, 0, sizeof *out_cause);
    if (is_counted)
        gw_clients_count_sent(conn->clients);
    done = dispatch(conn, run, &parts, out_reply, out_cause);
    if (is_counted)
        gw_clients_count_answered(conn->clients);
    if (done)
        return true;
    /* For the driver a write concern that was not met is a failure; for us it is an answer. */
    return out_cause->domain == MONGOC_ERROR_WRITE_CONCERN;
}

/* A connection is lent to one thread, but a cursor may be read on by a thread that holds another
 * one (see command.c): the lock keeps the driver's client to one thread at a time. */
bool
gw_send(GwConn *conn, const GwSend *run, bson_t *out_reply, bson_error_t *out_cause)
{
    bool done = false;

    gw_conn_lock(conn);
    done = run_locked(conn, run, out_reply, out_cause);
    gw_conn_unlock(conn);
    return done;
}

/* The driver hands out server sessions again that had transactions before, and the server takes no
 * number that is lower than one it has seen in a session. */
#define FIRST_RETRY_NUMBER (G_GINT64_CONSTANT(1) << 32)

static bool
can_number(GwConn *conn, const GwSend *run)
{
    const mongoc_uri_t *uri = gw_clients_uri(conn->clients);
    bson_t concern = BSON_INITIALIZER;
    g_auto(bson_t) opts = BSON_INITIALIZER;

    if (!gw_clients_server(conn->clients)->has_transactions ||
        !mongoc_uri_get_option_as_bool(uri, MONGOC_URI_RETRYWRITES, true))
        return false;
    if (gw_bson_get_doc(run->command, "writeConcern", &concern))
        BSON_APPEND_DOCUMENT(&opts, "writeConcern", &concern);
    return is_acknowledged(conn, run, &opts);
}

static bool
may_send_again(bool done, const bson_t *reply, const bson_error_t *cause)
{
    return (!done && cause->domain == MONGOC_ERROR_STREAM) ||
           mongoc_error_has_label(reply, "RetryableWriteError");
}

/* What was done in a session of ours has to be seen by later reads in the script's own. */
static void
advance(mongoc_client_session_t *cs, const bson_t *reply)
{
    bson_t cluster_time = BSON_INITIALIZER;
    bson_iter_t iter;
    uint32_t seconds = 0;
    uint32_t increment = 0;

    if (gw_bson_get_doc(reply, "$clusterTime", &cluster_time))
        mongoc_client_session_advance_cluster_time(cs, &cluster_time);
    if (!bson_iter_init_find(&iter, reply, "operationTime") || !BSON_ITER_HOLDS_TIMESTAMP(&iter))
        return;
    bson_iter_timestamp(&iter, &seconds, &increment);
    mongoc_client_session_advance_operation_time(cs, seconds, increment);
}

/* The driver retries by itself only what goes through its own insert and update functions, which do
 * not take a whole command. The numbers need a session that the driver never numbers. */
static bool
run_numbered(GwConn *conn, const GwSend *run, bson_t *command, bson_t *out_reply,
             bson_error_t *out_cause)
{
    GwSession numbered = {.conn = conn, .cs = conn->retry};
    GwSend attempt = *run;
    bool done = false;

    attempt.command = command;
    attempt.session = &numbered;
    BSON_APPEND_INT64(command, "txnNumber", ++conn->retry_number);
    done = run_locked(conn, &attempt, out_reply, out_cause);
    if (may_send_again(done, out_reply, out_cause)) {
        bson_destroy(out_reply);
        done = run_locked(conn, &attempt, out_reply, out_cause);
    }
    if (run->session != NULL)
        advance(run->session->cs, out_reply);
    return done;
}

bool
gw_send_batch(GwConn *conn, const GwSend *run, bson_t *command, bool is_retryable,
              bson_t *out_reply, bson_error_t *out_cause)
{
    bool done = false;

    if (!is_retryable || !can_number(conn, run) || gw_session_in_transaction(run->session))
        return gw_send(conn, run, out_reply, out_cause);

    gw_conn_lock(conn);
    if (conn->retry == NULL) {
        conn->retry = start_session(conn, out_cause);
        conn->retry_number = FIRST_RETRY_NUMBER;
    }
    if (conn->retry != NULL)
        done = run_numbered(conn, run, command, out_reply, out_cause);
    else
        bson_init(out_reply);
    gw_conn_unlock(conn);
    return done;
}

static bool
has_moved(const bson_error_t *cause)
{
    static const guint32 codes[] = {91, 189, 10107, 11600, 11602, 13435, 13436};

    for (guint index = 0; index < G_N_ELEMENTS(codes); index++) {
        if (cause->code == codes[index])
            return true;
    }
    return cause->domain == MONGOC_ERROR_STREAM;
}

gint64
gw_send_patience_ms(void)
{
    return gw_clock_monotonic_ms() + PATIENCE_MS;
}

bool
gw_send_may_read_again(const bson_error_t *cause, gint64 until_ms)
{
    if (!has_moved(cause) || gw_clock_monotonic_ms() >= until_ms)
        return false;
    g_usleep(PAUSE_US);
    return true;
}

guint32
gw_send_pick_server(GwConn *conn, const bson_t *command, bson_error_t *out_cause)
{
    g_autoptr(mongoc_server_description_t) server = NULL;
    g_autoptr(mongoc_read_prefs_t) asked = NULL;
    const mongoc_read_prefs_t *prefs = mongoc_uri_get_read_prefs_t(gw_clients_uri(conn->clients));
    bson_t preference = BSON_INITIALIZER;

    if (gw_bson_get_doc(command, "$readPreference", &preference))
        asked = new_prefs(&preference);
    gw_conn_lock(conn);
    server =
        mongoc_client_select_server(conn->client, false, asked != NULL ? asked : prefs, out_cause);
    gw_conn_unlock(conn);
    return server != NULL ? mongoc_server_description_id(server) : 0;
}

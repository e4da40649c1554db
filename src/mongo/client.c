/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/client.h"

#include "base/clock.h"
#include "mongo/command.h"
#include "mongo/conn.h"
#include "mongo/send.h"
#include "mongo/stall.h"
#include "mongo/uri.h"

/* Far more than we ever use at once; connections are made when they are first needed. A script that
 * opens sessions without end finds its limit here. The URI's maxPoolSize is not asked: a small one
 * would let a session wait for ever for the connection that its own thread holds. */
#define CONNECTIONS_MAX 64

/* An open cursor. */
typedef struct {
    GwCursorHome home;
    bson_t *lsid; /* owned: of its session; NULL = none */
} Cursor;

/* The driver's own pool is not used: it watches the servers by threads of its own, and ending those
 * takes half a second, which is more than all else that `godwit status` does. So each connection is
 * a driver's client of one thread, which looks for the primary by itself when it has lost it. */
struct GwClients {
    mongoc_uri_t *uri; /* owned */
    char *masked;      /* owned */
    GwServerInfo server;
    _Atomic gint64 sent;     /* reads and writes */
    _Atomic gint64 answered; /* of these */
    pthread_mutex_t lock;    /* guards all below */
    pthread_cond_t given_back;
    GPtrArray *conns;    /* owned GwConn, all that were ever made */
    GPtrArray *idle;     /* borrowed from conns; the last given back is the next lent */
    GHashTable *cursors; /* owned: id -> Cursor */
    GwStall *stall;      /* owned: NULL = not yet connected */
};

static void
cursor_free(gpointer data)
{
    Cursor *cursor = data;

    g_clear_pointer(&cursor->lsid, bson_destroy);
    g_free(cursor);
}

static void
drop_log(mongoc_log_level_t level, const char *domain, const char *message, void *data)
{
}

/* The driver writes its warnings to stderr, which belongs to the skins; what matters of them comes
 * back as errors. */
static void
init_driver(void)
{
    mongoc_init();
    mongoc_log_set_handler(drop_log, NULL);
    (void)atexit(mongoc_cleanup); /* where it fails, the process ends without tidying up */
}

/* No I/O. NULL and `out_cause` where the URI cannot be used, such as for a certificate that is not
 * there. */
static GwConn *
new_conn(GwClients *clients, bson_error_t *out_cause)
{
    mongoc_client_t *client = mongoc_client_new_from_uri_with_error(clients->uri, out_cause);
    GwConn *conn = NULL;

    if (client == NULL)
        return NULL;
    mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2);
    conn = g_new0(GwConn, 1);
    conn->clients = clients;
    conn->client = client;
    pthread_mutex_init(&conn->lock, NULL);
    g_ptr_array_add(clients->conns, conn);
    return conn;
}

static GwClients *
new_clients(const char *text, mongoc_uri_t *take_uri)
{
    GwClients *clients = g_new0(GwClients, 1);

    clients->masked = gw_uri_mask(text, take_uri);
    clients->uri = take_uri;
    clients->conns = g_ptr_array_new();
    clients->idle = g_ptr_array_new();
    clients->cursors = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, cursor_free);
    pthread_mutex_init(&clients->lock, NULL);
    pthread_cond_init(&clients->given_back, NULL);
    return clients;
}

GwClients *
gw_clients_open(const char *uri, const char *app_name, GError **error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    g_autoptr(mongoc_uri_t) parsed = NULL;
    g_autoptr(GwClients) clients = NULL;
    bson_error_t cause = {0};
    GwConn *first = NULL;

    pthread_once(&once, init_driver);
    parsed = gw_uri_parse(uri, app_name, error);
    if (parsed == NULL)
        return NULL;
    clients = new_clients(uri, g_steal_pointer(&parsed));
    first = new_conn(clients, &cause);
    if (first == NULL) {
        gw_throw(error, GW_ERROR_CONFIG, "the connection string cannot be used: %s", cause.message);
        return NULL;
    }
    gw_conn_release(first);
    return g_steal_pointer(&clients);
}

/* The driver tells at length that it looked for a server; what it met stands at the end, in
 * brackets for each server. Owned. */
static char *
reason_of(const bson_error_t *cause)
{
    const char *first = strstr(cause->message, ": [");
    gsize length = strlen(cause->message);
    g_autoptr(GString) inside = NULL;

    if (first == NULL || cause->message[length - 1] != ']')
        return g_strdup(cause->message);
    inside =
        g_string_new_len(first + 3, (gssize)(length - (gsize)(first + 3 - cause->message)) - 1);
    g_string_replace(inside, "] [", ", ", 0);
    return g_string_free(g_steal_pointer(&inside), FALSE);
}

static bool
throw_no_connection(const GwClients *clients, const bson_error_t *cause, GError **error)
{
    g_autofree char *reason = reason_of(cause);

    gw_throw(error, GW_ERROR_CONNECTION, "cannot connect to '%s': %s", clients->masked, reason);
    if (mongoc_uri_get_replica_set(clients->uri) != NULL)
        return gw_hint(error,
                       "Is a server running there, can it be reached from here, and does "
                       "the replica set '%s' have a primary?",
                       mongoc_uri_get_replica_set(clients->uri));
    return gw_hint(error, "Is a server running there, and can it be reached from here?");
}

static bool
throw_no_login(const GwClients *clients, const bson_error_t *cause, GError **error)
{
    const char *user = mongoc_uri_get_username(clients->uri);
    const char *source = mongoc_uri_get_auth_source(clients->uri);

    if (user == NULL) {
        gw_throw(error, GW_ERROR_AUTH, "the server at '%s' wants a user: %s", clients->masked,
                 cause->message);
        return gw_hint(error, "Put a user and a password into the connection string.");
    }
    gw_throw(error, GW_ERROR_AUTH, "the server does not accept user '%s': %s", user,
             cause->message);
    return gw_hint(error,
                   "Check the password, and that the user is known in the database '%s' "
                   "(authSource).",
                   source != NULL ? source : "admin");
}

static bool
is_login_error(const bson_error_t *cause)
{
    return (cause->domain == MONGOC_ERROR_CLIENT &&
            cause->code == MONGOC_ERROR_CLIENT_AUTHENTICATE) ||
           cause->domain == MONGOC_ERROR_SCRAM || cause->domain == MONGOC_ERROR_SASL ||
           (cause->domain == MONGOC_ERROR_SERVER &&
            (cause->code == 18 || cause->code == 8000 || cause->code == 13));
}

static bool
ask(GwClients *clients, GwConn *conn, const char *command, bson_t *out_reply, GError **error)
{
    g_autoptr(bson_t) question = BCON_NEW(command, BCON_INT32(1));
    GwSend run = {.mode = GW_SEND_RAW, .db = "admin", .command = question};
    bson_error_t cause = {0};

    if (gw_send(conn, &run, out_reply, &cause))
        return true;
    return is_login_error(&cause) ? throw_no_login(clients, &cause, error)
                                  : throw_no_connection(clients, &cause, error);
}

static void
clear_server(GwServerInfo *server)
{
    g_clear_pointer(&server->version, g_free);
    g_clear_pointer(&server->set_name, g_free);
}

void
gw_conn_lock(GwConn *conn)
{
    pthread_mutex_lock(&conn->lock);
    conn->busy_since_ms = gw_clock_monotonic_ms();
}

void
gw_conn_unlock(GwConn *conn)
{
    conn->busy_since_ms = 0;
    pthread_mutex_unlock(&conn->lock);
}

static gint64
busy_since_ms(gpointer data)
{
    GwClients *clients = data;
    gint64 oldest_ms = 0;

    pthread_mutex_lock(&clients->lock);
    for (guint index = 0; index < clients->conns->len; index++) {
        const GwConn *conn = g_ptr_array_index(clients->conns, index);
        const gint64 since_ms = conn->busy_since_ms;

        if (since_ms > 0 && (oldest_ms == 0 || since_ms < oldest_ms))
            oldest_ms = since_ms;
    }
    pthread_mutex_unlock(&clients->lock);
    return oldest_ms;
}

static bool
reads_as_is(const mongoc_uri_t *uri)
{
    const char *level = mongoc_read_concern_get_level(mongoc_uri_get_read_concern(uri));
    const mongoc_read_prefs_t *prefs = mongoc_uri_get_read_prefs_t(uri);

    return (level == NULL || g_str_equal(level, "local")) &&
           mongoc_read_prefs_get_mode(prefs) == MONGOC_READ_PRIMARY;
}

bool
gw_clients_connect(GwClients *clients, GError **error)
{
    g_autoptr(GwConn) conn = gw_conn_take(clients);
    g_auto(bson_t) hello = BSON_INITIALIZER;
    g_auto(bson_t) build = BSON_INITIALIZER;

    if (!ask(clients, conn, "hello", &hello, error))
        return false;
    if (!ask(clients, conn, "buildInfo", &build, error))
        return false;

    clear_server(&clients->server);
    clients->server.version = g_strdup(gw_bson_get_str(&build, "version"));
    clients->server.set_name = g_strdup(gw_bson_get_str(&hello, "setName"));
    clients->server.session_ms =
        gw_bson_get_int(&hello, "logicalSessionTimeoutMinutes", 30) * 60 * 1000;
    clients->server.max_bson_bytes = gw_bson_get_int(&hello, "maxBsonObjectSize", 16 * 1024 * 1024);
    clients->server.is_mongos = g_strcmp0(gw_bson_get_str(&hello, "msg"), "isdbgrid") == 0;
    clients->server.is_read_as_is = reads_as_is(clients->uri);
    clients->server.has_transactions =
        clients->server.is_mongos || clients->server.set_name != NULL;
    if (clients->stall == NULL)
        clients->stall = gw_stall_new(clients->uri, busy_since_ms, clients);
    return true;
}

const GwServerInfo *
gw_clients_server(const GwClients *clients)
{
    return &clients->server;
}

const char *
gw_clients_uri_database(const GwClients *clients)
{
    return mongoc_uri_get_database(clients->uri);
}

const char *
gw_clients_masked_uri(const GwClients *clients)
{
    return clients->masked;
}

const mongoc_uri_t *
gw_clients_uri(const GwClients *clients)
{
    return clients->uri;
}

static void
free_conn(GwConn *conn)
{
    g_clear_pointer(&conn->plain, mongoc_client_session_destroy);
    g_clear_pointer(&conn->retry, mongoc_client_session_destroy);
    mongoc_client_destroy(conn->client);
    pthread_mutex_destroy(&conn->lock);
    g_free(conn);
}

void
gw_clients_count_sent(GwClients *clients)
{
    clients->sent++;
}

void
gw_clients_count_answered(GwClients *clients)
{
    clients->answered++;
}

gint64
gw_clients_sent(GwClients *clients)
{
    return clients->sent;
}

gint64
gw_clients_answered(GwClients *clients)
{
    return clients->answered;
}

void
gw_clients_free(GwClients *clients)
{
    if (clients == NULL)
        return;
    gw_stall_free(clients->stall);
    g_assert(clients->idle->len == clients->conns->len); /* else a connection outlives its pool */
    g_ptr_array_foreach(clients->conns, (GFunc)(void (*)(void))free_conn, NULL);
    g_ptr_array_unref(clients->conns);
    g_ptr_array_unref(clients->idle);
    g_hash_table_unref(clients->cursors);
    mongoc_uri_destroy(clients->uri);
    clear_server(&clients->server);
    pthread_mutex_destroy(&clients->lock);
    pthread_cond_destroy(&clients->given_back);
    g_free(clients->masked);
    g_free(clients);
}

GwConn *
gw_conn_take(GwClients *clients)
{
    bson_error_t cause = {0};
    GwConn *conn = NULL;

    pthread_mutex_lock(&clients->lock);
    while (clients->idle->len == 0 && clients->conns->len == CONNECTIONS_MAX)
        pthread_cond_wait(&clients->given_back, &clients->lock);
    if (clients->idle->len > 0)
        conn = g_ptr_array_steal_index(clients->idle, clients->idle->len - 1);
    else
        conn = new_conn(clients, &cause);
    pthread_mutex_unlock(&clients->lock);
    g_assert(conn != NULL); /* the same URI has made one before */
    return conn;
}

void
gw_conn_release(GwConn *conn)
{
    GwClients *clients = NULL;

    if (conn == NULL)
        return;
    clients = conn->clients;
    pthread_mutex_lock(&clients->lock);
    g_ptr_array_add(clients->idle, conn);
    pthread_cond_signal(&clients->given_back);
    pthread_mutex_unlock(&clients->lock);
}

void
gw_clients_keep_cursor(GwClients *clients, gint64 id, const GwCursorHome *home, const bson_t *lsid)
{
    Cursor *cursor = g_new(Cursor, 1);

    *cursor = (Cursor){.home = *home, .lsid = lsid != NULL ? bson_copy(lsid) : NULL};
    pthread_mutex_lock(&clients->lock);
    g_hash_table_replace(clients->cursors, g_memdup2(&id, sizeof id), cursor);
    pthread_mutex_unlock(&clients->lock);
}

bool
gw_clients_find_cursor(GwClients *clients, gint64 id, GwCursorHome *out_home)
{
    const Cursor *cursor = NULL;

    pthread_mutex_lock(&clients->lock);
    cursor = g_hash_table_lookup(clients->cursors, &id);
    if (cursor != NULL)
        *out_home = cursor->home;
    pthread_mutex_unlock(&clients->lock);
    return cursor != NULL;
}

bool
gw_clients_list_sessions(GwClients *clients, bson_t *list)
{
    GHashTableIter iter;
    gpointer value = NULL;
    guint32 count = 0;

    pthread_mutex_lock(&clients->lock);
    g_hash_table_iter_init(&iter, clients->cursors);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Cursor *cursor = value;

        if (cursor->lsid != NULL)
            gw_bson_append_doc_at(list, count++, cursor->lsid);
    }
    pthread_mutex_unlock(&clients->lock);
    return count > 0;
}

void
gw_clients_forget_cursor(GwClients *clients, gint64 id)
{
    pthread_mutex_lock(&clients->lock);
    g_hash_table_remove(clients->cursors, &id);
    pthread_mutex_unlock(&clients->lock);
}

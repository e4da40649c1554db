/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/command.h"

#include "mongo/names.h"
#include "mongo/send.h"

static bool
is_one_of(const char *name, const char *const *names)
{
    return g_strv_contains(names, name);
}

static bool
opens_cursor(const char *name)
{
    static const char *const names[] = {"find", "aggregate", "listCollections", "listIndexes",
                                        NULL};

    return is_one_of(name, names);
}

/* Only these take a read concern that stands in the URI: with it, "ping" or "listIndexes" is
 * refused by the server. */
static GwSendMode
mode_of(GwConn *conn, const bson_t *command)
{
    static const char *const names[] = {"find",     "aggregate", "count",
                                        "distinct", "geoSearch", NULL};
    const mongoc_read_concern_t *concern =
        mongoc_uri_get_read_concern(gw_clients_uri(conn->clients));
    const char *name = gw_command_name(command);

    if (gw_bson_has(command, "readConcern.atClusterTime"))
        return GW_SEND_RAW; /* see send.c */
    if (mongoc_read_concern_is_default(concern) || is_one_of(name, names))
        return GW_SEND_READ;
    return GW_SEND_RAW;
}

/* The cursor that a getMore or killCursors speaks of; 0 = none. */
static gint64
cursor_of(const bson_t *command, const char *name)
{
    if (g_strcmp0(name, "getMore") == 0)
        return gw_bson_get_int(command, "getMore", 0);
    if (g_strcmp0(name, "killCursors") == 0)
        return gw_bson_get_int(command, "cursors.0", 0);
    return 0;
}

/* Where a read has to go. A cursor lives on one server (a mongos among several, or a secondary), in
 * one session, so its getMore goes back there whatever connection the caller holds. */
static bool
find_home(GwConn *conn, const bson_t *command, const GwSession *session, GwCursorHome *out_home,
          bson_error_t *cause)
{
    const char *name = gw_command_name(command);

    *out_home = (GwCursorHome){.conn = conn};
    if (gw_session_in_transaction(session))
        return true; /* the driver pins a transaction to its server by itself */
    if (opens_cursor(name)) {
        out_home->server_id = gw_send_pick_server(conn, command, cause);
        return out_home->server_id != 0;
    }
    (void)gw_clients_find_cursor(conn->clients, cursor_of(command, name), out_home);
    if (session != NULL)
        out_home->conn = conn;
    return true;
}

static void
note_cursor(const bson_t *command, const bson_t *reply, const GwCursorHome *home,
            const GwSession *session)
{
    mongoc_client_session_t *cs = session != NULL ? session->cs : home->conn->plain;
    const char *name = gw_command_name(command);
    gint64 asked = cursor_of(command, name);
    gint64 open = gw_bson_get_int(reply, "cursor.id", 0);

    if (asked != 0 && open == 0)
        gw_clients_forget_cursor(home->conn->clients, asked);
    if (asked == 0 && open != 0)
        gw_clients_keep_cursor(home->conn->clients, open, home,
                               cs != NULL ? mongoc_client_session_get_lsid(cs) : NULL);
}

static bool
attempt(GwConn *conn, GwSend *run, GwCursorHome *home, bson_t *out_reply, bson_error_t *out_cause)
{
    if (!find_home(conn, run->command, run->session, home, out_cause)) {
        bson_init(out_reply);
        return false;
    }
    run->server_id = home->server_id;
    return gw_send(home->conn, run, out_reply, out_cause);
}

/* Send it to where it belongs. A command that opens a cursor is bound to one server, so the driver
 * can't look for another one when that has stepped down: it is sent again to who is primary then.
 */
static bool
send_home(GwConn *conn, GwSend *run, GwCursorHome *home, bson_t *out_reply, bson_error_t *out_cause)
{
    const gint64 until_ms = gw_send_patience_ms();
    const bool may_move =
        opens_cursor(gw_command_name(run->command)) && !gw_session_in_transaction(run->session);
    bool done = attempt(conn, run, home, out_reply, out_cause);

    while (!done && may_move && gw_send_may_read_again(out_cause, until_ms)) {
        bson_destroy(out_reply);
        done = attempt(conn, run, home, out_reply, out_cause);
    }
    return done;
}

bool
gw_command_read(GwConn *conn, const char *db, const bson_t *command, GwSession *session,
                bson_t *out_reply, GError **error)
{
    GwSend run = {.mode = mode_of(conn, command), .db = db, .command = command, .session = session};
    GwCursorHome home = {.conn = conn};
    bson_error_t cause = {0};
    bool done = false;

    if (!gw_command_is_read(command)) {
        bson_init(out_reply);
        return gw_throw(error, GW_ERROR_BUG, "the command '%s' writes and came as a read",
                        gw_command_name(command));
    }
    done = send_home(conn, &run, &home, out_reply, &cause);
    note_cursor(command, out_reply, &home, session);
    return done || gw_throw_server(error, &cause, out_reply);
}

bool
gw_command_keep_cursors(GwConn *conn, GError **error)
{
    g_auto(bson_t) command = BSON_INITIALIZER;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t list = BSON_INITIALIZER;
    bool has_any = false;

    bson_append_array_begin(&command, "refreshSessions", -1, &list);
    has_any = gw_clients_list_sessions(conn->clients, &list);
    bson_append_array_end(&command, &list);
    return !has_any || gw_command_read(conn, "admin", &command, NULL, &reply, error);
}

static GwErrorCode
code_of(const bson_error_t *cause)
{
    if (cause->domain == MONGOC_ERROR_STREAM || cause->domain == MONGOC_ERROR_SERVER_SELECTION)
        return GW_ERROR_CONNECTION;
    if (cause->domain == MONGOC_ERROR_CLIENT && cause->code == MONGOC_ERROR_CLIENT_AUTHENTICATE)
        return GW_ERROR_AUTH;
    if (cause->domain == MONGOC_ERROR_SERVER && (cause->code == 18 || cause->code == 8000))
        return GW_ERROR_AUTH;
    return GW_ERROR_SERVER;
}

/* Owned; NULL where there are none. */
static char **
labels_of(const bson_t *reply)
{
    g_autoptr(GPtrArray) labels = g_ptr_array_new_with_free_func(g_free);
    bson_t array = BSON_INITIALIZER;
    bson_iter_t iter;

    if (!gw_bson_get_doc(reply, "errorLabels", &array) || !bson_iter_init(&iter, &array))
        return NULL;
    while (bson_iter_next(&iter)) {
        if (BSON_ITER_HOLDS_UTF8(&iter))
            g_ptr_array_add(labels, g_strdup(bson_iter_utf8(&iter, NULL)));
    }
    g_ptr_array_add(labels, NULL);
    return (char **)g_ptr_array_steal(labels, NULL);
}

bool
gw_throw_server(GError **error, const bson_error_t *cause, const bson_t *reply)
{
    /* The driver's copy of the message ends after 500 bytes, which a duplicate key easily takes. */
    const char *message = reply != NULL ? gw_bson_get_str(reply, "errmsg") : NULL;
    GwErrorInfo *info = NULL;

    gw_throw(error, code_of(cause), "%s", message != NULL ? message : cause->message);
    info = error != NULL ? gw_error_info(*error) : NULL;
    if (info == NULL)
        return false;
    if (cause->domain == MONGOC_ERROR_SERVER || cause->domain == MONGOC_ERROR_WRITE_CONCERN)
        info->server_code = (int)cause->code;
    if (reply == NULL)
        return false;
    info->server_code = (int)gw_bson_get_int(reply, "code", info->server_code);
    info->server_name = g_strdup(gw_bson_get_str(reply, "codeName"));
    info->labels = labels_of(reply);
    return false;
}

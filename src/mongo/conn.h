/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a connection and a session are inside mongo/: the driver's own objects. Nothing outside this
 * folder includes it.
 */
#pragma once

#include <mongoc/mongoc.h>
#include <pthread.h>

#include "mongo/session.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_uri_t, mongoc_uri_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_client_session_t, mongoc_client_session_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_session_opt_t, mongoc_session_opts_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_transaction_opt_t, mongoc_transaction_opts_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_read_prefs_t, mongoc_read_prefs_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_read_concern_t, mongoc_read_concern_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_write_concern_t, mongoc_write_concern_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_server_description_t, mongoc_server_description_destroy)

struct GwConn {
    GwClients *clients;             /* borrowed: outlives all its connections */
    mongoc_client_t *client;        /* owned */
    mongoc_client_session_t *plain; /* owned: for what comes without a session; NULL = not yet */
    mongoc_client_session_t *retry; /* owned: for writes that we number ourselves; NULL = not yet */
    gint64 retry_number;            /* the last transaction number used on `retry` */
    pthread_mutex_t lock;           /* held during each command, see gw_send */
    _Atomic gint64 busy_since_ms;   /* the command under way, monotonic; 0 = none */
};

/* Around whatever is sent. Threads: any. */
void gw_conn_lock(GwConn *conn);
void gw_conn_unlock(GwConn *conn);

struct GwSession {
    GwConn *conn;                /* owned: given back at the end */
    mongoc_client_session_t *cs; /* owned */
};

/* Where an open cursor lives. */
typedef struct {
    GwConn *conn;      /* borrowed: connections live as long as their pool */
    guint32 server_id; /* the driver's number; 0 = whichever the driver picks */
} GwCursorHome;

/* Remember, find and forget where the cursor `id` lives, in a session with that lsid (copied; NULL
 * = none). Threads: any. */
void gw_clients_keep_cursor(GwClients *clients, gint64 id, const GwCursorHome *home,
                            const bson_t *lsid);
bool gw_clients_find_cursor(GwClients *clients, gint64 id, GwCursorHome *out_home);
void gw_clients_forget_cursor(GwClients *clients, gint64 id);

/* Append to `list`, an empty array, the lsids of all open cursors. False where there are none.
 * Threads: any. */
bool gw_clients_list_sessions(GwClients *clients, bson_t *list);

/* One more read or write is sent, or was answered. Threads: any. */
void gw_clients_count_sent(GwClients *clients);
void gw_clients_count_answered(GwClients *clients);

/* The URI as the driver understood it. Borrowed from the pool. */
const mongoc_uri_t *gw_clients_uri(const GwClients *clients);

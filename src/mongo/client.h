/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way to the server: a pool of connections, and the guard type that lends one of them to one
 * thread. It knows nothing of what is asked; see command.h and writer.h.
 */
#pragma once

#include "base/bson.h"
#include "base/error.h"

typedef struct GwClients GwClients; /* a pool; safe to share between threads */
typedef struct GwConn GwConn;       /* one connection, for one thread at a time */

/* What the server said of itself when we connected. */
typedef struct {
    char *version;         /* owned: "6.0.5" */
    char *set_name;        /* owned: of the replica set, or NULL */
    gint64 max_bson_bytes; /* largest document */
    gint64 session_ms;     /* without a word for so long, it ends a session and its cursors */
    bool has_transactions; /* a replica set or a sharded cluster */
    bool is_mongos;
    bool is_read_as_is; /* by default: what the primary has, whether a majority has it or not */
} GwServerInfo;

/* Open a pool for `uri`. Does no I/O. `app_name` shows up in the server's log. Fails with
 * GW_ERROR_CONFIG where the URI is not one; its password is never part of the message. */
GwClients *gw_clients_open(const char *uri, const char *app_name, GError **error);

/* Say hello to the server. Gives up after 10 s, or what the URI says. Fails with
 * GW_ERROR_CONNECTION (cannot be reached) or GW_ERROR_AUTH. */
bool gw_clients_connect(GwClients *clients, GError **error);

/* What the server said; valid after gw_clients_connect. Borrowed from the pool. */
const GwServerInfo *gw_clients_server(const GwClients *clients);

/* The database named in the URI, or NULL. Borrowed from the pool. */
const char *gw_clients_uri_database(const GwClients *clients);

/* The URI with user and password masked, for people's eyes. Borrowed from the pool. */
const char *gw_clients_masked_uri(const GwClients *clients);

/* How many reads and writes were sent, and answered, so far, counted as the server does:
 * opLatencies of serverStatus. Threads: any. */
gint64 gw_clients_sent(GwClients *clients);
gint64 gw_clients_answered(GwClients *clients);

void gw_clients_free(GwClients *clients);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwClients, gw_clients_free)

/* Lend a connection; freeing it gives it back. Waits while all are lent. */
GwConn *gw_conn_take(GwClients *clients);
void gw_conn_release(GwConn *conn);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwConn, gw_conn_release)

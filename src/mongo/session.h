/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A logical session with its own connection, and the transaction that may run in it. Retrying is
 * for the caller, who alone knows what to do again.
 */
#pragma once

#include "mongo/client.h"

typedef struct GwSession GwSession;

/* Start a session on a connection of its own. `options` may hold `causalConsistency`, `snapshot`
 * and `defaultTransactionOptions`, as in the driver; NULL = none. Threads: one at a time. */
GwSession *gw_session_begin(GwClients *clients, const bson_t *options, GError **error);
void gw_session_free(GwSession *session); /* aborts a transaction that is still open */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwSession, gw_session_free)

/* The connection that everything in this session has to use. Borrowed from the session. */
GwConn *gw_session_conn(GwSession *session);

/* Transactions. `options` may hold readConcern, writeConcern, readPreference, maxCommitTimeMS.
 * Failures carry the server's labels: TransientTransactionError = all of it again,
 * UnknownTransactionCommitResult = the commit again. */
bool gw_session_transaction_begin(GwSession *session, const bson_t *options, GError **error);
bool gw_session_transaction_commit(GwSession *session, GError **error);
bool gw_session_transaction_abort(GwSession *session, GError **error);
bool gw_session_in_transaction(const GwSession *session); /* NULL: false */

/* Let later reads of `session` see what was done in `other`, on another connection. */
void gw_session_follow(GwSession *session, const GwSession *other);

/* Have the server end the sessions with these ids ([{id: UUID}, ..]), whoever has them, with their
 * transactions. Where it can't be asked, it ends a transaction by itself after a minute. */
void gw_session_kill(GwClients *clients, const bson_t *ids);

/* The session's id document `{id: UUID}`. Borrowed from the session. */
const bson_t *gw_session_lsid(const GwSession *session);

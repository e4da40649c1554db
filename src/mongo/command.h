/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading commands. What changes data goes through writer.h, what changes godwit's own collections
 * through coll.h; gw_command_read refuses commands that write.
 */
#pragma once

#include "mongo/session.h"

/* Run `command` on `db` with the read preference of the URI. `session` may be NULL; where there is
 * one, `conn` must be its connection. `out_reply` is always initialised, also on failure: the
 * server's whole answer is in it. Fails with GW_ERROR_SERVER (server_code, labels set) or
 * GW_ERROR_CONNECTION. */
bool gw_command_read(GwConn *conn, const char *db, const bson_t *command, GwSession *session,
                     bson_t *out_reply, GError **error);

/* Tell the server that all open cursors of the pool of `conn` are in use. It closes them when it
 * has heard nothing of their sessions for GwServerInfo.session_ms, whoever may want to read on. */
bool gw_command_keep_cursors(GwConn *conn, GError **error);

/* Whether a command of this name only reads ("find", "listCollections", "ping", ...). `command` is
 * looked at where the name alone does not tell: an `aggregate` with $out or $merge writes. */
bool gw_command_is_read(const bson_t *command);

/* Set `error` from what the driver reported and what the server replied, so that code, codeName and
 * labels are kept. Always returns false. */
bool gw_throw_server(GError **error, const bson_error_t *cause, const bson_t *reply);

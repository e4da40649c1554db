/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one command goes out: with which session, concerns, server and retry. Nothing outside mongo/
 * includes it; it judges neither what the command does nor what was answered.
 */
#pragma once

#include "mongo/conn.h"

typedef enum {
    GW_SEND_READ,       /* inherits the URI's read concern and preference */
    GW_SEND_WRITE,      /* inherits its write concern; to the primary */
    GW_SEND_READ_WRITE, /* both concerns; to the primary */
    GW_SEND_RAW,        /* as it stands, as a driver's db.command(); to the primary */
} GwSendMode;

/* One command. All pointers are borrowed for the time of the call. */
typedef struct {
    GwSendMode mode;
    const char *db;
    const bson_t *command; /* may hold readConcern, writeConcern, $readPreference */
    GwSession *session;    /* NULL = none */
    guint32 server_id;     /* the driver's number of a server; 0 = it picks one */
} GwSend;

/* Send a command. `out_reply` is always initialised. A reply with a writeConcernError is no
 * failure. Threads: any; commands on one connection wait for one another. */
bool gw_send(GwConn *conn, const GwSend *run, bson_t *out_reply, bson_error_t *out_cause);

/* Send an insert, update or delete, once more where the server or the network says that it may not
 * have arrived. `command`, which is `run`'s, is added to. `is_retryable`: no part of it changes
 * more than one document. */
bool gw_send_batch(GwConn *conn, const GwSend *run, bson_t *command, bool is_retryable,
                   bson_t *out_reply, bson_error_t *out_cause);

/* For reads that the driver does not send again: until when (monotonic) a primary is looked for
 * that answers, which is longer than an election takes. */
gint64 gw_send_patience_ms(void);

/* Whether a read failed because its server is no primary any more, or goes down, and there is time
 * left to send it again; waits a moment before it says so. */
bool gw_send_may_read_again(const bson_error_t *cause, gint64 until_ms);

/* The driver's number of the server where a read without a transaction goes; 0 and `out_cause`
 * where there is none. */
guint32 gw_send_pick_server(GwConn *conn, const bson_t *command, bson_error_t *out_cause);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP request and its answer, by libcurl, which is loaded when the first one is made: who
 * never asks for it pays nothing. Redirects are the caller's; certificates are always verified.
 */
#pragma once

#include <glib.h>

#include "base/error.h"

typedef struct {
    const char *method;
    const char *url;           /* http or https */
    const char *const *fields; /* "name: value"; ends with NULL */
    const guint8 *body;        /* NULL = none */
    gsize body_bytes;
    const gint *is_cancelled; /* atomic: not 0 = give up */
} GwHttpRequest;

typedef struct {
    int status;
    GPtrArray *lines; /* owned: char *, the header as it came, without the line of the status */
    char *reason;     /* owned: "Not Found"; may be empty */
    GByteArray *body; /* owned: decompressed */
} GwHttpReply;

void gw_http_reply_init(GwHttpReply *reply);
void gw_http_reply_clear(GwHttpReply *reply);

/* Send it and wait for all of the answer, whatever its status. `out_reply` has been initialised.
 * Fails with GW_ERROR_CONNECTION: no answer within the time, a bad certificate, cancelled, more
 * than 64 MiB; also where libcurl is not installed. Threads: any. */
bool gw_http_send(const GwHttpRequest *request, GwHttpReply *out_reply, GError **error);

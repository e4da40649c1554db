/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a script asked for, and what it got to see, as a number: the same question has the same one
 * in every run. What a session or the server adds by itself does not count.
 */
#pragma once

#include "mongo/writer.h"

/* Of a write: all of it, but of a command that nobody knows (it may hold a password) the name. */
guint64 gw_fingerprint_write(const GwWrite *write);

/* Of a reading command, and of its answer. */
guint64 gw_fingerprint_read(const char *db, const bson_t *command);
guint64 gw_fingerprint_reply(const bson_t *reply);

/* Whether it reads nothing that a script could go by: the end of a cursor, a sign of life. */
bool gw_fingerprint_is_idle(const bson_t *command);

/* Append to `out` what a script can see of `reply`: not the clocks of the cluster. */
void gw_fingerprint_strip(const bson_t *reply, bson_t *out);

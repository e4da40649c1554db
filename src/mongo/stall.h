/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends the waiting for a server that has gone silent. A command may take hours, so that no time
 * limit can tell a long one from one whose answer will never come; a second connection can. It
 * judges no command, and does not connect again.
 */
#pragma once

#include <mongoc/mongoc.h>

#include <glib.h>

typedef struct GwStall GwStall;

/* Since when the oldest command that has no answer yet is under way: monotonic milliseconds, 0 =
 * there is none. */
typedef gint64 (*GwStallSinceFunc)(gpointer data);

/* Watch, by a thread of its own. Where `since` tells of a command older than 30 s (or three times
 * connectTimeoutMS, at least 10 s), each server that does not say hello three times in a row loses
 * the connections that this process has to it: what waits for it fails as if it were gone. `uri`
 * is copied, `data` is borrowed. */
GwStall *gw_stall_new(const mongoc_uri_t *uri, GwStallSinceFunc since, gpointer data);
void gw_stall_free(GwStall *stall);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwStall, gw_stall_free)

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child process that is talked to: messages go both ways over a socket that is its descriptor 3,
 * each with its length before it; what it prints is heard. It ends with us, and with everything
 * that it started. What the messages mean is not known here.
 */
#pragma once

#include <glib.h>

#include "base/error.h"

typedef struct GwChild GwChild;

typedef enum {
    GW_CHILD_MESSAGE,
    GW_CHILD_OUTPUT,       /* of its standard output */
    GW_CHILD_ERROR_OUTPUT, /* of its standard error */
    GW_CHILD_ENDED,        /* the last event */
} GwChildEvent;

/* Start `argv` (ends with NULL; the first is looked up in PATH; no shell reads it) in `folder`, in
 * a session of its own, with nothing to read on its standard input. Fails with GW_ERROR_IO, naming
 * the program. */
GwChild *gw_child_start(const char *const *argv, const char *folder, GError **error);

/* Let it end: it sees the end of the messages, and is killed when it takes too long. What it left
 * running goes, too. Nobody may be in gw_child_next. */
void gw_child_free(GwChild *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwChild, gw_child_free)

/* Send one message. Waits while the child reads nothing. Fails with GW_ERROR_IO where it is gone,
 * and with GW_ERROR_INTERRUPTED where `interrupted` (or NULL) says so meanwhile. */
bool gw_child_send(GwChild *child, const guint8 *bytes, gsize size, const volatile int *interrupted,
                   GError **error);

/* Wait for what it does next. What it printed before a message comes before that. `out_bytes` is
 * emptied, and filled with the message or the output. `out_status` is, at the end, its exit status,
 * or 128 and the signal that ended it. Threads: any, one at a time. */
GwChildEvent gw_child_next(GwChild *child, GByteArray *out_bytes, int *out_status);

/* Let a gw_child_next that waits, and all that follow, answer GW_CHILD_ENDED. Threads: any. */
void gw_child_stop(GwChild *child);

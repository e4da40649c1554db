/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A throw-away mongod: a replica set of one on a free port of this machine's loopback, with its
 * data, its log and what we know of it in one folder. Nothing in it is kept: stopping it deletes
 * the folder.
 */
#pragma once

#include "base/error.h"

typedef struct {
    char *uri;    /* owned; without a database; NULL = none is running */
    char *mongod; /* owned: the program */
    char *folder; /* owned: where everything lies */
    int port;
    gint64 pid;
} GwSandbox;
void gw_sandbox_clear(GwSandbox *sandbox);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwSandbox, gw_sandbox_clear)

/* Start one in `folder`, which is made, and wait until it takes writes. `is_ours`: it ends when
 * this process does. `interrupted` not 0: give up; or NULL. Fails with GW_ERROR_CONFIG (there is no
 * mongod), GW_ERROR_REFUSED (one is running there), GW_ERROR_IO, GW_ERROR_CONNECTION (it did not
 * come up: the end of its log is in the message), GW_ERROR_INTERRUPTED; what was started is then
 * stopped again. */
bool gw_sandbox_start(const char *folder, bool is_ours, const volatile int *interrupted,
                      GwSandbox *out_sandbox, GError **error);

/* The one that runs in `folder`. `out_sandbox->uri` is NULL where none does. */
bool gw_sandbox_find(const char *folder, GwSandbox *out_sandbox, GError **error);

/* Stop it and delete its folder. Nobody running there is no failure. */
bool gw_sandbox_stop(const GwSandbox *sandbox, GError **error);

/* Where mongod is: GODWIT_MONGOD, else in PATH. Fails with GW_ERROR_CONFIG. Owned. */
char *gw_sandbox_find_mongod(GError **error);

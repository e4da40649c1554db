/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a script's reads and transactions go instead of straight to the server. Its changes need no
 * detour: they go through a GwWriter in any case.
 */
#pragma once

#include "mongo/session.h"

typedef enum {
    GW_DETOUR_BEGIN,
    GW_DETOUR_COMMIT,
    GW_DETOUR_ABORT,
} GwDetourAct;

typedef struct GwDetour GwDetour;

/* Whoever takes the calls starts with this. Threads: both may be called from several at once. */
struct GwDetour {
    /* As gw_command_read: `out_reply` is always initialised. */
    bool (*read)(GwDetour *self, const char *db, const bson_t *command, bson_t *out_reply,
                 GError **error);
    /* What the script does to the transaction of its session, which nothing is sent in. */
    bool (*transact)(GwDetour *self, GwSession *session, GwDetourAct act, GError **error);
};

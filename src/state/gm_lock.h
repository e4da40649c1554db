/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golang-migrate's advisory lock, so that it keeps out while godwit works. It is weaker than the
 * lease (one that is left behind stays): it is only kept beside it.
 */
#pragma once

#include "mongo/coll.h"

typedef struct GwGmLock GwGmLock;

/* Take the lock, trying again until `wait_ms` has passed. Fails with GW_ERROR_LOCKED, saying who
 * holds it. Freeing it releases ours, nobody else's. */
GwGmLock *gw_gm_lock_take(GwClients *clients, const char *db, gint64 wait_ms, GError **error);
void gw_gm_lock_free(GwGmLock *lock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwGmLock, gw_gm_lock_free)

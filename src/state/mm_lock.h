/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migrate-mongo's own lock, so that its users' other hosts keep out while godwit works. It is
 * weaker than the lease: it is only kept beside it.
 */
#pragma once

#include "mongo/coll.h"

typedef struct GwMmLock GwMmLock;

/* Take the lock in collection `name`. `ttl_s` as in its configuration: the TTL index's seconds; 0 =
 * no index. `direction` is "up" or "down", for the message. Fails with GW_ERROR_LOCKED ("Could not
 * migrate up, a lock is in place."). Freeing it releases ours, nobody else's. */
GwMmLock *gw_mm_lock_take(GwClients *clients, const char *db, const char *name, gint64 ttl_s,
                          const char *direction, GError **error);
void gw_mm_lock_free(GwMmLock *lock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwMmLock, gw_mm_lock_free)

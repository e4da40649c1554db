/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The right to migrate one database: one document in godwit_lease, taken by compare-and-set on the
 * server's clock, kept alive by a thread of its own. It queues nobody, and it protects nothing
 * outside godwit.
 */
#pragma once

#include "mongo/coll.h"

typedef struct GwLease GwLease;

/* Called once for each new holder that is waited for, and then about every five seconds. */
typedef void (*GwLeaseWaitingFunc)(const char *holder, gpointer data);

/* Strings are borrowed for the time of the call; `clients` outlives the lease. */
typedef struct {
    GwClients *clients;
    const char *db;
    const char *host;
    const char *user;
    gint64 pid;
    gint64 wait_ms;             /* how long to try */
    gint64 ttl_ms;              /* 0: 30 s */
    gint64 renew_ms;            /* 0: a third of the TTL */
    GwLeaseWaitingFunc waiting; /* or NULL */
    gpointer data;
    const volatile int *interrupted; /* not 0: give up waiting; or NULL */
} GwLeaseParams;

/* Take the lease, trying again until the time has passed. Fails with GW_ERROR_LOCKED, naming the
 * holder, and with GW_ERROR_INTERRUPTED. Owned; freeing it releases it. */
GwLease *gw_lease_take(const GwLeaseParams *params, GError **error);

/* Fails with GW_ERROR_LEASE_LOST when another process took it over or it was broken, as far as the
 * renewing thread knows by now. The caller must stop writing at once. Threads: any. */
bool gw_lease_check(GwLease *lease, GError **error);

/* Grows by one at each take-over. */
gint64 gw_lease_token(const GwLease *lease);

void gw_lease_free(GwLease *lease);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwLease, gw_lease_free)

/* Who holds the lease: an owned copy of its document with a field `expired` added, `out_doc` NULL =
 * nobody. */
bool gw_lease_show(GwClients *clients, const char *db, bson_t **out_doc, GError **error);

/* Take it from whoever holds it and leave it free, the token grown; `out_doc` as above: who held
 * it. */
bool gw_lease_break(GwClients *clients, const char *db, bson_t **out_doc, GError **error);

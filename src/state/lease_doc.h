/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lease as a document, and the updates that change it. All times and all comparisons of times
 * are the server's. See the essay in lease.c.
 */
#pragma once

#include "state/lease.h"

#define GW_LEASE_COLLECTION "godwit_lease"

/* Take the lease where it is free or has expired, for the holder `holder` (an id that nobody else
 * has); else leave it. `out_doc` is owned: whose it is now. */
bool gw_lease_doc_take(GwColl *coll, const GwLeaseParams *params, const bson_oid_t *holder,
                       bson_t **out_doc, GError **error);

/* Extend the lease of `holder`; `out_matched` false = it is no longer the holder. */
bool gw_lease_doc_renew(GwColl *coll, const bson_oid_t *holder, gint64 ttl_ms, bool *out_matched,
                        GError **error);

/* Leave the lease free where `holder` has it; with `bump` its token grows. */
bool gw_lease_doc_release(GwColl *coll, const bson_oid_t *holder, bool bump, bool *out_matched,
                          GError **error);

/* Whether `doc` names `holder`. */
bool gw_lease_doc_is_held_by(const bson_t *doc, const bson_oid_t *holder);

/* "deploy@ci-4 (process 812)", for messages. Owned. */
char *gw_lease_doc_describe(const bson_t *doc);

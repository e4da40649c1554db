/* SPDX-License-Identifier: Apache-2.0 */
#include "state/lease_doc.h"

#include "base/text.h"
#include "state/stamp.h"

#define ID "migrate"

/* What the lease becomes when it is taken: an aggregation expression. */
static bson_t *
taken(const GwLeaseParams *params, const bson_oid_t *holder)
{
    g_autofree char *owner = g_strdup_printf("%s@%s", params->user, params->host);

    return BCON_NEW("_id", BCON_UTF8(ID), "owner", "{", "$literal", BCON_UTF8(owner), "}", "host",
                    "{", "$literal", BCON_UTF8(params->host), "}", "user", "{", "$literal",
                    BCON_UTF8(params->user), "}", "pid", BCON_INT64(params->pid), "holder",
                    BCON_OID(holder), "token", "{", "$add", "[", "{", "$ifNull", "[",
                    BCON_UTF8("$token"), BCON_INT64(0), "]", "}", BCON_INT64(1), "]", "}",
                    "takenAt", BCON_UTF8("$$NOW"), "renewedAt", BCON_UTF8("$$NOW"), "expiresAt",
                    "{", "$add", "[", BCON_UTF8("$$NOW"), BCON_INT64(params->ttl_ms), "]", "}");
}

bool
gw_lease_doc_take(GwColl *coll, const GwLeaseParams *params, const bson_oid_t *holder,
                  bson_t **out_doc, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(ID));
    g_autoptr(bson_t) ours = taken(params, holder);
    /* A filter with $expr is not allowed in an upsert, so the condition is in the update: one that
     * changes nothing is no write. A date that is missing is less than any other. */
    g_autoptr(bson_t) update = BCON_NEW("0", "{", "$replaceWith", "{", "$cond", "[", "{", "$lte",
                                        "[", BCON_UTF8("$expiresAt"), BCON_UTF8("$$NOW"), "]", "}",
                                        BCON_DOCUMENT(ours), BCON_UTF8("$$ROOT"), "]", "}", "}");

    return gw_coll_find_and_modify(coll, filter, update, true, out_doc, error);
}

bool
gw_lease_doc_renew(GwColl *coll, const bson_oid_t *holder, gint64 ttl_ms, bool *out_matched,
                   GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(ID), "holder", BCON_OID(holder));
    g_autoptr(bson_t) fields = BCON_NEW("renewedAt", BCON_UTF8("$$NOW"), "expiresAt", "{", "$add",
                                        "[", BCON_UTF8("$$NOW"), BCON_INT64(ttl_ms), "]", "}");
    g_autoptr(bson_t) update = gw_stamp_set(fields);
    gint64 matched = 0;

    if (!gw_coll_update_one(coll, filter, update, &matched, error))
        return false;
    *out_matched = matched > 0;
    return true;
}

bool
gw_lease_doc_release(GwColl *coll, const bson_oid_t *holder, bool bump, bool *out_matched,
                     GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(ID), "holder", BCON_OID(holder));
    g_autoptr(bson_t) update =
        BCON_NEW("0", "{", "$replaceWith", "{", "_id", BCON_UTF8(ID), "token", "{", "$add", "[",
                 BCON_UTF8("$token"), BCON_INT64(bump ? 1 : 0), "]", "}", "releasedAt",
                 BCON_UTF8("$$NOW"), "}", "}");
    gint64 matched = 0;

    if (!gw_coll_update_one(coll, filter, update, &matched, error))
        return false;
    *out_matched = matched > 0;
    return true;
}

bool
gw_lease_doc_is_held_by(const bson_t *doc, const bson_oid_t *holder)
{
    bson_iter_t iter;

    return bson_iter_init_find(&iter, doc, "holder") && BSON_ITER_HOLDS_OID(&iter) &&
           bson_oid_equal(bson_iter_oid(&iter), holder);
}

char *
gw_lease_doc_describe(const bson_t *doc)
{
    const char *owner = gw_bson_get_str(doc, "owner");
    g_autofree char *shown = gw_text_shown(owner != NULL ? owner : "somebody");

    return g_strdup_printf("'%s' (process %" G_GINT64_FORMAT ")", shown,
                           gw_bson_get_int(doc, "pid", 0));
}

/* The lease's document with `expired` added, by the server's clock. NULL in `out_doc` = free. */
static bool
read_lease(GwColl *coll, bson_t **out_doc, GError **error)
{
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(ID), "owner", "{", "$exists", BCON_BOOL(true), "}");
    g_autoptr(bson_t) options = BCON_NEW(
        "projection", "{", "owner", BCON_INT32(1), "host", BCON_INT32(1), "user", BCON_INT32(1),
        "pid", BCON_INT32(1), "holder", BCON_INT32(1), "token", BCON_INT32(1), "takenAt",
        BCON_INT32(1), "renewedAt", BCON_INT32(1), "expiresAt", BCON_INT32(1), "expired", "{",
        "$lte", "[", BCON_UTF8("$expiresAt"), BCON_UTF8("$$NOW"), "]", "}", "}");

    return gw_coll_find_one(coll, filter, options, out_doc, error);
}

bool
gw_lease_show(GwClients *clients, const char *db, bson_t **out_doc, GError **error)
{
    g_autoptr(GwColl) coll = gw_coll_new(clients, db, GW_LEASE_COLLECTION);

    return read_lease(coll, out_doc, error) || gw_prefix(error, "looking at the lease");
}

bool
gw_lease_break(GwClients *clients, const char *db, bson_t **out_doc, GError **error)
{
    g_autoptr(GwColl) coll = gw_coll_new(clients, db, GW_LEASE_COLLECTION);
    bool is_done = false;

    /* Between looking and releasing, the lease may change hands: then that one is to be broken. */
    while (!is_done) {
        g_autoptr(bson_t) held = NULL;
        bson_iter_t holder;

        if (!read_lease(coll, &held, error))
            return gw_prefix(error, "looking at the lease");
        is_done = held == NULL || !bson_iter_init_find(&holder, held, "holder");
        if (!is_done && !gw_lease_doc_release(coll, bson_iter_oid(&holder), true, &is_done, error))
            return gw_prefix(error, "breaking the lease");
        if (is_done)
            *out_doc = g_steal_pointer(&held);
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "state/mm_lock.h"

#include "base/clock.h"
#include "state/stamp.h"

struct GwMmLock {
    GwColl *coll;  /* owned */
    bson_oid_t id; /* of our document */
};

static bool
make_index(GwColl *coll, gint64 ttl_s, GError **error)
{
    g_autoptr(bson_t) keys = BCON_NEW("createdAt", BCON_INT32(1));
    g_auto(bson_t) options = BSON_INITIALIZER;

    gw_stamp_append_number(&options, "expireAfterSeconds", ttl_s);
    return ttl_s <= 0 || gw_coll_create_index(coll, keys, &options, error);
}

static bool
check_free(GwColl *coll, const bson_t *filter, const char *direction, GError **error)
{
    g_autoptr(bson_t) held = NULL;

    if (!gw_coll_find_one(coll, filter, NULL, &held, error))
        return false;
    if (held == NULL)
        return true;
    gw_throw(error, GW_ERROR_LOCKED, "Could not migrate %s, a lock is in place.", direction);
    return gw_hint(error,
                   "It stands in '%s'. Where nothing is migrating, it was left behind: "
                   "delete its document.",
                   gw_coll_name(coll));
}

static bool
insert(GwMmLock *lock, GError **error)
{
    g_auto(bson_t) doc = BSON_INITIALIZER;

    bson_oid_init(&lock->id, NULL);
    BSON_APPEND_OID(&doc, "_id", &lock->id);
    BSON_APPEND_DATE_TIME(&doc, "createdAt", gw_clock_now_ms());
    return gw_coll_insert(lock->coll, &doc, error);
}

static bool
insert_alone(GwMmLock *lock, const char *direction, GError **error)
{
    g_autoptr(bson_t) others = NULL;

    if (!insert(lock, error))
        return gw_prefix(error, "Could not create a lock");
    /* migrate-mongo looks and then inserts. Two that do so at once both hold it; looking again
     * tells us of the other one, and we go. */
    others = BCON_NEW("_id", "{", "$ne", BCON_OID(&lock->id), "}");
    return check_free(lock->coll, others, direction, error);
}

GwMmLock *
gw_mm_lock_take(GwClients *clients, const char *db, const char *name, gint64 ttl_s,
                const char *direction, GError **error)
{
    g_autoptr(GwColl) coll = gw_coll_new(clients, db, name);
    g_autoptr(GwMmLock) lock = NULL;
    g_auto(bson_t) all = BSON_INITIALIZER;

    if (!check_free(coll, &all, direction, error))
        return NULL;
    if (!make_index(coll, ttl_s, error)) {
        gw_prefix(error, "Could not create a lock");
        return NULL;
    }
    lock = g_new0(GwMmLock, 1);
    lock->coll = g_steal_pointer(&coll);
    if (!insert_alone(lock, direction, error))
        return NULL;
    return g_steal_pointer(&lock);
}

void
gw_mm_lock_free(GwMmLock *lock)
{
    g_autoptr(bson_t) ours = NULL;

    if (lock == NULL)
        return;
    ours = BCON_NEW("_id", BCON_OID(&lock->id));
    /* Where this fails there is nobody to tell any more, and the lock's TTL ends it. */
    (void)gw_coll_delete_one(lock->coll, ours, NULL, NULL);
    gw_coll_free(lock->coll);
    g_free(lock);
}

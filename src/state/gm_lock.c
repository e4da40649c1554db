/* SPDX-License-Identifier: Apache-2.0 */
#include "state/gm_lock.h"

#include <unistd.h>

#include "base/clock.h"

#define NAME "migrate_advisory_lock"
#define INDEX_NAME "lock_unique_key"

enum {
    DUPLICATE_KEY = 11000,
    LOOK_MS = 200,
};

struct GwGmLock {
    GwColl *coll;  /* owned */
    bson_oid_t id; /* of our document */
};

/* The index is what makes the lock one: golang-migrate makes it, too. */
static bool
make_index(GwColl *coll, GError **error)
{
    g_autoptr(bson_t) keys = BCON_NEW("locking_key", BCON_INT32(-1));
    g_autoptr(bson_t) options = BCON_NEW("unique", BCON_BOOL(true), "name", BCON_UTF8(INDEX_NAME));

    return gw_coll_create_index(coll, keys, options, error);
}

static bool
insert(GwGmLock *lock, GError **error)
{
    g_auto(bson_t) doc = BSON_INITIALIZER;

    bson_oid_init(&lock->id, NULL);
    BSON_APPEND_OID(&doc, "_id", &lock->id);
    BSON_APPEND_INT32(&doc, "locking_key", 0);
    BSON_APPEND_INT32(&doc, "pid", (gint32)getpid());
    BSON_APPEND_UTF8(&doc, "hostname", g_get_host_name());
    BSON_APPEND_DATE_TIME(&doc, "created_at", gw_clock_now_ms());
    return gw_coll_insert(lock->coll, &doc, error);
}

static bool
is_held(const GError *error)
{
    const GwErrorInfo *info = gw_error_info(error);

    return info != NULL && info->server_code == DUPLICATE_KEY;
}

static bool
throw_held(GwColl *coll, GError **error)
{
    g_auto(bson_t) all = BSON_INITIALIZER;
    g_autoptr(bson_t) doc = NULL;
    const char *host = NULL;

    if (gw_coll_find_one(coll, &all, NULL, &doc, NULL) && doc != NULL)
        host = gw_bson_get_str(doc, "hostname");
    gw_throw(error, GW_ERROR_LOCKED, "golang-migrate's lock is held by '%s'",
             host != NULL ? host : "somebody");
    return gw_hint(error,
                   "It stands in '%s'. Where nothing is migrating, it was left behind: delete its "
                   "document.",
                   NAME);
}

static bool
take(GwGmLock *lock, gint64 wait_ms, GError **error)
{
    const gint64 until_ms = gw_clock_monotonic_ms() + wait_ms;

    for (;;) {
        g_autoptr(GError) failure = NULL;

        if (insert(lock, &failure))
            return true;
        if (!is_held(failure)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return false;
        }
        if (gw_clock_monotonic_ms() >= until_ms)
            return throw_held(lock->coll, error);
        g_usleep(LOOK_MS * G_TIME_SPAN_MILLISECOND);
    }
}

GwGmLock *
gw_gm_lock_take(GwClients *clients, const char *db, gint64 wait_ms, GError **error)
{
    g_autoptr(GwGmLock) lock = g_new0(GwGmLock, 1);

    lock->coll = gw_coll_new(clients, db, NAME);
    if (make_index(lock->coll, error) && take(lock, wait_ms, error))
        return g_steal_pointer(&lock);
    gw_prefix(error, "taking golang-migrate's lock");
    return NULL;
}

void
gw_gm_lock_free(GwGmLock *lock)
{
    g_autoptr(bson_t) ours = NULL;

    if (lock == NULL)
        return;
    ours = BCON_NEW("_id", BCON_OID(&lock->id));
    /* Where this fails there is nobody to tell any more. */
    (void)gw_coll_delete_one(lock->coll, ours, NULL, NULL);
    gw_coll_free(lock->coll);
    g_free(lock);
}

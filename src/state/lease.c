/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One document decides who may migrate this database:
 *
 *   { _id: "migrate", owner: "deploy@ci-4", host: "ci-4", user: "deploy", pid: 812,
 *     holder: ObjectId(), token: 7, takenAt: .., renewedAt: .., expiresAt: .. }
 *
 * Free, it is { _id, token, releasedAt }: the token never goes back, so that whatever carries an
 * old one can be told from what carries the newest.
 *
 * Take: one findAndModify that changes the document only where `expiresAt` is missing or past, and
 * answers with it. The server runs such updates one after the other, and its clock alone is asked:
 * two hosts whose clocks differ can't both find it expired. Whoever asked is the holder if the
 * answer has its `holder`, an id made for this one attempt; owner and pid are for people, since a
 * container's pid is 1 everywhere.
 *
 * Keep: a thread with a connection of its own renews it three times in a TTL. It tries again until
 * the TTL has passed on *our* monotonic clock, counted from before the last renewal that worked was
 * sent: by then the server's has not yet run out. No match at all = somebody took it over.
 *
 * Check: what the thread knows. Where it has not been heard of for half a TTL (the whole process
 * was stopped, the machine slept, perhaps past the TTL), the checking thread asks the server
 * itself: who woke up late must not trust what it knew before. What happens between a check and the
 * write that follows is not covered here.
 */
#include "state/lease.h"

#include "base/clock.h"
#include "state/lease_doc.h"

#define TTL_MS 30000
#define RENEWALS_PER_TTL 3

/* Waiting, how often we try, and how often we say so. */
#define TRY_MIN_MS 50
#define TRY_MAX_MS 1000
#define TELL_MS 5000

/* A renewal that failed is tried again soon. */
#define RETRY_MS 500

struct GwLease {
    GwColl *coll;         /* owned: used by the thread alone */
    GwColl *checks;       /* owned: for whoever checks */
    bson_oid_t holder;    /* ours alone */
    gint64 token;         /* of this take-over */
    gint64 ttl_ms;        /* how long a renewal lasts */
    gint64 renew_ms;      /* how often we renew */
    GThread *thread;      /* owned: renews */
    GMutex lock;          /* guards what follows */
    GCond changed;        /* `is_ending` */
    gint64 renewed_at_ms; /* when the last renewal that worked was sent, monotonic */
    bool is_lost;         /* it is somebody else's, or may be by now */
    char *silence;        /* owned: why the last renewal got no answer; NULL = it got one */
    bool is_ending;       /* the thread has to go */
};

/* What one attempt to take the lease goes through. */
typedef struct {
    const GwLeaseParams *params; /* borrowed */
    GwColl *coll;                /* borrowed */
    char *told;                  /* owned: the holder that the caller was told of */
    gint64 told_at_ms;
    gint64 until_ms; /* monotonic */
    gint64 pause_ms;
} Waiting;

static void
waiting_clear(Waiting *waiting)
{
    g_clear_pointer(&waiting->told, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Waiting, waiting_clear)

static bool
throw_lost(GwLease *lease, GError **error)
{
    g_autofree char *silence = NULL;

    g_mutex_lock(&lease->lock);
    silence = g_strdup(lease->silence);
    g_mutex_unlock(&lease->lock);
    if (silence != NULL)
        gw_throw(error, GW_ERROR_LEASE_LOST, "the lease could not be renewed in time: %s", silence);
    else
        gw_throw(error, GW_ERROR_LEASE_LOST,
                 "the lease was taken over by another process, or broken");
    return gw_hint(error, "This run stopped. See who holds it with godwit lock, and what is "
                          "applied with godwit status.");
}

/* Ask the server for another TTL and note the answer. Locking: none is held. */
static void
renew(GwLease *lease, GwColl *coll)
{
    const gint64 sent_at_ms = gw_clock_monotonic_ms();
    g_autoptr(GError) failure = NULL;
    bool was_lost = false;
    bool is_ours = false;
    bool is_answered = gw_lease_doc_renew(coll, &lease->holder, lease->ttl_ms, &is_ours, &failure);

    g_mutex_lock(&lease->lock);
    was_lost = lease->is_lost;
    if (is_answered && is_ours)
        lease->renewed_at_ms = MAX(lease->renewed_at_ms, sent_at_ms);
    /* Not answered: the connection may be back before the TTL has passed. */
    lease->is_lost = lease->is_lost || (is_answered && !is_ours) ||
                     gw_clock_monotonic_ms() - lease->renewed_at_ms >= lease->ttl_ms;
    if (!was_lost) {
        g_clear_pointer(&lease->silence, g_free);
        lease->silence = is_answered ? NULL : g_strdup(failure->message);
    }
    g_mutex_unlock(&lease->lock);
}

/* Sleep until the next renewal is due, or the end. Locking: lease->lock is held. */
static void
wait_for_turn(GwLease *lease)
{
    const gint64 behind_ms = gw_clock_monotonic_ms() - lease->renewed_at_ms;
    const gint64 pause_ms = MAX(lease->renew_ms - behind_ms, MIN(RETRY_MS, lease->renew_ms));
    const gint64 until_us = g_get_monotonic_time() + pause_ms * G_TIME_SPAN_MILLISECOND;

    while (!lease->is_ending && g_cond_wait_until(&lease->changed, &lease->lock, until_us))
        ;
}

static gpointer
keep_renewing(gpointer data)
{
    GwLease *lease = data;

    g_mutex_lock(&lease->lock);
    while (!lease->is_ending && !lease->is_lost) {
        wait_for_turn(lease);
        if (lease->is_ending)
            break;
        g_mutex_unlock(&lease->lock);
        renew(lease, lease->coll);
        g_mutex_lock(&lease->lock);
    }
    g_mutex_unlock(&lease->lock);
    return NULL;
}

static bool
throw_held(const bson_t *doc, gint64 wait_ms, GError **error)
{
    g_autofree char *holder = gw_lease_doc_describe(doc);

    gw_throw(error, GW_ERROR_LOCKED, "%s is migrating this database", holder);
    if (wait_ms > 0)
        gw_prefix(error, "waited %" G_GINT64_FORMAT " s", wait_ms / 1000);
    return gw_hint(error, "Nothing was changed. Wait longer with --wait SECONDS; godwit lock shows "
                          "the holder, godwit lock --release breaks its lease.");
}

static void
tell(Waiting *waiting, const bson_t *doc)
{
    g_autofree char *holder = gw_lease_doc_describe(doc);
    const gint64 now_ms = gw_clock_monotonic_ms();
    bool is_new = g_strcmp0(holder, waiting->told) != 0;

    if (waiting->params->waiting == NULL || (!is_new && now_ms - waiting->told_at_ms < TELL_MS))
        return;
    waiting->params->waiting(holder, waiting->params->data);
    g_clear_pointer(&waiting->told, g_free);
    waiting->told = g_steal_pointer(&holder);
    waiting->told_at_ms = now_ms;
}

/* Pause before the next attempt. The pauses grow, and differ between processes that wait together.
 * A signal handler can't wake us, so we look for it. */
static bool
pause_once(Waiting *waiting, GError **error)
{
    const volatile int *interrupted = waiting->params->interrupted;
    const gint64 pause_ms =
        waiting->pause_ms / 2 + g_random_int_range(0, (gint32)waiting->pause_ms);
    const gint64 until_ms = MIN(gw_clock_monotonic_ms() + pause_ms, waiting->until_ms);

    waiting->pause_ms = MIN(waiting->pause_ms * 2, TRY_MAX_MS);
    while (gw_clock_monotonic_ms() < until_ms) {
        if (interrupted != NULL && *interrupted != 0)
            return gw_throw(error, GW_ERROR_INTERRUPTED, "stopped while waiting for the lease");
        g_usleep(MIN(TRY_MIN_MS, until_ms - gw_clock_monotonic_ms() + 1) * G_TIME_SPAN_MILLISECOND);
    }
    return true;
}

/* Try until the lease is ours. `out_sent_at_ms`: when the attempt that worked was sent. */
static bool
take_document(Waiting *waiting, const bson_oid_t *holder, gint64 *out_sent_at_ms, gint64 *out_token,
              GError **error)
{
    for (;;) {
        g_autoptr(bson_t) doc = NULL;

        *out_sent_at_ms = gw_clock_monotonic_ms();
        if (!gw_lease_doc_take(waiting->coll, waiting->params, holder, &doc, error))
            return gw_prefix(error, "taking the lease");
        g_assert(doc != NULL); /* an upsert that finds nothing makes it */
        if (gw_lease_doc_is_held_by(doc, holder)) {
            *out_token = gw_bson_get_int(doc, "token", 0);
            return true;
        }
        if (gw_clock_monotonic_ms() >= waiting->until_ms)
            return throw_held(doc, waiting->params->wait_ms, error);
        tell(waiting, doc);
        if (!pause_once(waiting, error))
            return false;
    }
}

static GwLease *
lease_new(const GwLeaseParams *params)
{
    GwLease *lease = g_new0(GwLease, 1);

    g_mutex_init(&lease->lock);
    g_cond_init(&lease->changed);
    bson_oid_init(&lease->holder, NULL);
    lease->coll = gw_coll_new_reserved(params->clients, params->db, GW_LEASE_COLLECTION);
    lease->checks = gw_coll_new(params->clients, params->db, GW_LEASE_COLLECTION);
    lease->ttl_ms = params->ttl_ms;
    lease->renew_ms = params->renew_ms > 0 ? params->renew_ms : params->ttl_ms / RENEWALS_PER_TTL;
    return lease;
}

GwLease *
gw_lease_take(const GwLeaseParams *params, GError **error)
{
    GwLeaseParams complete = *params;
    g_autoptr(GwLease) lease = NULL;
    g_auto(Waiting) waiting = {.params = &complete, .pause_ms = TRY_MIN_MS};

    complete.ttl_ms = params->ttl_ms > 0 ? params->ttl_ms : TTL_MS;
    lease = lease_new(&complete);
    waiting.coll = lease->coll;
    waiting.until_ms = gw_clock_monotonic_ms() + params->wait_ms;
    if (!take_document(&waiting, &lease->holder, &lease->renewed_at_ms, &lease->token, error))
        return NULL;
    lease->thread = g_thread_new("lease", keep_renewing, lease);
    return g_steal_pointer(&lease);
}

bool
gw_lease_check(GwLease *lease, GError **error)
{
    bool is_stale = false;
    bool is_lost = false;

    g_mutex_lock(&lease->lock);
    is_stale = gw_clock_monotonic_ms() - lease->renewed_at_ms >= lease->ttl_ms / 2;
    is_lost = lease->is_lost;
    g_mutex_unlock(&lease->lock);

    if (is_stale && !is_lost) {
        renew(lease, lease->checks);
        g_mutex_lock(&lease->lock);
        is_lost = lease->is_lost;
        g_mutex_unlock(&lease->lock);
    }
    return !is_lost || throw_lost(lease, error);
}

gint64
gw_lease_token(const GwLease *lease)
{
    return lease->token;
}

static void
end_thread(GwLease *lease)
{
    if (lease->thread == NULL)
        return;
    g_mutex_lock(&lease->lock);
    lease->is_ending = true;
    g_cond_signal(&lease->changed);
    g_mutex_unlock(&lease->lock);
    g_thread_join(g_steal_pointer(&lease->thread));
}

void
gw_lease_free(GwLease *lease)
{
    bool was_taken = false;
    bool is_ours = false;

    if (lease == NULL)
        return;
    was_taken = lease->thread != NULL;
    end_thread(lease);
    /* Where this fails there is nobody to tell any more, and the lease expires by itself. */
    if (was_taken)
        (void)gw_lease_doc_release(lease->coll, &lease->holder, false, &is_ours, NULL);
    gw_coll_free(lease->coll);
    gw_coll_free(lease->checks);
    g_free(lease->silence);
    g_mutex_clear(&lease->lock);
    g_cond_clear(&lease->changed);
    g_free(lease);
}

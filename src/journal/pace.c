/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/pace-internal.h"

/* A signal is seen after that. */
#define POLL_US (G_TIME_SPAN_SECOND / 10)

/* Documents at once of a gentle run, and threads. */
#define GENTLE_CHUNK 200
#define GENTLE_WORKERS 1
/* Documents at once beside others: who writes to one of them waits for the commit. */
#define SHARED_CHUNK 1000
/* Threads where there is a rate: what all have under way at the start comes on top of it. */
#define RATED_WORKERS 2
/* What was seen before that is looked at again when many documents are about to be changed. */
#define SEEN_LONG_AGO_US (2 * G_TIME_SPAN_SECOND)

GwPace *
gw_pace_new(const GwPaceParams *params)
{
    GwPace *pace = g_new0(GwPace, 1);

    pace->params = *params;
    pace->params.db = g_strdup(params->db);
    pace->limits = params->limits;
    pace->lag_ms = -1;
    g_mutex_init(&pace->lock);
    g_mutex_init(&pace->build_lock);
    g_cond_init(&pace->changed);
    return pace;
}

static void
forget_sweep(GwPace *pace)
{
    g_clear_pointer(&pace->ns, g_free);
    g_clear_pointer(&pace->count_db, g_free);
    g_clear_pointer(&pace->count, bson_destroy);
    pace->total = pace->passed = 0;
    pace->rate = -1;
}

void
gw_pace_free(GwPace *pace)
{
    if (pace == NULL)
        return;
    gw_pace_end(pace);
    forget_sweep(pace);
    g_mutex_clear(&pace->lock);
    g_mutex_clear(&pace->build_lock);
    g_cond_clear(&pace->changed);
    g_free(pace->migration);
    g_free((char *)pace->params.db);
    g_free(pace);
}

void
gw_pace_begin(GwPace *pace, const GwJob *job, bool is_undo)
{
    if (pace == NULL)
        return;
    gw_pace_end(pace);
    g_free(pace->migration);
    pace->migration = g_strdup(job->migration);
    pace->job = job->id;
    pace->is_undo = is_undo;
    pace->is_paused = pace->is_ended = pace->has_looked = false;
    pace->changed_sum = pace->retries = pace->pause_us = pace->due_us = 0;
    forget_sweep(pace);
    pace->thread = g_thread_new("pace", gw_pace_look_after, pace);
}

void
gw_pace_end(GwPace *pace)
{
    if (pace == NULL || pace->thread == NULL)
        return;
    g_mutex_lock(&pace->lock);
    pace->is_ended = true;
    g_cond_broadcast(&pace->changed);
    g_mutex_unlock(&pace->lock);
    (void)g_thread_join(g_steal_pointer(&pace->thread));
}

const volatile int *
gw_pace_cancelled(const GwPace *pace)
{
    return pace != NULL ? &pace->cancelled : NULL;
}

/* Why the next change has to wait, and until when; NULL = it need not. What is taken back goes at
 * any time of the day: a half that stays until the evening is worse than a busy hour. */
static const char *
reason_to_wait(const GwPace *pace, gint64 now_us, gint64 *out_until_us)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();

    *out_until_us = G_MAXINT64;
    if (pace->is_paused)
        return "paused";
    if (!pace->is_undo && gw_limits_wait_ms(&pace->limits, now) > 0)
        return "outside of its window";
    if (pace->limits.max_lag_ms > 0 && !pace->has_looked)
        return "";
    if (pace->limits.max_lag_ms > 0 && pace->lag_ms > pace->limits.max_lag_ms)
        return "a member of the replica set is too far behind";
    *out_until_us = pace->due_us;
    if (pace->due_us > now_us)
        return pace->pause_us > 0 ? "the server is busy" : "";
    return NULL;
}

static bool
is_bounded(const GwPace *pace)
{
    return pace->is_paused || pace->due_us > 0 || pace->limits.max_lag_ms > 0 ||
           pace->limits.window_from != pace->limits.window_to;
}

bool
gw_pace_is_stopped(const GwPace *pace)
{
    const volatile int *interrupted = pace->params.interrupted;

    return !pace->is_undo && (pace->cancelled != 0 || (interrupted != NULL && *interrupted != 0));
}

static bool
check_stopped(const GwPace *pace, GError **error)
{
    if (!gw_pace_is_stopped(pace))
        return true;
    return gw_throw(error, GW_ERROR_INTERRUPTED, "%s",
                    pace->cancelled != 0 ? "cancelled with godwit job cancel"
                                         : "stopped by a signal");
}

/* Under the lock. */
static bool
wait_locked(GwPace *pace, GError **error)
{
    bool may = true;

    while ((may = check_stopped(pace, error)) && is_bounded(pace)) {
        const gint64 now_us = g_get_monotonic_time();
        gint64 until_us = 0;

        pace->waiting = reason_to_wait(pace, now_us, &until_us);
        if (pace->waiting == NULL)
            break;
        (void)g_cond_wait_until(&pace->changed, &pace->lock, MIN(until_us, now_us + POLL_US));
    }
    pace->waiting = NULL;
    return may;
}

bool
gw_pace_wait(GwPace *pace, GError **error)
{
    bool may = true;

    if (pace == NULL)
        return true;
    g_mutex_lock(&pace->lock);
    may = wait_locked(pace, error);
    g_mutex_unlock(&pace->lock);
    return may;
}

static bool
is_full(const GwPace *pace, GwPaceKind kind)
{
    return pace->width > 0 && pace->running[kind] >= pace->width;
}

bool
gw_pace_enter(GwPace *pace, GwPaceKind kind, GError **error)
{
    bool may = true;

    if (pace == NULL)
        return true;
    g_mutex_lock(&pace->lock);
    if (!pace->wants_look && g_get_monotonic_time() - pace->seen.at_us > SEEN_LONG_AGO_US) {
        pace->wants_look = true;
        g_cond_broadcast(&pace->changed);
    }
    while ((may = wait_locked(pace, error)) && is_full(pace, kind))
        (void)g_cond_wait_until(&pace->changed, &pace->lock, g_get_monotonic_time() + POLL_US);
    pace->running[kind] += may ? 1 : 0;
    g_mutex_unlock(&pace->lock);
    return may;
}

void
gw_pace_leave(GwPace *pace, GwPaceKind kind)
{
    if (pace == NULL)
        return;
    g_mutex_lock(&pace->lock);
    pace->running[kind]--;
    g_cond_broadcast(&pace->changed);
    g_mutex_unlock(&pace->lock);
}

bool
gw_pace_is_open(GwPace *pace)
{
    gint64 until_us = 0;
    bool is_open = true;

    if (pace == NULL)
        return true;
    g_mutex_lock(&pace->lock);
    is_open =
        !gw_pace_is_stopped(pace) &&
        (!is_bounded(pace) ||
         (pace->due_us == 0 && reason_to_wait(pace, g_get_monotonic_time(), &until_us) == NULL));
    g_mutex_unlock(&pace->lock);
    return is_open;
}

/* When the next change may begin, after one that took so long. */
static gint64
due_after(const GwPace *pace, const GwPaceChunk *chunk)
{
    const gint64 now_us = g_get_monotonic_time();
    gint64 due_us = MAX(pace->due_us, now_us - chunk->elapsed_us);

    if (pace->limits.max_rate > 0)
        due_us += chunk->documents * G_TIME_SPAN_SECOND / pace->limits.max_rate;
    if (pace->limits.is_gentle)
        due_us = MAX(due_us, now_us + chunk->elapsed_us);
    if (pace->pause_us > 0)
        due_us = MAX(due_us, now_us + pace->pause_us);
    return due_us;
}

void
gw_pace_count(GwPace *pace, const GwPaceChunk *chunk)
{
    if (pace == NULL)
        return;
    g_mutex_lock(&pace->lock);
    pace->changed_sum += chunk->documents;
    pace->retries += chunk->retries;
    pace->due_us = pace->limits.max_rate > 0 || pace->limits.is_gentle || pace->pause_us > 0
                       ? due_after(pace, chunk)
                       : 0;
    g_mutex_unlock(&pace->lock);
}

guint
gw_pace_chunk_max(GwPace *pace, guint wanted)
{
    guint most = wanted;

    if (pace == NULL)
        return wanted;
    g_mutex_lock(&pace->lock);
    if (pace->limits.is_gentle)
        most = MIN(most, GENTLE_CHUNK);
    if (pace->width > 0)
        most = MIN(most, SHARED_CHUNK);
    /* Two waits a second are a steady stream, and a change of the bound is soon felt. */
    if (pace->limits.max_rate > 0)
        most = (guint)CLAMP(pace->limits.max_rate / 2, 1, most);
    g_mutex_unlock(&pace->lock);
    return most;
}

guint
gw_pace_workers(GwPace *pace, guint wanted)
{
    if (pace == NULL)
        return wanted;
    if (pace->params.limits.is_gentle)
        return GENTLE_WORKERS;
    return pace->params.limits.max_rate > 0 ? MIN(wanted, RATED_WORKERS) : wanted;
}

bool
gw_pace_is_rated(GwPace *pace)
{
    bool is_rated = false;

    if (pace == NULL)
        return false;
    g_mutex_lock(&pace->lock);
    is_rated = pace->limits.max_rate > 0;
    g_mutex_unlock(&pace->lock);
    return is_rated;
}

void
gw_pace_sweep_begin(GwPace *pace, const GwPaceSweep *sweep)
{
    if (pace == NULL)
        return;
    g_mutex_lock(&pace->lock);
    forget_sweep(pace);
    pace->ns = sweep->db != NULL ? g_strdup_printf("%s.%s", sweep->db, sweep->coll) : NULL;
    pace->total = sweep->total;
    pace->count_db = g_strdup(sweep->db);
    pace->count = sweep->count != NULL ? bson_copy(sweep->count) : NULL;
    g_mutex_unlock(&pace->lock);
}

void
gw_pace_sweep_pass(GwPace *pace, gint64 documents)
{
    if (pace == NULL)
        return;
    g_mutex_lock(&pace->lock);
    pace->passed += documents;
    g_mutex_unlock(&pace->lock);
}

void
gw_pace_sweep_end(GwPace *pace)
{
    if (pace == NULL)
        return;
    g_mutex_lock(&pace->lock);
    forget_sweep(pace);
    g_mutex_unlock(&pace->lock);
}

void
gw_pace_build_begin(GwPace *pace, const GwPaceBuild *build)
{
    const GwPaceSweep facts = {.db = build->db, .coll = build->coll};

    if (pace == NULL)
        return;
    gw_pace_sweep_begin(pace, &facts);
    g_mutex_lock(&pace->build_lock);
    pace->build = build;
    g_mutex_unlock(&pace->build_lock);
}

void
gw_pace_build_end(GwPace *pace)
{
    if (pace == NULL)
        return;
    g_mutex_lock(&pace->build_lock);
    pace->build = NULL;
    g_mutex_unlock(&pace->build_lock);
    gw_pace_sweep_end(pace);
}

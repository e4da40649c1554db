/* SPDX-License-Identifier: Apache-2.0 */
#include "script/loop.h"

#include "script/binding.h"
#include "script/modules.h"

/* Ctrl-C has to end a wait soon, and a signal handler can't signal a condition. */
enum {
    POLL_US = 50 * 1000
};

typedef struct {
    JSValue promise; /* owned */
    JSValue reason;  /* owned */
} Rejection;

struct GwLoop {
    JSContext *js;                   /* borrowed */
    const volatile int *interrupted; /* borrowed or NULL */
    const volatile int *cancelled;   /* the same */
    GwTimers *timers;                /* owned */
    GArray *rejections;              /* owned: Rejection, owned */
    JSValue failure;                 /* owned */
    bool has_failed;
    bool failed_by_rejection;
    bool is_timers_turn;
    guint in_flight; /* JavaScript thread only */
    gint64 turns;    /* the same */
    GMutex lock;
    GCond posted;
    GQueue arrived;              /* GwCompletion, owned; guarded by lock */
    void (*idle)(gpointer data); /* or NULL */
    gpointer idle_data;          /* borrowed */
};

static void
forget_rejection(GwLoop *loop, JSValueConst promise)
{
    for (guint row = 0; row < loop->rejections->len; row++) {
        Rejection found = g_array_index(loop->rejections, Rejection, row);

        if (JS_VALUE_GET_PTR(found.promise) != JS_VALUE_GET_PTR(promise))
            continue;
        g_array_remove_index(loop->rejections, row);
        JS_FreeValue(loop->js, found.reason);
        JS_FreeValue(loop->js, found.promise);
        return;
    }
}

static void
track_rejection(JSContext *js, JSValueConst promise, JSValueConst reason, bool is_handled,
                void *opaque)
{
    GwLoop *loop = opaque;
    Rejection rejection;

    if (is_handled) {
        forget_rejection(loop, promise);
        return;
    }
    rejection.promise = JS_DupValue(js, promise);
    rejection.reason = JS_DupValue(js, reason);
    g_array_append_val(loop->rejections, rejection);
}

static int
poll_interrupt(JSRuntime *runtime, void *opaque)
{
    return gw_loop_is_interrupted(opaque);
}

static bool
is_set(const volatile int *flag)
{
    return flag != NULL && *flag != 0;
}

GwLoop *
gw_loop_new(JSContext *js, const GwScriptParams *params)
{
    GwLoop *loop = g_new0(GwLoop, 1);
    JSRuntime *runtime = JS_GetRuntime(js);

    loop->js = js;
    loop->interrupted = params->interrupted;
    loop->cancelled = params->cancelled;
    loop->timers = gw_timers_new(js);
    loop->rejections = g_array_new(FALSE, FALSE, sizeof(Rejection));
    loop->failure = JS_UNDEFINED;
    g_mutex_init(&loop->lock);
    g_cond_init(&loop->posted);
    g_queue_init(&loop->arrived);
    JS_SetHostPromiseRejectionTracker(runtime, track_rejection, loop);
    JS_SetInterruptHandler(runtime, poll_interrupt, loop);
    return loop;
}

static void
drop_rejections(GwLoop *loop)
{
    while (loop->rejections->len > 0) {
        Rejection last = g_array_index(loop->rejections, Rejection, loop->rejections->len - 1);

        g_array_set_size(loop->rejections, loop->rejections->len - 1);
        JS_FreeValue(loop->js, last.reason);
        JS_FreeValue(loop->js, last.promise);
    }
}

/* Wait for the next completion until `until_us`; NULL when that has passed. */
static GwCompletion *
take_arrived(GwLoop *loop, gint64 until_us)
{
    GwCompletion *completion = NULL;

    g_mutex_lock(&loop->lock);
    for (;;) {
        completion = g_queue_pop_head(&loop->arrived);
        if (completion != NULL || g_get_monotonic_time() >= until_us)
            break;
        g_cond_wait_until(&loop->posted, &loop->lock, until_us);
    }
    g_mutex_unlock(&loop->lock);
    if (completion != NULL && !completion->is_extra)
        loop->in_flight--;
    return completion;
}

static void
drop_extras(GwLoop *loop)
{
    GwCompletion *completion = NULL;

    while ((completion = g_queue_pop_head(&loop->arrived)) != NULL)
        completion->discard(completion, loop->js);
}

void
gw_loop_free(GwLoop *loop)
{
    JSRuntime *runtime;

    if (loop == NULL)
        return;
    while (loop->in_flight > 0) {
        GwCompletion *completion = take_arrived(loop, g_get_monotonic_time() + G_TIME_SPAN_DAY);

        if (completion != NULL)
            completion->discard(completion, loop->js);
    }
    drop_extras(loop);
    runtime = JS_GetRuntime(loop->js);
    JS_SetHostPromiseRejectionTracker(runtime, NULL, NULL);
    JS_SetInterruptHandler(runtime, NULL, NULL);
    drop_rejections(loop);
    JS_FreeValue(loop->js, loop->failure);
    gw_timers_free(loop->timers);
    g_array_unref(loop->rejections);
    g_cond_clear(&loop->posted);
    g_mutex_clear(&loop->lock);
    g_free(loop);
}

void
gw_loop_begin(GwLoop *loop)
{
    loop->in_flight++;
}

guint
gw_loop_in_flight(const GwLoop *loop)
{
    return loop->in_flight;
}

gint64
gw_loop_turns(const GwLoop *loop)
{
    return loop->turns;
}

void
gw_loop_post(GwLoop *loop, GwCompletion *completion)
{
    g_mutex_lock(&loop->lock);
    g_queue_push_tail(&loop->arrived, completion);
    g_cond_signal(&loop->posted);
    g_mutex_unlock(&loop->lock);
}

bool
gw_loop_is_interrupted(const GwLoop *loop)
{
    return is_set(loop->interrupted) || is_set(loop->cancelled);
}

bool
gw_loop_is_cancelled(const GwLoop *loop)
{
    return is_set(loop->cancelled);
}

static bool
is_stopped(const GwLoop *loop)
{
    return gw_loop_is_interrupted(loop) || !JS_IsUndefined(gw_engine_of(loop->js)->exit_error);
}

/* The first one counts: what comes later is mostly its consequence. */
static void
fail(GwLoop *loop, JSValue take_failure, bool is_rejection)
{
    if (loop->has_failed || is_stopped(loop)) {
        JS_FreeValue(loop->js, take_failure);
        return;
    }
    loop->has_failed = true;
    loop->failed_by_rejection = is_rejection;
    loop->failure = take_failure;
}

void
gw_loop_fail(GwLoop *loop, JSValue take_failure)
{
    fail(loop, take_failure, true);
}

void
gw_loop_set_idle(GwLoop *loop, void (*idle)(gpointer data), gpointer data)
{
    loop->idle = idle;
    loop->idle_data = data;
}

/* Run all microtasks. Only after the last of them is it clear which rejections nobody handles. */
static void
run_jobs(GwLoop *loop)
{
    JSRuntime *runtime = JS_GetRuntime(loop->js);

    while (!is_stopped(loop) && !loop->has_failed && JS_IsJobPending(runtime)) {
        JSContext *where = NULL;

        if (JS_ExecutePendingJob(runtime, &where) < 0)
            fail(loop, JS_GetException(where), false);
        gw_modules_job_ended(gw_engine_of(loop->js)->modules);
    }
    if (loop->rejections->len > 0 && !is_stopped(loop)) {
        Rejection first = g_array_index(loop->rejections, Rejection, 0);

        fail(loop, JS_DupValue(loop->js, first.reason), true);
        drop_rejections(loop);
    }
}

static bool
fire_timer(GwLoop *loop)
{
    JSValue callback = gw_timers_take_due(loop->timers, g_get_monotonic_time());
    JSValue result;

    if (JS_IsUndefined(callback))
        return false;
    loop->turns++;
    result = JS_Call(loop->js, callback, JS_UNDEFINED, 0, NULL);
    if (JS_IsException(result))
        fail(loop, JS_GetException(loop->js), false);
    JS_FreeValue(loop->js, result);
    JS_FreeValue(loop->js, callback);
    return true;
}

/* Wait for the next thing to happen, for a moment at most, and let it happen. Timers and
 * completions take turns, so that neither can starve the other. */
static void
step(GwLoop *loop)
{
    gint64 until_us = gw_timers_next_us(loop->timers);
    GwCompletion *completion;

    loop->is_timers_turn = !loop->is_timers_turn;
    if (loop->is_timers_turn && fire_timer(loop))
        return;
    if (loop->interrupted != NULL || loop->cancelled != NULL)
        until_us = MIN(until_us, g_get_monotonic_time() + POLL_US);
    else if (until_us == G_MAXINT64)
        until_us = g_get_monotonic_time() + G_TIME_SPAN_HOUR;
    completion = take_arrived(loop, until_us);
    if (completion != NULL) {
        loop->turns++;
        completion->settle(completion, loop->js);
        return;
    }
    (void)fire_timer(loop); /* none was due yet: the caller goes round again */
}

/* Nothing is left to run at once. */
static void
tell_idle(GwLoop *loop)
{
    if (loop->idle != NULL)
        loop->idle(loop->idle_data);
}

static bool
is_settled(GwLoop *loop, JSValueConst promise)
{
    return JS_PromiseState(loop->js, promise) != JS_PROMISE_PENDING;
}

GwLoopEnd
gw_loop_run(GwLoop *loop, JSValueConst promise)
{
    gw_loop_handle(loop, promise);
    for (;;) {
        run_jobs(loop);
        if (is_stopped(loop))
            return GW_LOOP_STOPPED;
        if (loop->has_failed)
            return GW_LOOP_FAILED;
        if (is_settled(loop, promise))
            return GW_LOOP_DONE;
        tell_idle(loop);
        if (!gw_loop_is_busy(loop))
            return GW_LOOP_STUCK;
        step(loop);
    }
}

GwLoopEnd
gw_loop_drain(GwLoop *loop, gint64 grace_us, guint *out_dropped)
{
    /* A timer that sets itself again is an interval in disguise: nobody waits for it for ever. */
    gint64 limit_us = G_MAXINT64;

    *out_dropped = 0;
    for (;;) {
        run_jobs(loop);
        if (is_stopped(loop))
            return GW_LOOP_STOPPED;
        if (loop->has_failed)
            return GW_LOOP_FAILED;
        tell_idle(loop);
        if (loop->in_flight > 0)
            limit_us = G_MAXINT64;
        else if (limit_us == G_MAXINT64)
            limit_us = g_get_monotonic_time() + 6 * grace_us;
        if (loop->in_flight == 0 &&
            !gw_timers_has_ref_until(loop->timers,
                                     MIN(limit_us, g_get_monotonic_time() + grace_us)))
            break;
        step(loop);
    }
    *out_dropped = gw_timers_count(loop->timers);
    gw_timers_clear(loop->timers);
    return GW_LOOP_DONE;
}

bool
gw_loop_is_busy_beside(const GwLoop *loop, guint count)
{
    return loop->in_flight > count || gw_timers_has_ref(loop->timers);
}

bool
gw_loop_is_busy(const GwLoop *loop)
{
    return gw_loop_is_busy_beside(loop, 0);
}

void
gw_loop_handle(GwLoop *loop, JSValueConst promise)
{
    JS_PromiseMarkAsHandled(loop->js, promise);
    forget_rejection(loop, promise);
}

JSValue
gw_loop_take_failure(GwLoop *loop, bool *out_is_rejection)
{
    JSValue failure = loop->failure;

    *out_is_rejection = loop->failed_by_rejection;
    loop->failure = JS_UNDEFINED;
    loop->has_failed = false;
    return failure;
}

GwTimers *
gw_loop_timers(GwLoop *loop)
{
    return loop->timers;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event loop of one engine: microtasks, timers, and completions that other threads post. It
 * knows exactly whether anything can still happen, so a promise that never settles is found, not
 * timed out.
 */
#pragma once

#include <glib.h>
#include <quickjs.h>
#include <stdbool.h>

#include "script/script.h"
#include "script/timers.h"

typedef struct GwLoop GwLoop;

/* A piece of work that has come back. `settle` runs on the JavaScript thread, resolves or rejects
 * what it has to, and frees the completion. Embed it as the first field. */
typedef struct GwCompletion GwCompletion;
struct GwCompletion {
    void (*settle)(GwCompletion *completion, JSContext *js);
    /* Frees it without running any JavaScript: the engine is being taken down. */
    void (*discard)(GwCompletion *completion, JSContext *js);
    bool is_extra; /* no gw_loop_begin belongs to it: it is part of other work in flight */
};

/* One more piece of work is in flight: exactly one gw_loop_post will follow. JavaScript thread. */
void gw_loop_begin(GwLoop *loop);

/* How much of it is, and how often something has come to the script so far: a completion, a timer.
 * JavaScript thread. */
guint gw_loop_in_flight(const GwLoop *loop);
gint64 gw_loop_turns(const GwLoop *loop);

/* Hand a piece of work back. Threads: any. */
void gw_loop_post(GwLoop *loop, GwCompletion *completion);

/* What nobody awaits has failed: the script ends with it. JavaScript thread. */
void gw_loop_fail(GwLoop *loop, JSValue take_failure);

/* Called each time that nothing is left to run at once. */
void gw_loop_set_idle(GwLoop *loop, void (*idle)(gpointer data), gpointer data);

/* Below: for the engine itself. */

typedef enum {
    GW_LOOP_DONE,    /* the promise is settled; or nothing is left to do */
    GW_LOOP_STUCK,   /* the promise is pending, and nothing is left that could settle it */
    GW_LOOP_FAILED,  /* an exception or a rejection that nobody handles: gw_loop_take_failure */
    GW_LOOP_STOPPED, /* interrupted, or process.exit was called */
} GwLoopEnd;

/* `js`, and what `params` points to, are borrowed and outlive the loop. */
GwLoop *gw_loop_new(JSContext *js, const GwScriptParams *params);

/* Waits for what is in flight, runs no more JavaScript. */
void gw_loop_free(GwLoop *loop);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwLoop, gw_loop_free)

/* Run until `promise` is settled. May be called while it runs already (require() of a module that
 * awaits). A rejection of `promise` itself counts as handled. */
GwLoopEnd gw_loop_run(GwLoop *loop, JSValueConst promise);

/* Run until nothing is left: all jobs, all work in flight, all timers that are due within
 * `grace_us` of the last thing that happened. What is set for later is dropped; `out_dropped` says
 * how many timers that were. */
GwLoopEnd gw_loop_drain(GwLoop *loop, gint64 grace_us, guint *out_dropped);

/* Whether work is in flight, or a timer that counts is set; the same beside `count` pieces of work
 * that nobody has to wait for. */
bool gw_loop_is_busy(const GwLoop *loop);
bool gw_loop_is_busy_beside(const GwLoop *loop, guint count);

/* Whether the user wants everything to stop. */
bool gw_loop_is_interrupted(const GwLoop *loop);
bool gw_loop_is_cancelled(const GwLoop *loop); /* and that is why */

/* A rejection of this promise is taken care of. */
void gw_loop_handle(GwLoop *loop, JSValueConst promise);

/* What nobody handled, owned; and whether it was a rejection (or else an exception in a callback).
 */
JSValue gw_loop_take_failure(GwLoop *loop, bool *out_is_rejection);

/* Borrowed from the loop. */
GwTimers *gw_loop_timers(GwLoop *loop);

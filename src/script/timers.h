/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timers of one engine, in the order in which they are due. When they fire is the loop's
 * business.
 */
#pragma once

#include <glib.h>
#include <quickjs.h>
#include <stdbool.h>

typedef struct GwTimers GwTimers;

/* `js` is borrowed and outlives the timers. */
GwTimers *gw_timers_new(JSContext *js);
void gw_timers_free(GwTimers *timers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwTimers, gw_timers_free)

/* Call `callback` in `delay_us`, and then again each time `repeat_us` has passed unless that is
 * negative. Answers the timer's number. */
guint gw_timers_add(GwTimers *timers, JSValueConst callback, gint64 delay_us, gint64 repeat_us);

/* Forget a timer; one that is not there (any more) is ignored. */
void gw_timers_remove(GwTimers *timers, guint number);

/* Whether the loop waits for this timer (timer.unref()). */
void gw_timers_set_ref(GwTimers *timers, guint number, bool is_ref);

bool gw_timers_has_ref(const GwTimers *timers);

/* Whether one-shot timers that count are due until `until_us` (monotonic). */
bool gw_timers_has_ref_until(const GwTimers *timers, gint64 until_us);

/* When the first timer is due (monotonic), or G_MAXINT64. */
gint64 gw_timers_next_us(const GwTimers *timers);

/* The callback of the first timer if it is due by `now_us`, owned by the caller, else undefined.
 * The timer is gone then, or set for its next time. */
JSValue gw_timers_take_due(GwTimers *timers, gint64 now_us);

guint gw_timers_count(const GwTimers *timers);
void gw_timers_clear(GwTimers *timers);

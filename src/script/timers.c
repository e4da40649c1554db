/* SPDX-License-Identifier: Apache-2.0 */
#include "script/timers.h"

typedef struct {
    JSContext *js;    /* borrowed */
    JSValue callback; /* owned */
    gint64 due_us;
    gint64 repeat_us; /* negative: once */
    guint number;
    bool is_ref;
} Timer;

struct GwTimers {
    JSContext *js;       /* borrowed */
    GSequence *by_due;   /* owned: Timer, owned */
    GHashTable *by_name; /* owned: number -> GSequenceIter, borrowed */
    guint last_number;
    guint ref_count;
};

static void
timer_free(Timer *timer)
{
    JS_FreeValue(timer->js, timer->callback);
    g_free(timer);
}

/* Timers that are due at the same time fire in the order in which they were set. */
static gint
compare_due(gconstpointer a, gconstpointer b, gpointer data)
{
    const Timer *one = a;
    const Timer *other = b;

    if (one->due_us != other->due_us)
        return one->due_us < other->due_us ? -1 : 1;
    return one->number < other->number ? -1 : one->number > other->number;
}

GwTimers *
gw_timers_new(JSContext *js)
{
    GwTimers *timers = g_new0(GwTimers, 1);

    timers->js = js;
    timers->by_due = g_sequence_new((GDestroyNotify)timer_free);
    timers->by_name = g_hash_table_new(NULL, NULL);
    return timers;
}

void
gw_timers_free(GwTimers *timers)
{
    if (timers == NULL)
        return;
    g_hash_table_unref(timers->by_name);
    g_sequence_free(timers->by_due);
    g_free(timers);
}

static GSequenceIter *
find(const GwTimers *timers, guint number)
{
    return g_hash_table_lookup(timers->by_name, GUINT_TO_POINTER(number));
}

guint
gw_timers_add(GwTimers *timers, JSValueConst callback, gint64 delay_us, gint64 repeat_us)
{
    Timer *timer = g_new0(Timer, 1);
    GSequenceIter *place;

    timer->js = timers->js;
    timer->callback = JS_DupValue(timers->js, callback);
    timer->due_us = g_get_monotonic_time() + delay_us;
    timer->repeat_us = repeat_us;
    timer->number = ++timers->last_number;
    timer->is_ref = true;
    timers->ref_count++;
    place = g_sequence_insert_sorted(timers->by_due, timer, compare_due, NULL);
    g_hash_table_insert(timers->by_name, GUINT_TO_POINTER(timer->number), place);
    return timer->number;
}

static void
remove_at(GwTimers *timers, GSequenceIter *place)
{
    const Timer *timer = g_sequence_get(place);

    if (timer->is_ref)
        timers->ref_count--;
    g_hash_table_remove(timers->by_name, GUINT_TO_POINTER(timer->number));
    g_sequence_remove(place);
}

void
gw_timers_remove(GwTimers *timers, guint number)
{
    GSequenceIter *place = find(timers, number);

    if (place != NULL)
        remove_at(timers, place);
}

void
gw_timers_set_ref(GwTimers *timers, guint number, bool is_ref)
{
    GSequenceIter *place = find(timers, number);
    Timer *timer = place != NULL ? g_sequence_get(place) : NULL;

    if (timer == NULL || timer->is_ref == is_ref)
        return;
    timer->is_ref = is_ref;
    timers->ref_count += is_ref ? 1 : -1;
}

bool
gw_timers_has_ref(const GwTimers *timers)
{
    return timers->ref_count > 0;
}

bool
gw_timers_has_ref_until(const GwTimers *timers, gint64 until_us)
{
    GSequenceIter *place = g_sequence_get_begin_iter(timers->by_due);

    for (; !g_sequence_iter_is_end(place); place = g_sequence_iter_next(place)) {
        const Timer *timer = g_sequence_get(place);

        if (timer->due_us > until_us)
            return false;
        if (timer->is_ref && timer->repeat_us < 0)
            return true;
    }
    return false;
}

gint64
gw_timers_next_us(const GwTimers *timers)
{
    GSequenceIter *first = g_sequence_get_begin_iter(timers->by_due);

    if (g_sequence_iter_is_end(first))
        return G_MAXINT64;
    return ((const Timer *)g_sequence_get(first))->due_us;
}

JSValue
gw_timers_take_due(GwTimers *timers, gint64 now_us)
{
    GSequenceIter *first = g_sequence_get_begin_iter(timers->by_due);
    Timer *timer = g_sequence_iter_is_end(first) ? NULL : g_sequence_get(first);
    JSValue callback;

    if (timer == NULL || timer->due_us > now_us)
        return JS_UNDEFINED;
    callback = JS_DupValue(timers->js, timer->callback);
    if (timer->repeat_us < 0) {
        remove_at(timers, first);
        return callback;
    }
    timer->due_us = now_us + timer->repeat_us;
    g_sequence_sort_changed(first, compare_due, NULL);
    return callback;
}

guint
gw_timers_count(const GwTimers *timers)
{
    return g_hash_table_size(timers->by_name);
}

void
gw_timers_clear(GwTimers *timers)
{
    g_hash_table_remove_all(timers->by_name);
    g_sequence_remove_range(g_sequence_get_begin_iter(timers->by_due),
                            g_sequence_get_end_iter(timers->by_due));
    timers->ref_count = 0;
}

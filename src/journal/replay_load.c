/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/record.h"
#include "journal/replay-internal.h"

#include "mongo/reply_sum.h"

/* More than a job can have. */
#define STEPS_MAX (64 * 1024 * 1024)

static void
step_free(gpointer data)
{
    GwReplayStep *step = data;

    g_free(step->source);
    g_clear_pointer(&step->answers, bson_destroy);
    g_clear_pointer(&step->reply, bson_destroy);
    g_ptr_array_unref(step->entries);
    g_free(step);
}

void
gw_replay_free(GwReplay *replay)
{
    if (replay == NULL)
        return;
    g_clear_pointer(&replay->steps, g_ptr_array_unref);
    g_clear_pointer(&replay->entries, g_ptr_array_unref);
    gw_done_free(replay->done);
    g_mutex_clear(&replay->lock);
    g_free(replay->why);
    g_free(replay);
}

static bool
refuse(const char *why, GError **error)
{
    return gw_throw(error, GW_ERROR_REFUSED, "%s", why);
}

/* Step `number`, made where it is not there yet; NULL = no such number can be. */
static GwReplayStep *
step_at(GwReplay *replay, gint64 number)
{
    if (number < 1 || number > STEPS_MAX)
        return NULL;
    while ((gint64)replay->steps->len < number) {
        GwReplayStep *step = g_new0(GwReplayStep, 1);

        step->entries = g_ptr_array_new();
        g_ptr_array_add(replay->steps, step);
    }
    return g_ptr_array_index(replay->steps, number - 1);
}

/* What is over, and in no entry of its own. Entries may tell of it twice. */
static bool
take_past(GwReplay *replay, const bson_t *past)
{
    GwReplayStep *step = step_at(replay, gw_bson_get_int(past, "step", 0));

    if (step == NULL || (step->kind == GW_STEP_WRITE && step->reply != NULL))
        return step != NULL;
    if (step->kind != GW_STEP_MISSING && step->kind != GW_STEP_WRITE)
        return true;
    step->is_over = true;
    if (bson_has_field(past, "source")) {
        step->kind = GW_STEP_SOURCE;
        step->source = g_strdup(gw_bson_get_str(past, "source"));
    } else if (bson_has_field(past, "reads")) {
        step->kind = GW_STEP_READS;
        step->count = gw_bson_get_int(past, "reads", 0);
        step->of = (guint64)gw_bson_get_int(past, "hash", 0);
        step->answers = gw_bson_copy_doc(past, "answers");
    } else {
        step->kind = GW_STEP_WRITE;
        step->of = (guint64)gw_bson_get_int(past, "of", 0);
        step->reply = gw_bson_copy_doc(past, "reply");
    }
    return true;
}

static bool
take_all_past(GwReplay *replay, const bson_t *trace)
{
    bson_t list = BSON_INITIALIZER;
    bson_iter_t iter;

    if (!gw_bson_get_doc(trace, "past", &list) || !bson_iter_init(&iter, &list))
        return true;
    while (bson_iter_next(&iter)) {
        const guint8 *data = NULL;
        guint32 length = 0;
        bson_t past = BSON_INITIALIZER;

        if (!BSON_ITER_HOLDS_DOCUMENT(&iter))
            return false;
        bson_iter_document(&iter, &length, &data);
        if (!bson_init_static(&past, data, length) || !take_past(replay, &past))
            return false;
    }
    return true;
}

/* Why nobody can go on behind this entry; NULL = one can. */
static const char *
obstacle_of(const GwEntry *entry)
{
    const char *what = entry->trace != NULL ? gw_bson_get_str(entry->trace, "what") : NULL;

    if (entry->is_undone)
        return "some of it was taken back already";
    if (entry->kind == GW_ENTRY_IRREVERSIBLE)
        return "it did something that godwit knows nothing of";
    if (entry->kind == GW_ENTRY_OUTPUT && bson_has_field(entry->facts, "type"))
        return "it wrote to a time-series, whose documents have no entries of their own";
    if (what == NULL)
        return "its journal does not say how it came about";
    if (gw_bson_get_bool(entry->trace, "lost", false))
        return "it asked for too much that changed nothing";
    if (g_str_equal(what, "own"))
        return "it used a transaction of its own";
    return g_str_equal(what, "plain") ? "it changed a collection that no transaction can hold"
                                      : NULL;
}

static bool
take_entry(GwReplay *replay, GwEntry *entry, GError **error)
{
    const char *obstacle = obstacle_of(entry);
    GwReplayStep *step = NULL;

    if (obstacle != NULL)
        return refuse(obstacle, error);
    step = step_at(replay, gw_bson_get_int(entry->trace, "step", 0));
    if (step == NULL || !take_all_past(replay, entry->trace))
        return refuse("its journal is damaged", error);
    step->kind = GW_STEP_WRITE;
    step->of = (guint64)gw_bson_get_int(entry->trace, "of", 0);
    g_ptr_array_add(step->entries, entry);
    if (g_strcmp0(gw_bson_get_str(entry->trace, "what"), "whole") == 0) {
        step->is_over = true;
        step->reply = gw_bson_copy_doc(entry->trace, "reply");
    }
    replay->facts.seq = MAX(replay->facts.seq, entry->seq);
    replay->facts.op = MAX(replay->facts.op, entry->op);
    replay->facts.unsure += entry->is_unsure ? 1 : 0;
    replay->facts.documents += entry->count;
    return true;
}

static bool
is_part(const GwEntry *entry)
{
    return g_strcmp0(gw_bson_get_str(entry->trace, "what"), "part") == 0;
}

/* A batch of which all parts are there is over, though nothing came behind it to say so. */
static void
join_parts(GwReplayStep *step)
{
    GwReplySum sum;
    gint64 count = 0;
    gint64 total = -1;

    gw_reply_sum_init(&sum);
    for (guint index = 0; index < step->entries->len; index++) {
        const GwEntry *entry = g_ptr_array_index(step->entries, index);
        g_autoptr(bson_t) reply = gw_bson_copy_doc(entry->trace, "reply");

        if (!is_part(entry) || reply == NULL)
            continue;
        count += gw_bson_get_int(entry->trace, "count", 0);
        total = gw_bson_get_int(entry->trace, "total", 0);
        gw_reply_sum_add(&sum, reply, (gsize)gw_bson_get_int(entry->trace, "first", 0));
    }
    if (count == total && step->reply == NULL) {
        g_autoptr(bson_t) nothing = bson_new();

        step->is_over = true;
        step->reply = bson_new();
        gw_reply_sum_append(&sum, nothing, step->reply);
    }
    gw_reply_sum_clear(&sum);
}

static bool
check_step(GwReplay *replay, guint index, GError **error)
{
    GwReplayStep *step = g_ptr_array_index(replay->steps, index);
    const bool is_last = index + 1 == replay->steps->len;

    if (step->kind == GW_STEP_MISSING)
        return refuse("its journal lacks a step; it may have written several things at a time",
                      error);
    if (step->kind != GW_STEP_WRITE)
        return true;
    if (!step->is_over)
        join_parts(step);
    if (!step->is_over && !is_last)
        return refuse("it wrote several things at a time", error);
    if (step->is_over && step->reply == NULL)
        return refuse("the answer to one of its writes is not recorded", error);
    return true;
}

static bool
check_source(const GwReplay *replay, const char *source, GError **error)
{
    const GwReplayStep *first = g_ptr_array_index(replay->steps, 0);

    if (first->kind == GW_STEP_SOURCE && g_strcmp0(first->source, source) == 0)
        return true;
    return refuse("its file, or godwit, is another one than it was then", error);
}

/* Documents of a list; of those that it left as they were, nobody knows. */
static bool
add_ids(GwReplay *replay, GwColl *entries, const GwEntry *entry, GError **error)
{
    g_autoptr(GPtrArray) records = gw_entry_records(entries, entry, error);

    if (records == NULL)
        return false;
    for (guint index = 0; index < records->len; index++) {
        GwDocRecord record = {0};

        if (!gw_record_view(g_ptr_array_index(records, index), &record))
            return refuse("its journal is damaged", error);
        gw_done_add_id(replay->done, &record.id);
    }
    return true;
}

static void
add_range(GwReplay *replay, const bson_t *trace)
{
    g_auto(bson_t) after = BSON_INITIALIZER;
    g_auto(bson_t) upto = BSON_INITIALIZER;

    gw_bson_copy_field(trace, "after", &after, "_id");
    gw_bson_copy_field(trace, "upto", &upto, "_id");
    gw_done_add_range(replay->done, bson_empty(&after) ? NULL : &after, &upto);
}

static bool
add_chunk(GwReplay *replay, GwColl *entries, const GwEntry *entry, GError **error)
{
    g_autoptr(bson_t) reply = gw_bson_copy_doc(entry->trace, "reply");

    if (is_part(entry))
        return refuse("it ended in the middle of a batch of writes", error);
    if (entry->kind != GW_ENTRY_DOCS)
        return true; /* the collection was made for it */
    if (reply == NULL)
        return refuse("its journal is damaged", error);
    gw_done_add_reply(replay->done, reply);
    if (!bson_has_field(entry->trace, "upto"))
        return add_ids(replay, entries, entry, error);
    add_range(replay, entry->trace);
    return true;
}

/* What there is of the last step. */
static bool
gather_done(GwReplay *replay, GwColl *entries, GError **error)
{
    const GwReplayStep *last = g_ptr_array_index(replay->steps, replay->steps->len - 1);

    if (last->is_over)
        return true;
    replay->done = gw_done_new();
    for (guint index = 0; index < last->entries->len; index++) {
        if (!add_chunk(replay, entries, g_ptr_array_index(last->entries, index), error))
            return false;
    }
    return true;
}

static bool
take_entries(GwReplay *replay, GError **error)
{
    for (guint index = replay->entries->len; index > 0; index--) {
        if (!take_entry(replay, g_ptr_array_index(replay->entries, index - 1), error))
            return false;
    }
    for (guint index = 0; index < replay->steps->len; index++) {
        if (!check_step(replay, index, error))
            return false;
    }
    replay->facts.step = replay->steps->len;
    return true;
}

GwReplay *
gw_replay_load(GwColl *entries, const bson_oid_t *job, const char *source, GError **error)
{
    g_autoptr(GwReplay) replay = g_new0(GwReplay, 1);

    g_mutex_init(&replay->lock);
    replay->steps = g_ptr_array_new_with_free_func(step_free);
    replay->entries = gw_entry_list(entries, job, error);
    if (replay->entries == NULL)
        return NULL;
    if (replay->entries->len == 0) {
        (void)refuse("it had changed nothing yet", error);
        return NULL;
    }
    if (!take_entries(replay, error) || !check_source(replay, source, error) ||
        !gather_done(replay, entries, error))
        return NULL;
    return g_steal_pointer(&replay);
}

GwReplayFacts
gw_replay_facts(const GwReplay *replay)
{
    return replay->facts;
}

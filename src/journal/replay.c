/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/replay-internal.h"

#include "base/hash.h"
#include "journal/fingerprint.h"
#include "mongo/reply_sum.h"
#include "mongo/write_facts.h"

/* Under the lock. What was wrong first is what to tell. */
static GwReplayAnswer
stop(GwReplay *replay, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (replay->why == NULL)
        replay->why = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return GW_REPLAY_STOPPED;
}

static bool
is_over(const GwReplay *replay)
{
    return replay->at >= replay->steps->len;
}

static const GwReplayStep *
next_step(const GwReplay *replay)
{
    return g_ptr_array_index(replay->steps, replay->at);
}

/* The source was compared beforehand. */
static void
skip_source(GwReplay *replay)
{
    while (!is_over(replay) && next_step(replay)->kind == GW_STEP_SOURCE)
        replay->at++;
}

static void
pass(GwReplay *replay)
{
    replay->at++;
    replay->read = 0;
    replay->hash = 0;
}

static bool
is_of_documents(GwWriteKind kind)
{
    return kind == GW_WRITE_INSERT || kind == GW_WRITE_UPDATE || kind == GW_WRITE_DELETE ||
           kind == GW_WRITE_SWEEP || kind == GW_WRITE_FIND_AND_MODIFY;
}

/* A deed that was announced, and may have been done or not: whether it can be done again. */
static bool
can_go_on(const GwWrite *write)
{
    return is_of_documents(write->kind) || write->kind == GW_WRITE_CREATE_INDEXES ||
           write->kind == GW_WRITE_COLL_MOD;
}

/* Each operation's own result can be told where all have the same. */
static bool
tell_outcomes(const GwWrite *write, const bson_t *reply)
{
    const gint64 count = (gint64)write->batch_count;
    const gint64 matched = gw_bson_get_int(reply, "n", 0);
    const gint64 modified = gw_bson_get_int(reply, "nModified", 0);
    const bool all_matched = matched == count;
    const bool all_modified = modified == count;

    if (write->outcomes == NULL)
        return true;
    if ((matched != 0 && !all_matched) || (modified != 0 && !all_modified))
        return false;
    memset(write->outcomes,
           (all_matched ? GW_WRITE_MATCHED : 0) | (all_modified ? GW_WRITE_MODIFIED : 0),
           write->batch_count);
    return true;
}

static GwReplayAnswer
meet_step(GwReplay *replay, const GwWrite *write, GwTraceCall *call, bson_t *out_reply)
{
    const GwReplayStep *step = next_step(replay);
    g_auto(GwWriteFacts) facts = {0};

    gw_write_facts_read(write, &facts);
    if (step->kind != GW_STEP_WRITE)
        return stop(replay, "'%s' came where it had read before", facts.what);
    if (step->of != call->of)
        return stop(replay, "'%s' of '%s.%s' is not what it did then", facts.what, facts.db,
                    facts.coll != NULL ? facts.coll : "");
    if (!step->is_over && !can_go_on(write))
        return stop(replay, "it ended in the middle of '%s'", facts.what);
    if (step->is_over && !tell_outcomes(write, step->reply))
        return stop(replay, "the results of single writes are not recorded");
    call->step = replay->at + 1;
    call->done = step->is_over ? NULL : replay->done;
    pass(replay);
    if (!step->is_over)
        return GW_REPLAY_GO_ON;
    bson_concat(out_reply, step->reply);
    BSON_APPEND_DOUBLE(out_reply, "ok", 1);
    return GW_REPLAY_ANSWERED;
}

GwReplayAnswer
gw_replay_meet(GwReplay *replay, const GwWrite *write, GwTraceCall *out_call, bson_t *out_reply)
{
    GwReplayAnswer answer = GW_REPLAY_OVER;

    g_mutex_lock(&replay->lock);
    skip_source(replay);
    if (replay->why != NULL)
        answer = GW_REPLAY_STOPPED;
    else if (!is_over(replay))
        answer = meet_step(replay, write, out_call, out_reply);
    g_mutex_unlock(&replay->lock);
    return answer;
}

/* The kept answer to the read that comes next. */
static bool
find_answer(const GwReplay *replay, guint64 of, bson_t *out_reply)
{
    const GwReplayStep *step = next_step(replay);
    bson_t answer = BSON_INITIALIZER;
    bson_t reply = BSON_INITIALIZER;
    char digits[24];

    if (step->kind != GW_STEP_READS || step->answers == NULL)
        return false;
    g_snprintf(digits, sizeof digits, "%" G_GINT64_FORMAT, replay->read);
    if (!gw_bson_get_doc(step->answers, digits, &answer) ||
        (guint64)gw_bson_get_int(&answer, "of", 0) != of ||
        !gw_bson_get_doc(&answer, "reply", &reply))
        return false;
    bson_concat(out_reply, &reply);
    BSON_APPEND_DOUBLE(out_reply, "ok", 1);
    return true;
}

static void
count_read(GwReplay *replay, guint64 of, const bson_t *reply)
{
    const GwReplayStep *step = next_step(replay);
    const guint64 hash = reply != NULL ? gw_fingerprint_reply(reply) : 0;

    replay->read++;
    replay->hash = gw_hash_go_on(gw_hash_go_on(replay->hash, &of, sizeof of), &hash, sizeof hash);
    if (step->kind != GW_STEP_READS) {
        (void)stop(replay, "it reads where it had written before");
        return;
    }
    if (replay->read < step->count)
        return;
    if (replay->hash != step->of)
        (void)stop(replay, "what it reads is not what it read then");
    else
        pass(replay);
}

bool
gw_replay_answer(GwReplay *replay, guint64 of, bson_t *out_reply)
{
    bool is_known = false;

    g_mutex_lock(&replay->lock);
    skip_source(replay);
    is_known = replay->why == NULL && !is_over(replay) && find_answer(replay, of, out_reply);
    if (is_known)
        count_read(replay, of, out_reply);
    g_mutex_unlock(&replay->lock);
    return is_known;
}

bool
gw_replay_note_read(GwReplay *replay, guint64 of, const bson_t *reply)
{
    bool is_old = false;

    g_mutex_lock(&replay->lock);
    skip_source(replay);
    is_old = replay->why != NULL || !is_over(replay);
    if (is_old && replay->why == NULL)
        count_read(replay, of, reply);
    g_mutex_unlock(&replay->lock);
    return is_old;
}

bool
gw_replay_check(GwReplay *replay, GError **error)
{
    bool is_good = false;

    g_mutex_lock(&replay->lock);
    skip_source(replay);
    if (replay->why == NULL && !is_over(replay))
        (void)stop(replay, "it ended before it did all that it had done then");
    is_good = replay->why == NULL;
    if (!is_good)
        gw_throw(error, GW_ERROR_REFUSED, "%s", replay->why);
    g_mutex_unlock(&replay->lock);
    return is_good;
}

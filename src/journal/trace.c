/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/trace.h"

#include "base/hash.h"
#include "journal/fingerprint.h"

/* Answers to reads are kept where they are short, else a hash of them. */
#define ANSWERS_BYTES_MAX 1024
/* Answers to writes are kept, or nothing is. */
#define REPLY_BYTES_MAX (16 * 1024)
/* What waits for an entry. */
#define PAST_BYTES_MAX (256 * 1024)

/* Something that is over. */
typedef struct {
    gint64 mark; /* grows */
    bson_t *doc; /* owned */
} Past;

/* Reads since the last write. */
typedef struct {
    gint64 step; /* 0 = none */
    gint64 count;
    guint64 hash;
    bson_t answers; /* an array */
    bool has_answers;
} Reads;

struct GwTrace {
    GMutex lock; /* guards what follows */
    gint64 last; /* step */
    gint64 mark;
    gint64 lent; /* a mark: what is up to it is in an entry that is on its way */
    GQueue past; /* Past, owned */
    gsize past_bytes;
    bool is_lost; /* it was too much: nobody can go by it */
    Reads reads;
};

static void
past_free(gpointer data)
{
    Past *past = data;

    bson_destroy(past->doc);
    g_free(past);
}

GwTrace *
gw_trace_new(void)
{
    GwTrace *trace = g_aligned_alloc0(1, sizeof(GwTrace), _Alignof(GwTrace));

    g_mutex_init(&trace->lock);
    g_queue_init(&trace->past);
    bson_init(&trace->reads.answers);
    return trace;
}

void
gw_trace_free(GwTrace *trace)
{
    if (trace == NULL)
        return;
    g_queue_clear_full(&trace->past, past_free);
    bson_destroy(&trace->reads.answers);
    g_mutex_clear(&trace->lock);
    g_aligned_free(trace);
}

static void
add_past(GwTrace *trace, bson_t *take_doc)
{
    Past *past = g_new0(Past, 1);

    past->mark = ++trace->mark;
    past->doc = take_doc;
    trace->past_bytes += take_doc->len;
    g_queue_push_tail(&trace->past, past);
    if (trace->past_bytes <= PAST_BYTES_MAX)
        return;
    trace->is_lost = true;
    g_queue_clear_full(&trace->past, past_free);
    trace->past_bytes = 0;
}

void
gw_trace_note_source(GwTrace *trace, const char *source)
{
    g_mutex_lock(&trace->lock);
    add_past(trace, BCON_NEW("step", BCON_INT64(++trace->last), "source", BCON_UTF8(source)));
    g_mutex_unlock(&trace->lock);
}

void
gw_trace_go_on(GwTrace *trace, gint64 last)
{
    trace->last = last;
}

static void
open_reads(GwTrace *trace)
{
    Reads *reads = &trace->reads;

    if (reads->step > 0)
        return;
    reads->step = ++trace->last;
    reads->count = 0;
    reads->hash = 0;
    reads->has_answers = true;
    bson_reinit(&reads->answers);
}

/* Whoever wants to answer in the server's place has to know all of it. */
static void
keep_answer(Reads *reads, guint64 of, const bson_t *reply)
{
    g_auto(bson_t) brief = BSON_INITIALIZER;
    g_autoptr(bson_t) answer = NULL;
    char digits[24];

    if (reply->len + reads->answers.len > ANSWERS_BYTES_MAX ||
        gw_bson_get_int(reply, "cursor.id", 0) != 0) {
        reads->has_answers = false;
        return;
    }
    gw_fingerprint_strip(reply, &brief);
    answer = BCON_NEW("of", BCON_INT64((gint64)of), "reply", BCON_DOCUMENT(&brief));
    g_snprintf(digits, sizeof digits, "%" G_GINT64_FORMAT, reads->count);
    BSON_APPEND_DOCUMENT(&reads->answers, digits, answer);
}

void
gw_trace_note_read(GwTrace *trace, guint64 of, const bson_t *reply)
{
    Reads *reads = &trace->reads;
    const guint64 hash = reply != NULL ? gw_fingerprint_reply(reply) : 0;

    g_mutex_lock(&trace->lock);
    open_reads(trace);
    if (reply == NULL)
        reads->has_answers = false;
    if (reads->has_answers)
        keep_answer(reads, of, reply);
    reads->count++;
    reads->hash = gw_hash_go_on(gw_hash_go_on(reads->hash, &of, sizeof of), &hash, sizeof hash);
    g_mutex_unlock(&trace->lock);
}

static void
close_reads(GwTrace *trace)
{
    Reads *reads = &trace->reads;
    bson_t *doc = NULL;

    if (reads->step == 0)
        return;
    doc = BCON_NEW("step", BCON_INT64(reads->step), "reads", BCON_INT64(reads->count), "hash",
                   BCON_INT64((gint64)reads->hash));
    if (reads->has_answers)
        BSON_APPEND_ARRAY(doc, "answers", &reads->answers);
    reads->step = 0;
    add_past(trace, doc);
}

void
gw_trace_begin(GwTrace *trace, GwTraceCall *call)
{
    g_mutex_lock(&trace->lock);
    close_reads(trace);
    call->step = ++trace->last;
    g_mutex_unlock(&trace->lock);
}

void
gw_trace_end(GwTrace *trace, const GwTraceCall *call, const bson_t *reply)
{
    g_auto(bson_t) brief = BSON_INITIALIZER;
    bson_t *doc = NULL;

    if (call->is_told)
        return;
    doc = BCON_NEW("step", BCON_INT64(call->step), "of", BCON_INT64((gint64)call->of));
    if (reply != NULL && reply->len <= REPLY_BYTES_MAX) {
        gw_fingerprint_strip(reply, &brief);
        BSON_APPEND_DOCUMENT(doc, "reply", &brief);
    }
    g_mutex_lock(&trace->lock);
    add_past(trace, doc);
    g_mutex_unlock(&trace->lock);
}

static void
append_past(GwTrace *trace, bson_t *doc)
{
    const Past *last = g_queue_peek_tail(&trace->past);
    bson_t array = BSON_INITIALIZER;
    guint32 count = 0;

    if (trace->is_lost)
        BSON_APPEND_BOOL(doc, "lost", true);
    if (last == NULL || last->mark <= trace->lent)
        return;
    bson_append_array_begin(doc, "past", -1, &array);
    for (const GList *link = trace->past.head; link != NULL; link = link->next) {
        const Past *past = link->data;

        if (past->mark > trace->lent)
            gw_bson_append_doc_at(&array, count++, past->doc);
    }
    bson_append_array_end(doc, &array);
}

void
gw_trace_describe(GwTrace *trace, const GwTraceCall *call, const char *what, GwEntry *entry)
{
    if (call == NULL)
        return;
    entry->trace = BCON_NEW("step", BCON_INT64(call->step), "of", BCON_INT64((gint64)call->of),
                            "what", BCON_UTF8(what));
    g_mutex_lock(&trace->lock);
    append_past(trace, entry->trace);
    entry->trace_mark = trace->mark;
    g_mutex_unlock(&trace->lock);
}

void
gw_trace_lend(GwTrace *trace, gint64 mark)
{
    g_mutex_lock(&trace->lock);
    trace->lent = MAX(trace->lent, mark);
    g_mutex_unlock(&trace->lock);
}

void
gw_trace_confirm(GwTrace *trace, gint64 mark)
{
    g_mutex_lock(&trace->lock);
    while (!g_queue_is_empty(&trace->past)) {
        const Past *past = g_queue_peek_head(&trace->past);

        if (past->mark > mark)
            break;
        trace->past_bytes -= past->doc->len;
        past_free(g_queue_pop_head(&trace->past));
    }
    g_mutex_unlock(&trace->lock);
}

/* All that the call is, or a piece of it. */
static const char *
what_of(const GwPart *part)
{
    if (part->docs->is_plain)
        return "plain";
    if (gw_session_in_transaction(part->docs->write->session))
        return "own";
    if (part->kind == GW_PART_MANY && part->operations->len == 1)
        return "chunk";
    return part->kind != GW_PART_MANY && part->count == part->operations->len ? "whole" : "part";
}

/* The range that the chunk got to. */
static void
append_range(const GwPart *part, bson_t *to)
{
    const GwDocSet *seen = part->seen != NULL ? part->seen : part->pre;
    const guint count = gw_doc_set_count(seen);

    gw_bson_copy_field(part->scope.after, "_id", to, "after");
    gw_bson_copy_field(part->is_cut && count > 0 ? gw_doc_set_at(seen, count - 1)
                                                 : part->scope.upto,
                       "_id", to, "upto");
}

/* Of a list, only the documents that changed are known to have been looked at. */
static void
append_counts(const GwPart *part, const GwEntry *entry, bson_t *to)
{
    g_auto(bson_t) counts = BSON_INITIALIZER;

    BSON_APPEND_INT64(&counts, "n", entry->count);
    bson_copy_to_excluding_noinit(&part->reply, &counts, "n", "ok", NULL);
    BSON_APPEND_DOCUMENT(to, "reply", &counts);
}

static void
append_reply(const GwPart *part, bson_t *to)
{
    g_auto(bson_t) brief = BSON_INITIALIZER;

    gw_fingerprint_strip(&part->reply, &brief);
    if (brief.len <= REPLY_BYTES_MAX)
        BSON_APPEND_DOCUMENT(to, "reply", &brief);
}

void
gw_trace_describe_part(GwTrace *trace, const GwPart *part, GwEntry *entry)
{
    const char *what = what_of(part);

    if (part->docs->call == NULL)
        return;
    gw_trace_describe(trace, part->docs->call, what, entry);
    if (g_str_equal(what, "chunk") && part->scope.upto == NULL) {
        append_counts(part, entry, entry->trace);
        return;
    }
    append_reply(part, entry->trace);
    if (g_str_equal(what, "chunk"))
        append_range(part, entry->trace);
    if (g_str_equal(what, "part"))
        BCON_APPEND(entry->trace, "first", BCON_INT64(part->first), "count",
                    BCON_INT64(part->count), "total", BCON_INT64(part->operations->len));
}

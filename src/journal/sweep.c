/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cursor that reads along an index whose keys the sweep changes could meet a document twice. So
 * either all _ids are known before the first document changes (there are few, or an index finds
 * them), or the collection is walked by _id, which nothing changes: by ranges of it where all _ids
 * are of one type, since $gt compares within a type only, else by lists of them.
 *
 * Pieces of it go to several threads, each with a session of its own. Where the change touches a
 * unique index, one after the other in order of _id: what two transactions that don't see each
 * other give the same value for a moment, the server would refuse.
 */
#include "journal/sweep.h"

#include "base/clock.h"
#include "base/crew.h"
#include "journal/statement.h"
#include "journal/trace.h"
#include "mongo/command.h"
#include "mongo/reply_sum.h"

/* Documents of one transaction: from the start, and as its time makes it. More would be somewhat
 * faster, but taking them back is one transaction as well, whoever waits for it then. A range has
 * more _ids where few of them match. */
#define CHUNK_START 1000
#define CHUNK_MIN 50
#define CHUNK_MAX 2000
#define RANGE_MAX 20000
#define CHUNK_SHORT_MS 20
#define CHUNK_LONG_MS 100

/* Up to so many _ids are read beforehand, and so many where an index finds them. */
#define FEW_DOCUMENTS 5000
#define FOUND_DOCUMENTS 100000

/* Documents of one transaction: by their _ids, else by range. */
typedef struct {
    GwDocSet *ids; /* owned */
    bson_t *after; /* owned; NULL = from the first */
    bson_t *upto;  /* owned */
    guint count;   /* how many there were when it was cut */
} Chunk;

/* An operation under way. */
typedef struct {
    GwPart *part;     /* borrowed: the whole operation */
    GwConn *conn;     /* owned: of the reader */
    GwReader *reader; /* owned: streams {_id} */
    GwDocSet *found;  /* owned: the next _ids */
    GwCrew *crew;     /* owned */
    bool is_ended;    /* the reader has no more */
    gint size;        /* atomic: documents of the next chunk */
    GMutex lock;      /* guards what follows, and the flags of `part` */
    GwReplySum sum;
} Sweep;

static void
sweep_clear(Sweep *sweep)
{
    g_clear_pointer(&sweep->crew, gw_crew_free);
    g_clear_pointer(&sweep->reader, gw_reader_free);
    g_clear_pointer(&sweep->conn, gw_conn_release);
    g_clear_pointer(&sweep->found, gw_doc_set_free);
    gw_reply_sum_clear(&sweep->sum);
    g_mutex_clear(&sweep->lock);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sweep, sweep_clear)

static void
chunk_free(gpointer data)
{
    Chunk *chunk = data;

    g_clear_pointer(&chunk->ids, gw_doc_set_free);
    g_clear_pointer(&chunk->after, bson_destroy);
    g_clear_pointer(&chunk->upto, bson_destroy);
    g_free(chunk);
}

static GwPace *
pace_of(const Sweep *sweep)
{
    return sweep->part->docs->journal->pace;
}

/* Tell how many documents there will be to look at, or how to count them. */
static void
expect(const Sweep *sweep, gint64 total, const bson_t *count)
{
    GwPaceSweep facts = {.db = sweep->part->docs->write->db,
                         .coll = sweep->part->docs->coll,
                         .total = total,
                         .count = count};

    gw_pace_sweep_begin(pace_of(sweep), &facts);
}

/* What an earlier run did of it. */
static const GwDone *
done_of(const Sweep *sweep)
{
    const GwTraceCall *call = sweep->part->docs->call;

    return call != NULL ? call->done : NULL;
}

static bool
is_done_before(const Sweep *sweep, const bson_t *doc)
{
    bson_iter_t id;

    return bson_iter_init_find(&id, doc, "_id") && gw_done_has(done_of(sweep), &id);
}

/* The answer is to all of it. */
static void
add_done(Sweep *sweep)
{
    const GPtrArray *replies = NULL;

    if (gw_done_is_empty(done_of(sweep)))
        return;
    replies = gw_done_replies(done_of(sweep));
    for (guint index = 0; index < replies->len; index++)
        gw_reply_sum_add(&sweep->sum, g_ptr_array_index(replies, index), 0);
}

static GwReader *
open_reader(const Sweep *sweep, bool in_order)
{
    g_autoptr(bson_t) find = gw_statement_find_ids(sweep->part, in_order);

    /* The next ones are read while the first are changed. */
    BSON_APPEND_INT32(find, "batchSize", FEW_DOCUMENTS + 1);
    return gw_reader_new(sweep->conn, sweep->part->docs->write->db, find, NULL);
}

/* Read the next _ids, until there are `count` of them. */
static bool
find_more(Sweep *sweep, guint count, GError **error)
{
    const bson_t *doc = NULL;

    while (!sweep->is_ended && gw_doc_set_count(sweep->found) < count) {
        if (!gw_reader_next(sweep->reader, &doc, error))
            return false;
        if (doc == NULL)
            sweep->is_ended = true;
        else if (!is_done_before(sweep, doc))
            gw_doc_set_add(sweep->found, doc);
    }
    return true;
}

/* The _ids of `set` that are not in `other`. Owned. */
static GwDocSet *
difference(const GwDocSet *set, GwDocSet *other)
{
    GwDocSet *rest = gw_doc_set_new();

    for (guint index = 0; index < gw_doc_set_count(set); index++) {
        const bson_t *doc = gw_doc_set_at(set, index);
        bson_iter_t id;

        if (bson_iter_init_find(&id, doc, "_id") && gw_doc_set_find(other, &id) == NULL)
            gw_doc_set_add(rest, doc);
    }
    return rest;
}

/* Look only at what the part did not get to. Answers whether there is any. */
static bool
cut_off(Chunk *chunk, const GwPart *part)
{
    GwDocSet *seen = part->seen != NULL ? part->seen : part->pre;
    const guint count = gw_doc_set_count(seen);

    if (!part->is_cut || count == 0)
        return false;
    if (chunk->ids == NULL) {
        g_clear_pointer(&chunk->after, bson_destroy);
        chunk->after = bson_copy(gw_doc_set_at(seen, count - 1));
        return true;
    }
    g_autoptr(GwDocSet) whole = g_steal_pointer(&chunk->ids);

    chunk->ids = difference(whole, seen);
    return gw_doc_set_count(chunk->ids) > 0;
}

/* What several threads add to. */
static void
count_part(Sweep *sweep, const GwPart *part)
{
    g_mutex_lock(&sweep->lock);
    gw_reply_sum_add(&sweep->sum, &part->reply, 0);
    sweep->part->is_sent = true;
    sweep->part->is_refused = sweep->part->is_refused || part->is_refused;
    g_mutex_unlock(&sweep->lock);
}

/* Where one with `matched` documents may be twice as large. */
static gint
twice(const Chunk *chunk, guint matched)
{
    if (chunk->upto == NULL)
        return MIN((gint)chunk->count * 2, CHUNK_MAX);
    return matched * 2 <= CHUNK_MAX ? MIN((gint)chunk->count * 2, RANGE_MAX) : 0;
}

/* A transaction is to be long enough to be worth its commit, and short enough to be in nobody's
 * way. Others of its size are on their way meanwhile, and tell the same: what follows is measured
 * by the chunk, not by what they made of it. */
static void
adapt(Sweep *sweep, const Chunk *chunk, const GwPart *part, gint64 elapsed_ms)
{
    const guint matched = gw_doc_set_count(part->seen != NULL ? part->seen : part->pre);
    gint size = g_atomic_int_get(&sweep->size);

    if (part->attempts > 1 || elapsed_ms > CHUNK_LONG_MS || matched > CHUNK_MAX)
        size = MIN(size, MAX((gint)chunk->count / 2, CHUNK_MIN));
    else if (elapsed_ms < CHUNK_SHORT_MS && !part->is_cut)
        size = MAX(size, twice(chunk, matched));
    size = MIN(size, (gint)gw_pace_chunk_max(pace_of(sweep), RANGE_MAX));
    g_atomic_int_set(&sweep->size, size);
}

/* Those that are left as they are, now that this is so. */
static bool
write_bad(const GwPart *part, GError **error)
{
    g_autofree char *ns = NULL;

    if (part->bad == NULL || part->bad->len == 0)
        return true;
    ns = g_strdup_printf("%s.%s", part->docs->write->db, part->docs->coll);
    return gw_skipped_write(part->docs->journal->skipped, ns, part->bad, error);
}

static bool
run_once(Sweep *sweep, Chunk *chunk, bool *out_more, GError **error)
{
    const gint64 start_ms = gw_clock_monotonic_ms();
    g_auto(GwPart) part = {0};
    bool is_done = false;

    gw_part_init(&part, sweep->part->docs, sweep->part->operations);
    part.kind = GW_PART_MANY;
    part.first = sweep->part->first;
    part.count = 1;
    part.scope = (GwScope){.ids = chunk->ids,
                           .after = chunk->after,
                           .upto = chunk->upto,
                           /* Others may have put some between. */
                           .count_max = chunk->count + chunk->count / 2 + 1};
    is_done = gw_docs_run_part(&part, error) && write_bad(&part, error);
    count_part(sweep, &part);
    adapt(sweep, chunk, &part, gw_clock_monotonic_ms() - start_ms);
    *out_more = is_done && cut_off(chunk, &part);
    return is_done;
}

/* Change the documents of a chunk; what is too much for one transaction, in several. */
static bool
run_chunk(gpointer piece, gpointer data, GError **error)
{
    const Chunk *chunk = piece;
    bool more = true;

    while (more) {
        if (!run_once(data, piece, &more, error))
            return false;
    }
    gw_pace_sweep_pass(pace_of(data), chunk->count);
    return true;
}

/* Documents `begin` to `end` of those that were found. */
static bool
give_ids(Sweep *sweep, guint begin, guint end)
{
    Chunk *chunk = g_new0(Chunk, 1);

    chunk->ids = gw_doc_set_new();
    chunk->count = end - begin;
    for (guint index = begin; index < end; index++)
        gw_doc_set_add(chunk->ids, gw_doc_set_at(sweep->found, index));
    return gw_crew_give(sweep->crew, chunk);
}

static bool
give_found(Sweep *sweep)
{
    guint count = gw_doc_set_count(sweep->found);
    guint begin = 0;

    while (begin < count) {
        guint end = MIN(begin + (guint)g_atomic_int_get(&sweep->size), count);

        if (!give_ids(sweep, begin, end))
            return false;
        begin = end;
    }
    return true;
}

/* Walk the collection by lists of _ids. */
static bool
walk_lists(Sweep *sweep, GError **error)
{
    g_clear_pointer(&sweep->reader, gw_reader_free);
    sweep->reader = open_reader(sweep, true);
    sweep->is_ended = false;
    do {
        g_clear_pointer(&sweep->found, gw_doc_set_free);
        sweep->found = gw_doc_set_new();
        if (!find_more(sweep, (guint)g_atomic_int_get(&sweep->size), error))
            return false;
        if (!give_ids(sweep, 0, gw_doc_set_count(sweep->found)))
            return true; /* the crew has the failure */
    } while (!sweep->is_ended);
    return true;
}

/* The _id that stands `skip` behind `after` and not behind `upto`, or the last one: {_id: ..}, NULL
 * = there is none. Owned. */
static bool
find_bound(const Sweep *sweep, const GwBound *bound, bson_t **out_id, GError **error)
{
    g_autoptr(bson_t) find = gw_statement_find_bound(sweep->part, bound);
    g_autoptr(GwReader) reader =
        gw_reader_new(sweep->conn, sweep->part->docs->write->db, find, NULL);
    const bson_t *doc = NULL;

    if (!gw_reader_next(reader, &doc, error))
        return false;
    *out_id = doc != NULL ? bson_copy(doc) : NULL;
    return true;
}

/* Types whose values are all between their first and their last one. */
static gint
class_of(const bson_t *doc)
{
    bson_iter_t id;

    if (doc == NULL || !bson_iter_init_find(&id, doc, "_id"))
        return 0;
    switch (bson_iter_type(&id)) {
    case BSON_TYPE_OID:
    case BSON_TYPE_UTF8:
    case BSON_TYPE_DATE_TIME:
    case BSON_TYPE_BINARY:
        return (gint)bson_iter_type(&id);
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
        return BSON_TYPE_INT64;
    default:
        return 0;
    }
}

/* By the order of _ids, equal types at both ends have no other one in between. */
static bool
has_ranges(const Sweep *sweep, const bson_t *first, const bson_t *last)
{
    return class_of(first) != 0 && class_of(first) == class_of(last) &&
           !gw_catalog_has_collation(sweep->part->docs->info);
}

static bool
walk_range(Sweep *sweep, const GwIdRange *range, GError **error)
{
    g_autoptr(bson_t) after = range->after != NULL ? bson_copy(range->after) : NULL;
    const bson_t *last = range->upto;
    bool is_last = false;

    while (!is_last) {
        const guint count = (guint)g_atomic_int_get(&sweep->size);
        GwBound bound = {.after = after, .upto = last, .skip = count - 1};
        g_autoptr(bson_t) upto = NULL;
        Chunk *chunk = NULL;

        if (!find_bound(sweep, &bound, &upto, error))
            return false;
        is_last = upto == NULL;
        chunk = g_new0(Chunk, 1);
        chunk->after = g_steal_pointer(&after);
        chunk->upto = is_last ? bson_copy(last) : g_steal_pointer(&upto);
        chunk->count = count;
        after = bson_copy(chunk->upto);
        if (!gw_crew_give(sweep->crew, chunk))
            return true; /* the crew has the failure */
    }
    return true;
}

static bool
walk_ranges(Sweep *sweep, const bson_t *last, GError **error)
{
    g_autoptr(GPtrArray) gaps = gw_done_gaps(done_of(sweep), last);

    for (guint index = 0; index < gaps->len; index++) {
        if (!walk_range(sweep, g_ptr_array_index(gaps, index), error))
            return false;
    }
    return true;
}

static bool
walk(Sweep *sweep, GError **error)
{
    g_autoptr(bson_t) first = NULL;
    g_autoptr(bson_t) last = NULL;

    g_autoptr(bson_t) count = BCON_NEW("count", BCON_UTF8(sweep->part->docs->coll));

    /* All of them are looked at: the server knows how many without reading them. */
    expect(sweep, 0, count);
    if (!find_bound(sweep, &(GwBound){0}, &first, error) ||
        !find_bound(sweep, &(GwBound){.from_end = true}, &last, error))
        return false;
    return has_ranges(sweep, first, last) && !gw_done_has_ids(done_of(sweep))
               ? walk_ranges(sweep, last, error)
               : walk_lists(sweep, error);
}

/* Whether the change moves documents along an index other than that of _id: any, or a unique one.
 */
static bool
touches_index(const Sweep *sweep, bool is_unique)
{
    g_auto(GwTouched) touched = {0};

    gw_touched_init(&touched);
    gw_statement_touched(sweep->part, &touched);
    return gw_touched_moves_along_any(&touched, sweep->part->docs->info->indexes, is_unique);
}

/* Hand on _ids as the reader finds them. */
static bool
stream(Sweep *sweep, GError **error)
{
    for (;;) {
        if (!give_found(sweep) || sweep->is_ended)
            return true; /* the crew has the failure */
        g_clear_pointer(&sweep->found, gw_doc_set_free);
        sweep->found = gw_doc_set_new();
        if (!find_more(sweep, (guint)g_atomic_int_get(&sweep->size), error))
            return false;
    }
}

/* Whether the server reads all of the collection to find them. */
static bool
is_scanned(const Sweep *sweep, bool *out_is_scanned, GError **error)
{
    g_autoptr(bson_t) find = gw_statement_find_ids(sweep->part, false);
    g_autoptr(bson_t) explain =
        BCON_NEW("explain", BCON_DOCUMENT(find), "verbosity", BCON_UTF8("queryPlanner"));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t plan = BSON_INITIALIZER;

    if (!gw_command_read(sweep->conn, sweep->part->docs->write->db, explain, NULL, &reply, error))
        return false;
    *out_is_scanned = gw_bson_get_doc(&reply, "queryPlanner.winningPlan", &plan) &&
                      gw_statement_has_stage(&plan, "COLLSCAN");
    return true;
}

/* Have counted what matches now, while the change of it is already under way: as of this moment, so
 * that what was changed meanwhile counts as well. */
static bool
expect_matches(const Sweep *sweep, GError **error)
{
    g_autoptr(bson_t) ping = BCON_NEW("ping", BCON_INT32(1));
    g_autoptr(bson_t) count = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_iter_t time;

    if (!gw_command_read(sweep->conn, sweep->part->docs->write->db, ping, NULL, &reply, error))
        return false;
    if (bson_iter_init_find(&time, &reply, "operationTime"))
        count = gw_statement_count(sweep->part, &time);
    expect(sweep, 0, count);
    return true;
}

/* There are many. */
static bool
run_many(Sweep *sweep, GError **error)
{
    const bool can_walk = gw_statement_can_walk(sweep->part);
    bool is_scan = false;

    if (can_walk && !is_scanned(sweep, &is_scan, error))
        return false;
    if (is_scan)
        return walk(sweep, error);
    if (gw_statement_is_delete(sweep->part) || !touches_index(sweep, false))
        return expect_matches(sweep, error) && stream(sweep, error);
    if (!find_more(sweep, can_walk ? FOUND_DOCUMENTS + 1 : G_MAXUINT, error))
        return false;
    if (!sweep->is_ended)
        return walk(sweep, error);
    expect(sweep, gw_doc_set_count(sweep->found), NULL);
    return stream(sweep, error);
}

/* One where others would be in the way: no transactions, or values that must not meet. */
static guint
threads_for(const Sweep *sweep)
{
    const GwDocsWrite *docs = sweep->part->docs;

    if (docs->is_plain || (!gw_statement_is_delete(sweep->part) && touches_index(sweep, true)))
        return 1;
    return docs->journal->workers;
}

/* Nothing matches: the operation as it stands has the server's word on whether it is valid, and
 * inserts where it is to. */
static bool
run_empty(Sweep *sweep, GError **error)
{
    g_auto(GwPart) part = {0};
    bool is_done = false;

    gw_part_init(&part, sweep->part->docs, sweep->part->operations);
    if (sweep->part->docs->write->kind == GW_WRITE_SWEEP) {
        BCON_APPEND(&part.reply, "n", BCON_INT32(0), "nModified", BCON_INT32(0), "nDeleted",
                    BCON_INT32(0));
        gw_reply_sum_add(&sweep->sum, &part.reply, 0);
        return true;
    }
    part.kind = GW_PART_ONE;
    part.first = sweep->part->first;
    part.count = 1;
    is_done = gw_docs_run_part(&part, error);
    sweep->part->is_sent = part.is_sent;
    sweep->part->is_refused = part.is_refused;
    gw_reply_sum_add(&sweep->sum, &part.reply, 0);
    return is_done;
}

static bool
run(Sweep *sweep, GError **error)
{
    bool is_done = false;

    sweep->reader = open_reader(sweep, false);
    sweep->found = gw_doc_set_new();
    if (!find_more(sweep, gw_statement_can_walk(sweep->part) ? FEW_DOCUMENTS + 1 : G_MAXUINT,
                   error))
        return false;
    if (sweep->is_ended && gw_doc_set_count(sweep->found) == 0)
        return !gw_done_is_empty(done_of(sweep)) || run_empty(sweep, error);
    g_atomic_int_set(&sweep->size, (gint)gw_pace_chunk_max(pace_of(sweep), CHUNK_START));
    expect(sweep, sweep->is_ended ? gw_doc_set_count(sweep->found) : 0, NULL);
    sweep->crew = gw_crew_new(threads_for(sweep), run_chunk, chunk_free, sweep);
    is_done = sweep->is_ended ? stream(sweep, error) : run_many(sweep, error);
    /* Where reading has failed, that is what to tell. */
    return gw_crew_wait(sweep->crew, is_done ? error : NULL) && is_done;
}

bool
gw_sweep_run(GwPart *part, GError **error)
{
    g_auto(Sweep) sweep = {.part = part, .size = CHUNK_START};
    g_autoptr(bson_t) rest = BCON_NEW("ok", BCON_DOUBLE(1));
    bool is_done = false;

    g_mutex_init(&sweep.lock);
    gw_reply_sum_init(&sweep.sum);
    /* In the script's own transaction all of it is one chunk. */
    if (gw_session_in_transaction(part->docs->write->session))
        return gw_docs_run_part(part, error);
    sweep.conn = gw_conn_take(part->docs->journal->clients);
    add_done(&sweep);
    is_done = run(&sweep, error);
    gw_pace_sweep_end(pace_of(&sweep));
    bson_destroy(&part->reply);
    bson_init(&part->reply);
    gw_reply_sum_append(&sweep.sum, rest, &part->reply);
    return is_done;
}

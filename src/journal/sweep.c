/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cursor that reads along an index whose keys the sweep changes could meet a document twice. So
 * either all _ids are known before the first document changes (there are few), or the collection is
 * walked by _id, which nothing changes.
 */
#include "journal/sweep.h"

#include "journal/statement.h"
#include "mongo/reply_sum.h"

#define CHUNK_DOCUMENTS 1000
/* Up to so many _ids are read beforehand. */
#define FEW_DOCUMENTS 20000

/* An operation under way. */
typedef struct {
    GwPart *part;     /* borrowed: the whole operation */
    GwConn *conn;     /* owned: of the reader */
    GwReader *reader; /* owned: streams {_id} */
    GwDocSet *chunk;  /* owned: the next _ids */
    GwReplySum sum;
    bool is_ended; /* the reader has no more */
} Sweep;

static void
sweep_clear(Sweep *sweep)
{
    g_clear_pointer(&sweep->reader, gw_reader_free);
    g_clear_pointer(&sweep->conn, gw_conn_release);
    g_clear_pointer(&sweep->chunk, gw_doc_set_free);
    gw_reply_sum_clear(&sweep->sum);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sweep, sweep_clear)

static GwReader *
open_reader(const Sweep *sweep, bool in_order)
{
    g_autoptr(bson_t) find = gw_statement_find_ids(sweep->part, in_order);

    return gw_reader_new(sweep->conn, sweep->part->docs->write->db, find, NULL);
}

/* Read the next _ids into the chunk, until it has `count` of them. */
static bool
fill_chunk(Sweep *sweep, guint count, GError **error)
{
    const bson_t *doc = NULL;

    while (!sweep->is_ended && gw_doc_set_count(sweep->chunk) < count) {
        if (!gw_reader_next(sweep->reader, &doc, error))
            return false;
        if (doc != NULL)
            gw_doc_set_add(sweep->chunk, doc);
        else
            sweep->is_ended = true;
    }
    return true;
}

/* The _ids of `set` that are not in `other`. Owned. */
static GwDocSet *
difference(const GwDocSet *set, const GwDocSet *other)
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

/* Change the documents of a chunk; what is too large for one transaction, in several. */
static bool
run_chunk(Sweep *sweep, const GwDocSet *ids, GError **error)
{
    g_auto(GwPart) part = {0};
    g_autoptr(GwDocSet) rest = NULL;
    bool is_done = false;

    gw_part_init(&part, sweep->part->docs, sweep->part->operations);
    part.kind = GW_PART_MANY;
    part.first = sweep->part->first;
    part.count = 1;
    part.ids = ids;
    is_done = gw_docs_run_part(&part, error);
    gw_reply_sum_add(&sweep->sum, &part.reply, 0);
    sweep->part->is_sent = true;
    sweep->part->is_refused = part.is_refused;
    if (!is_done)
        return false;
    if (!part.is_cut)
        return true;
    rest = difference(ids, part.pre);
    return run_chunk(sweep, rest, error);
}

static bool
run_slices(Sweep *sweep, const GwDocSet *ids, GError **error)
{
    for (guint begin = 0; begin < gw_doc_set_count(ids); begin += CHUNK_DOCUMENTS) {
        g_autoptr(GwDocSet) slice = gw_doc_set_new();
        guint end = MIN(begin + CHUNK_DOCUMENTS, gw_doc_set_count(ids));

        for (guint index = begin; index < end; index++)
            gw_doc_set_add(slice, gw_doc_set_at(ids, index));
        if (!run_chunk(sweep, slice, error))
            return false;
    }
    return true;
}

static bool
walk(Sweep *sweep, GError **error)
{
    g_clear_pointer(&sweep->reader, gw_reader_free);
    sweep->reader = open_reader(sweep, true);
    do {
        g_clear_pointer(&sweep->chunk, gw_doc_set_free);
        sweep->chunk = gw_doc_set_new();
        if (!fill_chunk(sweep, CHUNK_DOCUMENTS, error))
            return false;
        if (gw_doc_set_count(sweep->chunk) > 0 && !run_chunk(sweep, sweep->chunk, error))
            return false;
    } while (!sweep->is_ended);
    return true;
}

/* Nothing matches: the operation as it stands has the server's word on whether it is valid, and
 * inserts where it is to. */
static bool
run_empty(Sweep *sweep, GError **error)
{
    g_auto(GwPart) part = {0};
    bool is_done = false;

    gw_part_init(&part, sweep->part->docs, sweep->part->operations);
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
    guint few = gw_statement_can_walk(sweep->part) ? FEW_DOCUMENTS + 1 : G_MAXUINT;

    sweep->reader = open_reader(sweep, false);
    sweep->chunk = gw_doc_set_new();
    if (!fill_chunk(sweep, few, error))
        return false;
    if (sweep->is_ended && gw_doc_set_count(sweep->chunk) == 0)
        return run_empty(sweep, error);
    return sweep->is_ended ? run_slices(sweep, sweep->chunk, error) : walk(sweep, error);
}

/* In the script's own transaction all of it is one chunk. */
static bool
is_in_transaction(const GwPart *part)
{
    const GwSession *session = part->docs->write->session;

    return session != NULL && gw_session_in_transaction(session);
}

bool
gw_sweep_run(GwPart *part, GError **error)
{
    g_auto(Sweep) sweep = {.part = part};
    g_autoptr(bson_t) rest = BCON_NEW("ok", BCON_DOUBLE(1));
    bool is_done = false;

    gw_reply_sum_init(&sweep.sum);
    if (is_in_transaction(part))
        return gw_docs_run_part(part, error);
    sweep.conn = gw_conn_take(part->docs->journal->clients);
    is_done = run(&sweep, error);
    bson_destroy(&part->reply);
    bson_init(&part->reply);
    gw_reply_sum_append(&sweep.sum, rest, &part->reply);
    return is_done;
}

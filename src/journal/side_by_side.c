/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/side_by_side.h"

#include "base/crew.h"
#include "journal/idset.h"
#include "journal/statement.h"

/* Fewer are not worth two transactions. */
#define PIECE_MIN 100
#define PIECE_MAX 1000

/* A batch under way. */
typedef struct {
    const GwDocsWrite *docs; /* borrowed */
    GPtrArray *operations;   /* borrowed */
    GwPartKind kind;
    GwTurns turns;
    GMutex lock;     /* guards what follows */
    GwReplySum *sum; /* borrowed */
    bool is_refused;
} Batch;

typedef struct {
    Batch *batch; /* borrowed */
    guint turn;
    guint first;
    guint count;
    bool has_entered; /* at the pace */
} Piece;

static void
piece_free(gpointer data)
{
    Piece *piece = data;

    gw_turns_pass(&piece->batch->turns, piece->turn);
    if (piece->has_entered)
        gw_pace_leave(piece->batch->docs->journal->pace, GW_PACE_KNOWN);
    g_free(piece);
}

/* Each names a document of its own. */
static bool
are_apart(const GwDocsWrite *docs, const GPtrArray *operations)
{
    g_autoptr(GwIdSet) met = gw_id_set_new();

    for (guint index = 0; index < operations->len; index++) {
        const bson_t *operation = g_ptr_array_index(operations, index);

        if (gw_statement_kind(docs, operation) != GW_PART_BY_ID ||
            gw_bson_get_bool(operation, "upsert", false) ||
            !gw_id_set_add_path(met, operation, "q._id"))
            return false;
    }
    return true;
}

/* Whether values of a unique index could meet that would not one after the other. */
static bool
touches_unique(const GwDocsWrite *docs, GPtrArray *operations)
{
    g_auto(GwPart) part = {0};

    gw_part_init(&part, docs, operations);
    if (docs->write->kind == GW_WRITE_DELETE || !gw_catalog_has_unique(docs->info))
        return false;
    part.kind = GW_PART_BY_ID;
    part.count = operations->len;
    gw_statement_touched(&part, &part.touched);
    return gw_touched_moves_along_any(&part.touched, docs->info->indexes, true);
}

bool
gw_side_by_side_can(const GwDocsWrite *docs, const GPtrArray *operations)
{
    const GwWrite *write = docs->write;

    if (!write->fails_whole || docs->is_plain || write->session != NULL ||
        operations->len < 2 * PIECE_MIN)
        return false;
    return write->kind == GW_WRITE_INSERT ||
           ((write->kind == GW_WRITE_UPDATE || write->kind == GW_WRITE_DELETE) &&
            are_apart(docs, operations) && !touches_unique(docs, (GPtrArray *)operations));
}

static bool
run_piece(gpointer data, gpointer user, GError **error)
{
    const Piece *piece = data;
    Batch *batch = user;
    g_auto(GwPart) part = {0};
    bool is_done = false;

    gw_part_init(&part, batch->docs, batch->operations);
    part.kind = batch->kind;
    part.first = piece->first;
    part.count = piece->count;
    /* Documents are to lie in the collection as they were given. */
    part.turns = batch->kind == GW_PART_INSERT ? &batch->turns : NULL;
    part.turn = piece->turn;
    is_done = gw_docs_run_part(&part, error);
    if (is_done && batch->kind == GW_PART_BY_ID && batch->docs->write->outcomes != NULL)
        gw_part_tell(&part, batch->docs->write->outcomes + piece->first);
    g_mutex_lock(&batch->lock);
    gw_reply_sum_add(batch->sum, &part.reply, piece->first);
    batch->is_refused = batch->is_refused || part.is_refused;
    g_mutex_unlock(&batch->lock);
    return is_done;
}

bool
gw_side_by_side_run(const GwDocsWrite *docs, GPtrArray *operations, GwReplySum *sum, GError **error)
{
    const guint workers = docs->journal->workers;
    const guint most = gw_pace_chunk_max(docs->journal->pace, PIECE_MAX);
    const guint size = CLAMP((operations->len + workers - 1) / workers, MIN(PIECE_MIN, most), most);
    const GwPartKind kind = docs->write->kind == GW_WRITE_INSERT ? GW_PART_INSERT : GW_PART_BY_ID;
    Batch batch = {.docs = docs, .operations = operations, .sum = sum, .kind = kind};
    g_autoptr(GwCrew) crew = gw_crew_new(workers, run_piece, piece_free, &batch);
    g_autoptr(GError) failure = NULL;
    g_autoptr(GError) stop = NULL;
    bool is_done = false;

    g_mutex_init(&batch.lock);
    gw_turns_init(&batch.turns, (operations->len + size - 1) / size);
    for (guint first = 0; first < operations->len; first += size) {
        Piece *piece = g_new(Piece, 1);

        *piece = (Piece){.batch = &batch,
                         .turn = first / size,
                         .first = first,
                         .count = MIN(size, operations->len - first)};
        /* In their order, so that none waits for the turn of one that could not enter. */
        if (!gw_pace_enter(docs->journal->pace, GW_PACE_KNOWN, &stop)) {
            piece_free(piece);
            break;
        }
        piece->has_entered = true;
        if (!gw_crew_give(crew, piece))
            break;
    }
    is_done = (gw_crew_wait(crew, &failure) && stop == NULL) || batch.is_refused;
    gw_turns_clear(&batch.turns);
    g_mutex_clear(&batch.lock);
    if (!is_done)
        g_propagate_error(error,
                          failure != NULL ? g_steal_pointer(&failure) : g_steal_pointer(&stop));
    return is_done;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A write is cut into parts, each done in one transaction. In a transaction the first error takes
 * back all of it, while outside of one the server keeps what came before the error: so a part with
 * an error is done again in smaller parts, until the operation at fault stands alone and its error
 * goes into the answer.
 */
#include "journal/docs.h"

#include "journal/idset.h"
#include "journal/operations.h"
#include "journal/part.h"
#include "journal/shared.h"
#include "journal/side_by_side.h"
#include "journal/statement.h"
#include "journal/sweep.h"
#include "journal/trace.h"
#include "mongo/reply_sum.h"
#include "mongo/write_facts.h"

#define PART_OPERATIONS_MAX 1000
#define PART_BYTES_MAX (4 * 1024 * 1024)

/* Of many documents, so few that nothing is gained by waiting for them beside others. */
#define SHORT_DOCUMENTS 150

/* How far a write has come. */
typedef struct {
    const GwDocsWrite *docs; /* borrowed */
    GwOperations operations;
    GwReplySum sum;
    bool is_ordered;
    guint done;  /* operations */
    guint limit; /* how many to try at once */
} Progress;

static void
progress_clear(Progress *progress)
{
    gw_operations_clear(&progress->operations);
    gw_reply_sum_clear(&progress->sum);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Progress, progress_clear)

/* How many operations from `done` on are of one kind that can be done together. Where it has to be
 * told what became of each, a document that comes twice begins the next part. */
static guint
extent_of(const Progress *progress, GwPartKind kind)
{
    const bool is_told = progress->docs->write->outcomes != NULL && kind == GW_PART_BY_ID;
    g_autoptr(GwIdSet) met = is_told ? gw_id_set_new() : NULL;
    gsize bytes = 0;
    guint count = 0;

    if (kind != GW_PART_INSERT && kind != GW_PART_BY_ID)
        return 1;
    for (guint at = progress->done; at < progress->operations.list->len; at++) {
        const bson_t *operation = g_ptr_array_index(progress->operations.list, at);

        bytes += operation->len;
        if (count > 0 && (count >= progress->limit || bytes > PART_BYTES_MAX ||
                          gw_statement_kind(progress->docs, operation) != kind))
            break;
        if (is_told && !gw_id_set_add_path(met, operation, "q._id"))
            break;
        count++;
    }
    return count;
}

static bool
run_in_own(GwSession *session, guint row, gpointer data, GError **error)
{
    return gw_part_run(data, session, row, error);
}

/* A script waits for each of its writes: for the majority, once, at its end. The chunks of a sweep
 * wait for it beside each other, so that they go no faster than the other members. */
static bool
is_short(const GwPart *part)
{
    if (part->docs->write->waits_for_majority ||
        !gw_clients_server(part->docs->journal->clients)->is_read_as_is)
        return false;
    return part->kind != GW_PART_MANY ||
           (part->scope.count_max > 0 && part->scope.count_max <= SHORT_DOCUMENTS);
}

static bool
run_in_one_of_ours(GwPart *part, GError **error)
{
    const GwDocsWrite *docs = part->docs;
    GwSession *session = docs->write->session;

    part->is_quick = is_short(part);
    if (!part->is_quick)
        return gw_journal_in_transaction(docs->journal, run_in_own, part, session, error);
    if (!gw_journal_in_quick_transaction(docs->journal, run_in_own, part, session, error))
        return false;
    if (part->is_recorded)
        gw_journal_count_unsure(docs->journal, 1);
    return true;
}

/* Whether it is one short write of one operation, and nobody waits before it. */
static bool
can_share(const GwPart *part)
{
    const GwDocsWrite *docs = part->docs;

    return docs->may_share && !docs->is_plain && part->kind != GW_PART_MANY && is_short(part) &&
           gw_pace_is_open(docs->journal->pace);
}

static bool
run_alone(GwPart *part, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (run_in_one_of_ours(part, &failure))
        return true;
    if (part->is_joined && g_error_matches(failure, GW_ERROR, GW_ERROR_SERVER)) {
        part->is_split = true;
        return run_in_one_of_ours(part, error);
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

/* With those around it where that can be, else alone. */
static bool
run_shared(GwPart *part, GError **error)
{
    GwShared *shared = part->docs->journal->shared;
    bool is_done = false;

    switch (gw_shared_run(shared, part, error)) {
    case GW_SHARED_DONE:
        return true;
    case GW_SHARED_FAILED:
        return false;
    case GW_SHARED_ALONE:
        break;
    }
    is_done = run_alone(part, error);
    gw_shared_note_alone(shared, is_done);
    return is_done;
}

static bool
run_part(GwPart *part, bool is_sharing, GError **error)
{
    const GwDocsWrite *docs = part->docs;
    GwSession *session = docs->write->session;

    if (docs->is_plain)
        return gw_part_run_plain(part, error);
    /* A refusal there ends the transaction, so there is no second try. */
    part->is_split = gw_session_in_transaction(session);
    if (part->is_split)
        return gw_part_run(part, session, gw_journal_row_of(docs->journal, session), error);
    return is_sharing ? run_shared(part, error) : run_alone(part, error);
}

static gint64
documents_of(const GwPart *part)
{
    return part->kind == GW_PART_FIND_AND_MODIFY
               ? gw_bson_get_int(&part->reply, "lastErrorObject.n", 0)
               : gw_bson_get_int(&part->reply, "n", 0);
}

/* Its entry is there, with what came before: not in the script's transaction, which may go. */
static void
note_told(const GwPart *part)
{
    const GwDocsWrite *docs = part->docs;

    if (gw_session_in_transaction(docs->write->session))
        return;
    if (!part->is_shared)
        gw_trace_confirm(docs->journal->trace, part->trace_mark);
    if (docs->call != NULL && part->kind != GW_PART_MANY && part->count == part->operations->len)
        docs->call->is_told = true;
}

/* Nobody waits inside of a transaction: not in the script's, not in one that writes share, and not
 * for a turn that another one is waited for with. */
bool
gw_docs_run_part(GwPart *part, GError **error)
{
    GwJournal *journal = part->docs->journal;
    GwPace *pace = journal->pace;
    const bool is_sharing = can_share(part);
    const GwPaceKind kind =
        part->docs->write->kind == GW_WRITE_SWEEP ? GW_PACE_ASKS : GW_PACE_KNOWN;
    GwPaceChunk chunk = {0};
    gint64 start_us = 0;
    bool is_done = false;
    bool has_entered = false;

    if (part->docs->may_share && !is_sharing && !gw_shared_close(journal->shared, error))
        return false;
    if (!gw_session_in_transaction(part->docs->write->session) && part->turns == NULL) {
        has_entered = part->kind == GW_PART_MANY;
        if (!(has_entered ? gw_pace_enter(pace, kind, error) : gw_pace_wait(pace, error)))
            return false;
    }
    start_us = g_get_monotonic_time();
    is_done = run_part(part, is_sharing, error);
    if (is_done && part->is_recorded)
        note_told(part);
    chunk.documents = is_done ? documents_of(part) : 0;
    chunk.retries = part->attempts > 1 ? part->attempts - 1 : 0;
    chunk.elapsed_us = g_get_monotonic_time() - start_us;
    gw_pace_count(pace, &chunk);
    if (has_entered)
        gw_pace_leave(pace, kind);
    return is_done;
}

static bool
probe_in_own(GwSession *session, guint row, gpointer data, GError **error)
{
    return gw_part_probe(data, session, error);
}

/* Looking for the documents failed: where the reason is the operation itself, its error belongs
 * into the answer. */
static bool
is_refused_when_asked(GwPart *part)
{
    const GwDocsWrite *docs = part->docs;

    if (part->is_sent || docs->is_plain || docs->write->session != NULL)
        return false;
    part->kind = part->kind == GW_PART_MANY ? GW_PART_ONE : part->kind;
    /* It always fails, and what with is of no interest beside the first failure. */
    (void)gw_journal_in_transaction(docs->journal, probe_in_own, part, NULL, NULL);
    return part->is_refused;
}

/* Do the part; `out_error_at` is the operation in it whose error is in its reply, -1 = none. */
static bool
try_part(GwPart *part, gint64 *out_error_at, GError **error)
{
    g_autoptr(GError) failure = NULL;
    bool is_done = part->kind == GW_PART_MANY ? gw_sweep_run(part, &failure)
                                              : gw_docs_run_part(part, &failure);

    bool is_answered =
        is_done || part->is_refused ||
        (g_error_matches(failure, GW_ERROR, GW_ERROR_SERVER) && is_refused_when_asked(part));

    *out_error_at = gw_bson_get_int(&part->reply, "writeErrors.0.index", -1);
    if (is_answered)
        return true;
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

/* In a transaction of the script's, the server has taken back all that came before: there is
 * nothing to do again. */
static bool
is_final(const Progress *progress)
{
    return progress->docs->is_plain || gw_session_in_transaction(progress->docs->write->session);
}

static void
count_part(Progress *progress, const GwPart *part)
{
    guint8 *outcomes = progress->docs->write->outcomes;

    if (outcomes != NULL && part->kind == GW_PART_BY_ID)
        gw_part_tell(part, outcomes + progress->done);
    gw_reply_sum_add(&progress->sum, &part->reply, progress->done);
    progress->done += part->count;
}

/* Go on behind the part, or, where an operation of it was refused, try it in smaller ones. Answers
 * whether there is more to do. */
static bool
go_on(Progress *progress, const GwPart *part, gint64 error_at)
{
    if (error_at < 0) {
        count_part(progress, part);
        progress->limit = MIN(progress->limit * 2, PART_OPERATIONS_MAX);
        return true;
    }
    if (part->count > 1 && !is_final(progress)) {
        progress->limit = (guint)MAX(1, error_at);
        return true;
    }
    count_part(progress, part);
    progress->limit = 1;
    return !progress->is_ordered && !(is_final(progress) && !progress->docs->is_plain);
}

static bool
do_next(Progress *progress, bool *out_more, GError **error)
{
    GwDocsWrite docs = *progress->docs;
    g_auto(GwPart) part = {0};
    gint64 error_at = -1;

    /* Two parts of one batch may change the same document. */
    docs.op = gw_journal_next_op(docs.journal);
    gw_part_init(&part, &docs, progress->operations.list);
    part.first = progress->done;
    part.kind = gw_statement_kind(progress->docs,
                                  g_ptr_array_index(progress->operations.list, progress->done));
    part.count = extent_of(progress, part.kind);
    if (!try_part(&part, &error_at, error))
        return false;
    *out_more = go_on(progress, &part, error_at);
    return true;
}

static bool
apply_batch(const GwDocsWrite *docs, bson_t *out_reply, GError **error)
{
    g_auto(Progress) progress = {.docs = docs, .limit = PART_OPERATIONS_MAX};
    g_autoptr(bson_t) rest = BCON_NEW("ok", BCON_DOUBLE(1));
    bool more = true;
    bool is_done = true;

    gw_operations_init(&progress.operations, docs->write);
    progress.is_ordered = gw_bson_get_bool(docs->write->command, "ordered", true);
    gw_reply_sum_init(&progress.sum);
    if (gw_side_by_side_can(docs, progress.operations.list)) {
        is_done = gw_side_by_side_run(docs, progress.operations.list, &progress.sum, error);
        progress.done = progress.operations.list->len;
    }
    while (is_done && more && progress.done < progress.operations.list->len)
        is_done = do_next(&progress, &more, error);
    gw_reply_sum_append(&progress.sum, rest, out_reply);
    return is_done;
}

static bool
apply_one(const GwDocsWrite *docs, bson_t *out_reply, GError **error)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_auto(GwPart) part = {0};
    bool is_done = false;

    gw_part_init(&part, docs, none);
    part.kind = GW_PART_FIND_AND_MODIFY;
    is_done = gw_docs_run_part(&part, error);
    bson_concat(out_reply, &part.reply);
    return is_done;
}

/* The operation that finds what a sweep is to look at. */
static GPtrArray *
operations_of_sweep(const GwWrite *write)
{
    GPtrArray *operations = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    bson_t filter = BSON_INITIALIZER;

    if (!gw_bson_get_doc(write->command, "filter", &filter))
        bson_init(&filter);
    g_ptr_array_add(operations, BCON_NEW("q", BCON_DOCUMENT(&filter), "multi", BCON_BOOL(true)));
    return operations;
}

static bool
apply_sweep(const GwDocsWrite *docs, bson_t *out_reply, GError **error)
{
    g_autoptr(GPtrArray) operations = operations_of_sweep(docs->write);
    g_auto(GwPart) part = {0};
    bool is_done = false;

    gw_part_init(&part, docs, operations);
    part.kind = GW_PART_MANY;
    part.count = 1;
    is_done = gw_sweep_run(&part, error);
    bson_concat(out_reply, &part.reply);
    return is_done;
}

bool
gw_docs_apply(const GwDocsWrite *docs, bson_t *out_reply, GError **error)
{
    if (docs->write->kind == GW_WRITE_FIND_AND_MODIFY)
        return apply_one(docs, out_reply, error);
    if (docs->write->kind == GW_WRITE_SWEEP)
        return apply_sweep(docs, out_reply, error);
    return apply_batch(docs, out_reply, error);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/docs.h"
#include "journal/fingerprint.h"
#include "journal/replay.h"
#include "journal/schema.h"
#include "journal/shared.h"
#include "mongo/write_facts.h"

typedef struct {
    GwWriter base;
    GwJournal *journal; /* borrowed: outlives the writer */
    GwWriter *next;     /* owned */
} Recorder;

/* One call on its way. */
typedef struct {
    const Recorder *recorder;
    GwConn *conn;
    const GwWrite *write;
    const GwWriteFacts *facts;
    GwTraceCall *trace;
} Call;

static bool
is_of_documents(GwWriteKind kind)
{
    return kind == GW_WRITE_INSERT || kind == GW_WRITE_UPDATE || kind == GW_WRITE_DELETE ||
           kind == GW_WRITE_SWEEP || kind == GW_WRITE_FIND_AND_MODIFY;
}

static GwSchemaWrite
schema_of(const Call *call)
{
    return (GwSchemaWrite){
        .journal = call->recorder->journal,
        .next = call->recorder->next,
        .conn = call->conn,
        .write = call->write,
        .call = call->trace,
        .db = call->facts->db,
        .coll = call->facts->coll,
        .to_db = call->facts->to_db,
        .to_coll = call->facts->to_coll,
    };
}

static bool
upserts(const bson_t *operation, gpointer data)
{
    return !gw_bson_get_bool(operation, "upsert", false);
}

/* Whether a write makes its collection where that is missing. */
static bool
makes_collection(const GwWrite *write)
{
    if (write->kind == GW_WRITE_INSERT)
        return true;
    if (write->kind == GW_WRITE_UPDATE)
        return !gw_write_each(write, upserts, NULL);
    return write->kind == GW_WRITE_FIND_AND_MODIFY &&
           gw_bson_get_bool(write->command, "upsert", false);
}

static bool
look_up(const Call *call, GwCollKind *out_kind, GError **error)
{
    GwJournal *journal = call->recorder->journal;
    const GwCollInfo *info = NULL;

    g_rw_lock_reader_lock(&journal->schema);
    info = gw_journal_known(journal, call->conn, call->facts->db, call->facts->coll, error);
    if (info != NULL)
        *out_kind = info->kind;
    g_rw_lock_reader_unlock(&journal->schema);
    return info != NULL;
}

/* Make a collection that is missing, put a time-series aside. Others may be at it at the same time:
 * whoever comes second finds it done. */
static bool
prepare(const Call *call, GError **error)
{
    GwJournal *journal = call->recorder->journal;
    GwSchemaWrite schema = schema_of(call);
    GwCollKind kind = GW_COLL_PLAIN;
    bool is_missing = false;
    bool is_done = false;

    if (!look_up(call, &kind, error))
        return false;
    is_missing = kind == GW_COLL_NONE && makes_collection(call->write);
    if (is_missing && gw_session_in_transaction(call->write->session))
        return gw_schema_note_made(&schema, error);
    /* The server writes to no time-series in a transaction, and an open one stands in the way of a
     * copy: we would wait for ourselves. */
    if (!is_missing &&
        (kind != GW_COLL_TIME_SERIES || gw_session_in_transaction(call->write->session)))
        return true;
    g_rw_lock_writer_lock(&journal->schema);
    if (!gw_shared_close(journal->shared, error)) {
        g_rw_lock_writer_unlock(&journal->schema);
        return false;
    }
    is_done = is_missing ? gw_schema_ensure(&schema, error) : gw_series_keep(&schema, error);
    if (is_missing)
        gw_journal_forget(journal);
    g_rw_lock_writer_unlock(&journal->schema);
    return is_done;
}

static bool
changes_one(const bson_t *operation, gpointer data)
{
    const GwWriteKind *kind = data;

    return *kind == GW_WRITE_DELETE ? gw_bson_get_int(operation, "limit", 0) == 1
                                    : !gw_bson_get_bool(operation, "multi", false);
}

/* Whether it is one change of one document that may be in a transaction with those before it. */
static bool
may_share(const Call *call)
{
    const GwWrite *write = call->write;
    GwWriteKind kind = write->kind;

    if (!write->stands_alone || write->session != NULL || write->outcomes != NULL ||
        write->waits_for_majority || call->trace->done != NULL)
        return false;
    if (kind == GW_WRITE_FIND_AND_MODIFY)
        return true;
    return (kind == GW_WRITE_INSERT || kind == GW_WRITE_UPDATE || kind == GW_WRITE_DELETE) &&
           write->batch_count == 1 && gw_write_each(write, changes_one, &kind);
}

static bool
apply_documents_locked(const Call *call, bson_t *out_reply, GError **error)
{
    GwJournal *journal = call->recorder->journal;
    const GwCollInfo *info =
        gw_journal_known(journal, call->conn, call->facts->db, call->facts->coll, error);
    GwDocsWrite docs = {
        .journal = journal,
        .next = call->recorder->next,
        .conn = call->conn,
        .write = call->write,
        .coll = call->facts->coll,
        .info = info,
        .op = gw_journal_next_op(journal),
        .call = call->trace,
        .may_share = may_share(call),
    };

    if (info == NULL)
        return false;
    /* A time-series was put aside as a whole; that a view can't be written, the server says. */
    if (call->write->kind == GW_WRITE_SWEEP && info->kind != GW_COLL_PLAIN &&
        info->kind != GW_COLL_NONE)
        return gw_throw(error, GW_ERROR_SERVER,
                        "'%s.%s' is no plain collection: sweep() can't "
                        "change its documents",
                        call->facts->db, call->facts->coll);
    if (info->kind == GW_COLL_VIEW || info->kind == GW_COLL_TIME_SERIES) {
        if (!gw_shared_close(journal->shared, error))
            return false;
        bson_destroy(out_reply);
        return gw_writer_apply(call->recorder->next, call->conn, call->write, out_reply, error);
    }
    docs.is_plain = gw_journal_is_plain(journal, info, call->facts->db) &&
                    !gw_session_in_transaction(call->write->session);
    return gw_docs_apply(&docs, out_reply, error);
}

static bool
apply_documents(const Call *call, bson_t *out_reply, GError **error)
{
    GwJournal *journal = call->recorder->journal;
    bool is_done = false;

    if (!prepare(call, error))
        return false;
    g_rw_lock_reader_lock(&journal->schema);
    is_done = apply_documents_locked(call, out_reply, error);
    g_rw_lock_reader_unlock(&journal->schema);
    return is_done;
}

static bool
apply_schema(const Call *call, bson_t *out_reply, GError **error)
{
    GwJournal *journal = call->recorder->journal;
    GwSchemaWrite schema = schema_of(call);
    bool is_done = false;

    g_rw_lock_writer_lock(&journal->schema);
    if (!gw_shared_close(journal->shared, error)) {
        g_rw_lock_writer_unlock(&journal->schema);
        return false;
    }
    is_done = gw_session_in_transaction(call->write->session)
                  ? gw_schema_apply_inside(&schema, out_reply, error)
                  : gw_schema_apply(&schema, out_reply, error);
    gw_journal_forget(journal);
    g_rw_lock_writer_unlock(&journal->schema);
    return is_done;
}

/* What is open is committed before anything that is no part of it, and where the script may know
 * of something newer than what it sees. */
static bool
apply_behind(const Call *call, bson_t *out_reply, GError **error)
{
    GwShared *shared = call->recorder->journal->shared;

    if (!(call->write->follows && may_share(call)) && !gw_shared_close(shared, error))
        return false;
    return is_of_documents(call->write->kind) && call->facts->coll != NULL
               ? apply_documents(call, out_reply, error)
               : apply_schema(call, out_reply, error);
}

static bool
apply_new(const Call *call, bson_t *out_reply, GError **error)
{
    const bool is_done = apply_behind(call, out_reply, error);

    gw_trace_end(call->recorder->journal->trace, call->trace, is_done ? out_reply : NULL);
    return is_done;
}

static bool
throw_stopped(GError **error)
{
    return gw_throw(error, GW_ERROR_REFUSED, "the migration can't go on where it was");
}

/* What an earlier run did of it is not done again. */
static bool
apply_again(const Call *call, bson_t *out_reply, GError **error)
{
    GwJournal *journal = call->recorder->journal;
    GwReplayAnswer answer = GW_REPLAY_OVER;

    if (journal->replay != NULL)
        answer = gw_replay_meet(journal->replay, call->write, call->trace, out_reply);
    switch (answer) {
    case GW_REPLAY_OVER:
        gw_trace_begin(journal->trace, call->trace);
        return apply_new(call, out_reply, error);
    case GW_REPLAY_GO_ON:
        return apply_new(call, out_reply, error);
    case GW_REPLAY_ANSWERED:
        return true;
    case GW_REPLAY_STOPPED:
        return throw_stopped(error);
    }
    g_assert_not_reached();
}

static bool
recorder_apply(GwWriter *self, GwConn *conn, const GwWrite *write, bson_t *out_reply,
               GError **error)
{
    const Recorder *recorder = (const Recorder *)self;
    g_auto(GwWriteFacts) facts = {0};
    GwTraceCall trace = {0};
    Call call = {
        .recorder = recorder, .conn = conn, .write = write, .facts = &facts, .trace = &trace};

    if (!recorder->journal->is_recording)
        return gw_writer_apply(recorder->next, conn, write, out_reply, error);
    gw_write_facts_read(write, &facts);
    bson_init(out_reply);
    trace.of = gw_fingerprint_write(write);
    return apply_again(&call, out_reply, error);
}

static bool
recorder_settle(GwWriter *self, GError **error)
{
    return gw_shared_close(((Recorder *)self)->journal->shared, error);
}

static void
recorder_free(GwWriter *self)
{
    Recorder *recorder = (Recorder *)self;

    gw_writer_free(recorder->next);
    g_free(recorder);
}

static const GwWriterClass recorder_class = {
    .apply = recorder_apply, .settle = recorder_settle, .free = recorder_free};

GwWriter *
gw_writer_journal_new(GwJournal *journal, GwWriter *take_next)
{
    Recorder *recorder = g_new0(Recorder, 1);

    recorder->base.klass = &recorder_class;
    recorder->journal = journal;
    recorder->next = take_next;
    return &recorder->base;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/shared.h"

#include "base/clock.h"
#include "base/crash.h"
#include "journal/fingerprint.h"
#include "journal/statement.h"
#include "journal/trace.h"

/* Where one ends. Others wait for its documents as long as it is open, and the entries have to fit
 * into one transaction of old servers, 16 MB. */
#define WRITES_MAX 100
#define BYTES_MAX (4 * 1024 * 1024)
#define AGE_MAX_US 50000

/* No write has come for so long: the script is at something else. */
#define IDLE_US 20000

/* Writes with longer pauses between them gain nothing. */
#define PAUSE_MAX_US 10000

/* One for fewer costs as many trips as each alone. */
#define WRITES_MIN 4

/* A write that is in the transaction, with all that it takes to do it again. */
typedef struct {
    GwWrite write;    /* its `db` and `command` are owned */
    GwDocsWrite docs; /* its `coll` as well */
    GwTraceCall call;
    GPtrArray *operations; /* owned */
    GwPartKind kind;
    guint count;
    bool is_split;
    bool is_told;   /* the script has `reply` */
    bson_t *reply;  /* owned */
    GwEntry *entry; /* owned; NULL = nothing changed */
} Kept;

struct GwShared {
    GwJournal *journal; /* borrowed */
    GMutex lock;        /* guards what follows, and the session */
    GCond changed;      /* one was opened, or all is over */
    GThread *closer;    /* owned: NULL before the first was opened */
    bool is_over;
    GwOwnSession *own; /* owned: NULL = none so far */
    bool is_open;      /* a transaction is, in that session */
    GPtrArray *kept;   /* owned: Kept, in the order of their answers */
    gsize bytes;       /* of their entries */
    gint64 opened_us;
    gint64 last_us;  /* the last write that could be in one ended */
    guint limit;     /* writes of the next one: it doubles, and starts again at each refusal */
    GError *failure; /* owned: what was answered did not come to be */
};

static void
kept_free(gpointer data)
{
    Kept *kept = data;

    g_free((char *)kept->write.db);
    g_free((char *)kept->docs.coll);
    bson_destroy((bson_t *)kept->write.command);
    bson_destroy(kept->reply);
    g_ptr_array_unref(kept->operations);
    gw_entry_free(kept->entry);
    g_free(kept);
}

/* They may lie in the memory of whoever sent them. */
static GPtrArray *
copy_operations(const GPtrArray *operations)
{
    GPtrArray *copies = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);

    for (guint index = 0; index < operations->len; index++)
        g_ptr_array_add(copies, bson_copy(g_ptr_array_index(operations, index)));
    return copies;
}

static Kept *
kept_new(const GwPart *part, GwEntry *take_entry)
{
    Kept *kept = g_new0(Kept, 1);

    kept->write.kind = part->docs->write->kind;
    kept->write.db = g_strdup(part->docs->write->db);
    kept->write.command = bson_copy(part->docs->write->command);
    kept->docs = *part->docs;
    kept->docs.write = &kept->write;
    kept->docs.coll = g_strdup(part->docs->coll);
    kept->docs.conn = NULL; /* it is the session's */
    if (part->docs->call != NULL) {
        kept->call = *part->docs->call;
        kept->docs.call = &kept->call;
    }
    kept->operations = copy_operations(part->operations);
    kept->kind = part->kind;
    kept->count = part->count;
    kept->is_split = part->is_split;
    kept->reply = bson_copy(&part->reply);
    kept->entry = take_entry;
    return kept;
}

static bool
fail_for_good(GwShared *shared, GError *take_failure)
{
    /* It is no answer to an operation, which a script could go on behind. */
    if (g_error_matches(take_failure, GW_ERROR, GW_ERROR_SERVER))
        take_failure->code = GW_ERROR_FAILED;
    g_clear_error(&shared->failure);
    shared->failure = take_failure;
    return false;
}

static bool
check(const GwShared *shared, GError **error)
{
    if (shared->failure == NULL)
        return true;
    if (error != NULL)
        *error = g_error_copy(shared->failure);
    return false;
}

static bool
throw_changed(const Kept *kept, GError **error)
{
    gw_throw(error, GW_ERROR_FAILED,
             "somebody else changed '%s.%s' while a write of the migration was on its way, which "
             "did something else than the migration was told",
             kept->write.db, kept->docs.coll);
    return gw_hint(error, "The migration can be run again.");
}

static bool
is_same_reply(const bson_t *one, const bson_t *other)
{
    g_auto(bson_t) first = BSON_INITIALIZER;
    g_auto(bson_t) second = BSON_INITIALIZER;

    gw_fingerprint_strip(one, &first);
    gw_fingerprint_strip(other, &second);
    return bson_equal(&first, &second);
}

/* What the script was told stays so; the trace was written for it. */
static bool
take_again(Kept *kept, const GwPart *part, GwEntry **entry, GError **error)
{
    if (kept->is_told &&
        (!is_same_reply(kept->reply, &part->reply) || (kept->entry == NULL) != (*entry == NULL)))
        return throw_changed(kept, error);
    if (kept->is_told && *entry != NULL) {
        g_clear_pointer(&(*entry)->trace, bson_destroy);
        (*entry)->trace = g_steal_pointer(&kept->entry->trace);
        (*entry)->trace_mark = kept->entry->trace_mark;
    }
    g_clear_pointer(&kept->entry, gw_entry_free);
    kept->entry = g_steal_pointer(entry);
    g_clear_pointer(&kept->reply, bson_destroy);
    kept->reply = bson_copy(&part->reply);
    return true;
}

static bool
is_transient(const GError *failure)
{
    return gw_error_has_label(failure, "TransientTransactionError");
}

static bool
do_again(GwShared *shared, Kept *kept, GError **error)
{
    g_auto(GwPart) part = {0};
    g_autoptr(GwEntry) entry = NULL;
    g_autoptr(GError) failure = NULL;

    gw_part_init(&part, &kept->docs, kept->operations);
    part.kind = kept->kind;
    part.count = kept->count;
    part.is_split = kept->is_split;
    part.is_quick = true;
    if (gw_part_change(&part, shared->own->session, &entry, &failure))
        return take_again(kept, &part, &entry, error);
    if (!is_transient(failure) && g_error_matches(failure, GW_ERROR, GW_ERROR_SERVER))
        return throw_changed(kept, error);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

static bool
begin_again(GwShared *shared, GError **error)
{
    if (!gw_journal_begin_quick(shared->own, error))
        return false;
    for (guint index = 0; index < shared->kept->len; index++) {
        if (!do_again(shared, g_ptr_array_index(shared->kept, index), error))
            return false;
    }
    return true;
}

/* Borrowed entries. */
static GPtrArray *
entries_of(const GwShared *shared)
{
    GPtrArray *entries = g_ptr_array_new();

    for (guint index = 0; index < shared->kept->len; index++) {
        const Kept *kept = g_ptr_array_index(shared->kept, index);

        if (kept->entry != NULL)
            g_ptr_array_add(entries, kept->entry);
    }
    return entries;
}

static bool
commit_it(GwShared *shared, gint64 until_ms, GError **error)
{
    g_autoptr(GPtrArray) entries = entries_of(shared);

    if (entries->len > 0 && !gw_journal_append_all(shared->journal, shared->own->session,
                                                   shared->own->row, entries, error))
        return false;
    GW_CRASH_POINT("transaction.written");
    if (!gw_journal_commit(shared->own->session, until_ms, error))
        return false;
    GW_CRASH_POINT("transaction.committed");
    return true;
}

/* All of them are there, with what came before. */
static void
note_committed(GwShared *shared)
{
    g_autoptr(GPtrArray) entries = entries_of(shared);

    gw_journal_count_unsure(shared->journal, entries->len);
    for (guint index = 0; index < entries->len; index++)
        gw_trace_confirm(shared->journal->trace,
                         ((const GwEntry *)g_ptr_array_index(entries, index))->trace_mark);
}

static void
drop(GwShared *shared)
{
    shared->is_open = false;
    g_ptr_array_set_size(shared->kept, 0);
    shared->bytes = 0;
}

static void
give_up(GwShared *shared)
{
    /* What the server does not hear of, it aborts by itself. */
    (void)gw_session_transaction_abort(shared->own->session, NULL);
}

/* Commit what is there: all of it anew where it is no longer `is_open`, and where the server asks
 * for that. What is kept stays. */
static bool
commit_all(GwShared *shared, bool is_open)
{
    const gint64 until_ms = gw_clock_monotonic_ms() + GW_PATIENCE_MS;
    gint64 pause_ms = GW_PAUSE_MIN_MS;
    GError *failure = NULL;

    while (!((is_open || begin_again(shared, &failure)) && commit_it(shared, until_ms, &failure))) {
        give_up(shared);
        /* Whatever was in the way may be so again. */
        shared->limit = 1;
        if (!is_transient(failure) || gw_clock_monotonic_ms() >= until_ms)
            return fail_for_good(shared, failure);
        g_clear_error(&failure);
        is_open = false;
        gw_journal_pause(&pause_ms);
    }
    note_committed(shared);
    return true;
}

static bool
close_locked(GwShared *shared, GError **error)
{
    if (!shared->is_open)
        return check(shared, error);
    /* Something comes behind each of them: then nothing is gained. */
    if (shared->kept->len < 2)
        shared->limit = 1;
    (void)commit_all(shared, true); /* a failure stays, and is looked for below */
    drop(shared);
    return check(shared, error);
}

bool
gw_shared_close(GwShared *shared, GError **error)
{
    bool is_done = false;

    g_mutex_lock(&shared->lock);
    is_done = close_locked(shared, error);
    g_mutex_unlock(&shared->lock);
    return is_done;
}

void
gw_shared_abandon(GwShared *shared)
{
    g_mutex_lock(&shared->lock);
    if (shared->is_open) {
        give_up(shared);
        drop(shared);
    }
    g_clear_error(&shared->failure);
    shared->limit = 1;
    g_mutex_unlock(&shared->lock);
}

/* An application's own writes don't wait for a script that is at something else. */
static gpointer
close_when_idle(gpointer data)
{
    GwShared *shared = data;

    g_mutex_lock(&shared->lock);
    while (!shared->is_over) {
        const gint64 until_us = shared->last_us + IDLE_US;

        if (!shared->is_open)
            g_cond_wait(&shared->changed, &shared->lock);
        else if (g_get_monotonic_time() < until_us)
            (void)g_cond_wait_until(&shared->changed, &shared->lock, until_us);
        else
            (void)close_locked(shared, NULL); /* a failure stays for whoever comes next */
    }
    g_mutex_unlock(&shared->lock);
    return NULL;
}

GwShared *
gw_shared_new(GwJournal *journal)
{
    GwShared *shared = g_new0(GwShared, 1);

    shared->journal = journal;
    shared->limit = 1;
    shared->kept = g_ptr_array_new_with_free_func(kept_free);
    g_mutex_init(&shared->lock);
    g_cond_init(&shared->changed);
    return shared;
}

void
gw_shared_free(GwShared *shared)
{
    if (shared == NULL)
        return;
    gw_shared_abandon(shared);
    g_mutex_lock(&shared->lock);
    shared->is_over = true;
    g_cond_broadcast(&shared->changed);
    g_mutex_unlock(&shared->lock);
    if (shared->closer != NULL)
        (void)g_thread_join(shared->closer);
    if (shared->own != NULL)
        gw_journal_give_session_back(shared->journal, shared->own);
    g_ptr_array_unref(shared->kept);
    g_cond_clear(&shared->changed);
    g_mutex_clear(&shared->lock);
    g_free(shared);
}

GwSession *
gw_shared_session(GwShared *shared, GError **error)
{
    GwSession *session = NULL;

    g_mutex_lock(&shared->lock);
    if (shared->own == NULL)
        shared->own = gw_journal_take_session(shared->journal, error);
    session = shared->own != NULL ? shared->own->session : NULL;
    g_mutex_unlock(&shared->lock);
    return session;
}

static bool
open_one(GwShared *shared, GError **error)
{
    if (!gw_journal_begin_quick(shared->own, error))
        return false;
    shared->is_open = true;
    shared->opened_us = shared->last_us = g_get_monotonic_time();
    if (shared->closer == NULL)
        shared->closer = g_thread_new("shared", close_when_idle, shared);
    g_cond_broadcast(&shared->changed);
    return true;
}

static void
widen(GwShared *shared)
{
    shared->limit = MIN(shared->limit * 2, WRITES_MAX);
}

/* Whether the answer could be another one if it were done again: an _id that the server made, the
 * time. Then it is committed before the script is told. */
static bool
is_of_the_moment(const GwPart *part)
{
    const bson_t *command = part->docs->write->command;
    bson_iter_t iter;

    if (part->kind == GW_PART_FIND_AND_MODIFY)
        return gw_bson_has(&part->reply, "lastErrorObject.upserted") ||
               (bson_iter_init_find(&iter, command, "update") && BSON_ITER_HOLDS_ARRAY(&iter)) ||
               gw_bson_has(command, "update.$currentDate");
    return gw_bson_has(&part->reply, "upserted") && part->kind != GW_PART_BY_ID;
}

static bool
is_full(const GwShared *shared, const GwPart *part)
{
    return shared->kept->len >= shared->limit || shared->bytes >= BYTES_MAX ||
           g_get_monotonic_time() - shared->opened_us >= AGE_MAX_US || is_of_the_moment(part);
}

static void
keep(GwShared *shared, GwPart *part, GwEntry *take_entry)
{
    part->is_shared = true;
    shared->bytes += take_entry != NULL ? take_entry->bytes : 0;
    shared->bytes += part->docs->write->command->len;
    for (guint index = 0; index < part->operations->len; index++)
        shared->bytes += ((const bson_t *)g_ptr_array_index(part->operations, index))->len;
    g_ptr_array_add(shared->kept, kept_new(part, take_entry));
}

static Kept *
last_kept(const GwShared *shared)
{
    return g_ptr_array_index(shared->kept, shared->kept->len - 1);
}

/* The last one's answer is that of the attempt which was committed. */
static bool
commit_full(GwShared *shared, GwPart *part)
{
    const guint limit = shared->limit;
    const bool is_done = commit_all(shared, true);

    if (is_done) {
        bson_destroy(&part->reply);
        bson_copy_to(last_kept(shared)->reply, &part->reply);
        part->is_recorded = last_kept(shared)->entry != NULL;
    }
    if (shared->kept->len >= limit && shared->limit == limit)
        widen(shared);
    drop(shared);
    return is_done;
}

static void
tell(GwShared *shared)
{
    Kept *kept = last_kept(shared);

    kept->is_told = true;
    if (kept->entry != NULL)
        gw_trace_lend(shared->journal->trace, kept->entry->trace_mark);
}

/* The server refuses it, or somebody else is in the way: those before it are committed, then it is
 * tried alone. */
static GwSharedEnd
leave_it(GwShared *shared, GwPart *part)
{
    /* The answer is not known yet: it is that of the next attempt. */
    part->is_refused = false;
    give_up(shared);
    shared->limit = 1;
    if (shared->kept->len > 0)
        (void)commit_all(shared, false); /* a failure stays, and is looked for below */
    drop(shared);
    return shared->failure == NULL ? GW_SHARED_ALONE : GW_SHARED_FAILED;
}

static GwSharedEnd
run_open(GwShared *shared, GwPart *part)
{
    GwEntry *entry = NULL;

    part->is_quick = true;
    /* Why it fails is of no interest: alone, it does so again, or it does not. */
    if (!gw_part_change(part, shared->own->session, &entry, NULL))
        return leave_it(shared, part);
    keep(shared, part, entry);
    GW_CRASH_POINT("shared.kept");
    if (is_full(shared, part))
        return commit_full(shared, part) ? GW_SHARED_DONE : GW_SHARED_FAILED;
    tell(shared);
    return GW_SHARED_DONE;
}

static GwSharedEnd
run_locked(GwShared *shared, GwPart *part, GError **error)
{
    GwSharedEnd end = GW_SHARED_ALONE;

    if (!check(shared, error))
        return GW_SHARED_FAILED;
    if (g_get_monotonic_time() - shared->last_us > PAUSE_MAX_US)
        shared->limit = 1;
    if (!shared->is_open && (shared->own == NULL || shared->limit < WRITES_MIN ||
                             gw_clients_server(shared->journal->clients)->is_mongos))
        return GW_SHARED_ALONE;
    if (!shared->is_open && !open_one(shared, error))
        return GW_SHARED_FAILED;
    end = run_open(shared, part);
    shared->last_us = g_get_monotonic_time();
    if (end == GW_SHARED_FAILED)
        (void)check(shared, error);
    return end;
}

GwSharedEnd
gw_shared_run(GwShared *shared, GwPart *part, GError **error)
{
    GwSharedEnd end = GW_SHARED_FAILED;

    /* Somebody else is in it: theirs is committed before this one. */
    if (!g_mutex_trylock(&shared->lock))
        return gw_shared_close(shared, error) ? GW_SHARED_ALONE : GW_SHARED_FAILED;
    end = run_locked(shared, part, error);
    g_mutex_unlock(&shared->lock);
    return end;
}

void
gw_shared_note_alone(GwShared *shared, bool is_done)
{
    g_mutex_lock(&shared->lock);
    shared->last_us = g_get_monotonic_time();
    if (is_done)
        widen(shared);
    g_mutex_unlock(&shared->lock);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journal-internal.h"

#include "base/clock.h"
#include "base/crash.h"

#define PAUSE_MAX_MS 500

GwOwnSession *
gw_journal_take_session(GwJournal *journal, GError **error)
{
    GwOwnSession *own = NULL;

    g_mutex_lock(&journal->lock);
    if (journal->idle->len > 0)
        own = g_ptr_array_steal_index_fast(journal->idle, journal->idle->len - 1);
    g_mutex_unlock(&journal->lock);
    if (own != NULL)
        return own;
    own = g_new0(GwOwnSession, 1);
    own->session = gw_session_begin(journal->clients, NULL, error);
    if (own->session == NULL) {
        g_clear_pointer(&own, g_free);
        return NULL;
    }
    g_mutex_lock(&journal->lock);
    own->row = journal->row_count++;
    g_mutex_unlock(&journal->lock);
    return own;
}

void
gw_journal_give_session_back(GwJournal *journal, GwOwnSession *own)
{
    g_mutex_lock(&journal->lock);
    g_ptr_array_add(journal->idle, own);
    g_mutex_unlock(&journal->lock);
}

static bson_t *
sure_options(void)
{
    return BCON_NEW("readConcern", "{", "level", BCON_UTF8("snapshot"), "}", "writeConcern", "{",
                    "w", BCON_UTF8("majority"), "j", BCON_BOOL(true), "}");
}

static bson_t *
quick_options(void)
{
    return BCON_NEW("readConcern", "{", "level", BCON_UTF8("snapshot"), "}", "writeConcern", "{",
                    "w", BCON_INT32(1), "}");
}

/* What is to be done in a transaction, and how. */
typedef struct {
    GwTransactionFunc func;
    gpointer data;
    const bson_t *options; /* borrowed */
    gint64 until_ms;
} Task;

/* Where the answer to the commit was lost, asking again is harmless: the server remembers. */
bool
gw_journal_commit(GwSession *session, gint64 until_ms, GError **error)
{
    for (;;) {
        g_autoptr(GError) failure = NULL;

        if (gw_session_transaction_commit(session, &failure))
            return true;
        if (!gw_error_has_label(failure, "UnknownTransactionCommitResult") ||
            gw_clock_monotonic_ms() >= until_ms) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return false;
        }
    }
}

static bool
attempt(GwOwnSession *own, const Task *task, GError **error)
{
    if (!gw_session_transaction_begin(own->session, task->options, error))
        return false;
    if (task->func(own->session, own->row, task->data, error)) {
        GW_CRASH_POINT("transaction.written");
        if (!gw_journal_commit(own->session, task->until_ms, error))
            return false;
        GW_CRASH_POINT("transaction.committed");
        return true;
    }
    /* What the server does not hear of, it aborts by itself. */
    (void)gw_session_transaction_abort(own->session, NULL);
    return false;
}

void
gw_journal_pause(gint64 *pause_ms)
{
    g_usleep((gulong)g_random_int_range(1, (gint32)*pause_ms * 1000));
    *pause_ms = MIN(*pause_ms * 2, PAUSE_MAX_MS);
}

/* A sweep does it from several threads. */
static void
follow(GwJournal *journal, GwSession *follower, const GwSession *own)
{
    g_mutex_lock(&journal->lock);
    gw_session_follow(follower, own);
    g_mutex_unlock(&journal->lock);
}

static bool
run(GwJournal *journal, Task *task, GwSession *follower, GError **error)
{
    GwOwnSession *own = gw_journal_take_session(journal, error);
    g_autoptr(GError) failure = NULL;
    gint64 pause_ms = GW_PAUSE_MIN_MS;
    bool is_done = false;

    if (own == NULL)
        return false;
    task->until_ms = gw_clock_monotonic_ms() + GW_PATIENCE_MS;
    for (;;) {
        is_done = attempt(own, task, &failure);
        if (is_done || !gw_error_has_label(failure, "TransientTransactionError") ||
            gw_clock_monotonic_ms() >= task->until_ms)
            break;
        g_clear_error(&failure);
        gw_journal_pause(&pause_ms);
    }
    if (is_done && follower != NULL)
        follow(journal, follower, own->session);
    gw_journal_give_session_back(journal, own);
    if (failure != NULL)
        g_propagate_error(error, g_steal_pointer(&failure));
    return is_done;
}

bool
gw_journal_in_transaction(GwJournal *journal, GwTransactionFunc func, gpointer data,
                          GwSession *follower, GError **error)
{
    g_autoptr(bson_t) options = sure_options();
    Task task = {.func = func, .data = data, .options = options};

    return run(journal, &task, follower, error);
}

bool
gw_journal_begin_quick(GwOwnSession *own, GError **error)
{
    g_autoptr(bson_t) options = quick_options();

    return gw_session_transaction_begin(own->session, options, error);
}

bool
gw_journal_in_quick_transaction(GwJournal *journal, GwTransactionFunc func, gpointer data,
                                GwSession *follower, GError **error)
{
    g_autoptr(bson_t) options = quick_options();
    Task task = {.func = func, .data = data, .options = options};

    return run(journal, &task, follower, error);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of journal/ share of a journal that is open.
 */
#pragma once

#include "journal/entry.h"
#include "journal/journal.h"
#include "mongo/catalog.h"
#include "mongo/watch.h"

/* A session of our own, with its row of the fence. */
typedef struct {
    GwSession *session; /* owned */
    guint row;
} GwOwnSession;

struct GwShared;
struct GwTrace;
struct GwReplay;

struct GwJournal {
    struct GwShared *shared; /* owned */
    struct GwTrace *trace;   /* owned: of `job`; NULL before the first */
    struct GwReplay *replay; /* owned: of the run before that began `job`; NULL = there was none */
    GwWatch watch;           /* of what scripts read */
    GwSkipped *skipped;      /* borrowed: outlives it; or NULL */
    GwClients *clients;      /* borrowed: outlives the journal */
    GwPace *pace;            /* borrowed: outlives it; or NULL */
    GwColl *entries;         /* owned */
    GwColl *jobs;            /* owned */
    char *db;                /* owned */
    char *tracker;           /* owned */
    gint64 token;
    guint workers; /* threads that change documents side by side */
    bool has_transactions;
    GMutex lock;       /* guards what follows */
    GwJob *job;        /* owned: NULL before the first */
    bool is_recording; /* what is written belongs to `job` */
    gint64 seq;        /* the last one used by `job` */
    gint64 op;         /* the same */
    gint64 unsure;     /* entries of `job` that no majority was waited for with */
    gint64 job_count;
    guint row_count;    /* rows of the fence that are in use */
    GPtrArray *idle;    /* owned: GwOwnSession that nobody uses */
    GHashTable *rows;   /* owned: GwSession * of scripts -> row + 1 */
    GHashTable *known;  /* owned: "db.coll" -> GwCollInfo */
    GHashTable *series; /* owned: "db.coll" of time-series put aside; under `schema` */
    GRWLock schema;     /* held to write while collections come and go, to read by all else */
};

/* Do something in a transaction of ours; again, all of it, where the server asks for that. `func`
 * starts from nothing each time. With `follower`, a session of the script, later reads there see
 * it. A majority has it when this returns. */
typedef bool (*GwTransactionFunc)(GwSession *session, guint row, gpointer data, GError **error);
bool gw_journal_in_transaction(GwJournal *journal, GwTransactionFunc func, gpointer data,
                               GwSession *follower, GError **error);

/* The same, where one member's word is enough for now: a change of primary may lose it. Its entry
 * has to say so (is_unsure) and be counted, so that gw_journal_check_kept finds what was lost. */
bool gw_journal_in_quick_transaction(GwJournal *journal, GwTransactionFunc func, gpointer data,
                                     GwSession *follower, GError **error);
void gw_journal_count_unsure(GwJournal *journal, gint64 entries);

/* How long a transaction is tried again; what conflicts for longer than this does so for ever. */
#define GW_PATIENCE_MS 120000
#define GW_PAUSE_MIN_MS 2

/* The pieces of it, for a transaction that stays open between two calls. The session belongs to one
 * thread at a time. The commit asks until `until_ms` where its answer is lost; the pause before the
 * next attempt grows from GW_PAUSE_MIN_MS. */
GwOwnSession *gw_journal_take_session(GwJournal *journal, GError **error);
void gw_journal_give_session_back(GwJournal *journal, GwOwnSession *own);
bool gw_journal_begin_quick(GwOwnSession *own, GError **error);
bool gw_journal_commit(GwSession *session, gint64 until_ms, GError **error);
void gw_journal_pause(gint64 *pause_ms);

/* Begin a job again that is open, as part of another run. */
bool gw_journal_begin_again(GwJournal *journal, const GwJob *job, const char *run, GError **error);

/* Wait until a majority has what the primary has: only then all entries are there to be read. */
bool gw_journal_make_sure(GwJournal *journal, const GwJob *job, GError **error);

/* The row of the fence for a transaction of the script. */
guint gw_journal_row_of(GwJournal *journal, GwSession *session);

/* Write an entry in the transaction of `session`, with the fence; its seq is the next one. The
 * transaction must have read or written something before: only then the seqs of two jobs on one
 * document are in the order of their commits. Fails with GW_ERROR_LEASE_LOST. */
bool gw_journal_append(GwJournal *journal, GwSession *session, guint row, GwEntry *entry,
                       GError **error);

/* The same of several (GwEntry), in their order: at least one. */
bool gw_journal_append_all(GwJournal *journal, GwSession *session, guint row,
                           const GPtrArray *entries, GError **error);

/* Write an entry by itself, before what it describes is done outside of any transaction. */
bool gw_journal_announce(GwJournal *journal, GwEntry *entry, GError **error);

/* The number of the next call that changes something. Threads: any. */
gint64 gw_journal_next_op(GwJournal *journal);

/* In the transaction of `session`, with the fence, mark an entry as taken back. */
bool gw_journal_mark_undone(GwJournal *journal, GwSession *session, guint row, const GwEntry *entry,
                            GError **error);

/* Only the fence: fails with GW_ERROR_LEASE_LOST where the lease was taken over. */
bool gw_journal_pass_fence(GwJournal *journal, GwSession *session, guint row, GError **error);

/* An entry of the job that is recorded. Owned. */
GwEntry *gw_journal_entry_new(GwJournal *journal, GwEntryKind kind, const char *db,
                              const char *coll);

/* What is known of a collection: looked up once, until it is forgotten. Borrowed, until then. */
const GwCollInfo *gw_journal_known(GwJournal *journal, GwConn *conn, const char *db,
                                   const char *coll, GError **error);

/* Whether no transaction can hold changes of the collection: a standalone, a capped one, system.*,
 * the server's own databases. */
bool gw_journal_is_plain(const GwJournal *journal, const GwCollInfo *info, const char *db);

/* Forget what is known of all collections: one of them came, went or changed. */
void gw_journal_forget(GwJournal *journal);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a change and its pre-image come to be one.
 *
 * Documents. One transaction: read what will change, change it, read what became of it, write one
 * entry with the difference, change this transaction's row of the fence, commit. Nobody sees one
 * without the other, and a run whose lease was taken over can't commit.
 *
 * Order. Entries are taken back from the last to the first, by `seq`, which is given out inside the
 * transaction after its first statement. Two transactions that touch one document can't overlap:
 * the later one sees the earlier one's commit, so it got its number after that. Numbers may be
 * missing (a transaction that was done again takes a new one).
 *
 * Collections, indexes, options. No transaction holds those: the entry is written first (with the
 * fence), then the thing is done, then the entry is completed with what came of it; an entry whose
 * deed was refused is removed. Whoever takes back looks at what is there and does not believe an
 * announcement.
 *
 * A standalone has no transactions: there an entry of documents is announced as well, and completed
 * afterwards.
 */
#include "journal/journal-internal.h"

#include "base/clock.h"
#include "journal/fence.h"
#include "journal/replay.h"
#include "journal/resume.h"
#include "journal/shared.h"

/* Rows for the transactions of scripts; the others are ours. */
#define OWN_ROWS (GW_FENCE_ROWS / 2)

/* A command has room for 16 MB, and a part of an entry takes up to 12 MiB. */
#define SHEET_BYTES_MAX (13 * 1024 * 1024)

/* Jobs of one run are told apart below the lease's token. */
#define JOBS_PER_TOKEN_BITS 20

static void
own_session_free(GwOwnSession *own)
{
    gw_session_free(own->session);
    g_free(own);
}

void
gw_journal_free(GwJournal *journal)
{
    if (journal == NULL)
        return;
    gw_shared_free(journal->shared);
    g_ptr_array_unref(journal->idle);
    g_hash_table_unref(journal->rows);
    g_hash_table_unref(journal->known);
    g_hash_table_unref(journal->series);
    gw_job_free(journal->job);
    gw_trace_free(journal->trace);
    gw_replay_free(journal->replay);
    gw_coll_free(journal->entries);
    gw_coll_free(journal->jobs);
    g_rw_lock_clear(&journal->schema);
    g_mutex_clear(&journal->lock);
    g_free(journal->db);
    g_free(journal->tracker);
    g_free(journal);
}

/* Two keep the server and this process busy at the same time, a third while one of them waits for
 * the disk. */
static guint
good_number_of_workers(void)
{
    return CLAMP(g_get_num_processors() + 1, 3, 4);
}

static GwJournal *
journal_new(const GwJournalParams *params)
{
    GwJournal *journal = g_new0(GwJournal, 1);

    journal->clients = params->clients;
    journal->db = g_strdup(params->db);
    journal->tracker = g_strdup(params->tracker);
    journal->token = params->token;
    journal->pace = params->pace;
    journal->skipped = params->skipped;
    journal->workers = gw_pace_workers(params->pace, good_number_of_workers());
    journal->has_transactions = gw_clients_server(params->clients)->has_transactions;
    journal->entries = gw_coll_new(params->clients, params->db, GW_JOURNAL_COLLECTION);
    journal->jobs = gw_coll_new(params->clients, params->db, GW_JOB_COLLECTION);
    journal->idle = g_ptr_array_new_with_free_func((GDestroyNotify)own_session_free);
    journal->rows = g_hash_table_new(NULL, NULL);
    journal->known =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)gw_coll_info_free);
    journal->series = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_mutex_init(&journal->lock);
    g_rw_lock_init(&journal->schema);
    journal->shared = gw_shared_new(journal);
    gw_resume_reset(journal);
    return journal;
}

/* From then on nobody else commits. What a process that died left open would hold up the fence
 * itself, and what one that lives has begun since, all others. */
static bool
raise_fence(GwClients *clients, GwColl *entries, GwColl *jobs, gint64 token, GError **error)
{
    return gw_job_end_sessions(clients, jobs, error) && gw_fence_raise(entries, token, error) &&
           gw_job_end_sessions(clients, jobs, error);
}

GwJournal *
gw_journal_open(const GwJournalParams *params, GError **error)
{
    g_autoptr(GwJournal) journal = journal_new(params);
    g_autoptr(bson_t) keys =
        BCON_NEW("job", BCON_INT32(1), "seq", BCON_INT32(1), "part", BCON_INT32(1));

    /* A collection can't always be made inside a transaction: the index makes it. */
    if (!gw_coll_create_index(journal->entries, keys, NULL, error))
        return NULL;
    if (!raise_fence(params->clients, journal->entries, journal->jobs, journal->token, error))
        return NULL;
    return g_steal_pointer(&journal);
}

bool
gw_journal_fence_off(GwClients *clients, const char *db, gint64 token, GError **error)
{
    g_autoptr(GwColl) entries = gw_coll_new(clients, db, GW_JOURNAL_COLLECTION);
    g_autoptr(GwColl) jobs = gw_coll_new(clients, db, GW_JOB_COLLECTION);

    return raise_fence(clients, entries, jobs, token, error);
}

static GwJob *
job_new(GwJournal *journal, const char *migration, const char *run, const char *direction)
{
    GwJob *job = g_aligned_alloc0(1, sizeof(GwJob), _Alignof(GwJob));

    bson_oid_init(&job->id, NULL);
    job->migration = g_strdup(migration);
    job->run = g_strdup(run);
    job->direction = g_strdup(direction);
    job->order = (journal->token << JOBS_PER_TOKEN_BITS) + journal->job_count++;
    job->irreversible = g_ptr_array_new_with_free_func(g_free);
    return job;
}

/* Nothing of the one before holds for the job. */
static void
take_job(GwJournal *journal, GwJob *take_job)
{
    g_clear_pointer(&journal->job, gw_job_free);
    journal->job = take_job;
    journal->seq = journal->op = journal->unsure = 0;
    gw_resume_reset(journal);
    g_hash_table_remove_all(journal->series);
    gw_journal_forget(journal);
}

static void
record(GwJournal *journal)
{
    journal->is_recording = true;
    gw_pace_begin(journal->pace, journal->job, false);
}

/* NULL where there are no transactions. */
static bool
shared_session(GwJournal *journal, GwSession **out_session, GError **error)
{
    *out_session = journal->has_transactions ? gw_shared_session(journal->shared, error) : NULL;
    return *out_session != NULL || !journal->has_transactions;
}

bool
gw_journal_begin(GwJournal *journal, const char *migration, const char *run, const char *direction,
                 GError **error)
{
    GwSession *session = NULL;

    if (!shared_session(journal, &session, error))
        return false;
    take_job(journal, job_new(journal, migration, run, direction));
    if (!gw_job_begin(journal->jobs, journal->job, session, error))
        return false;
    record(journal);
    return true;
}

bool
gw_journal_begin_again(GwJournal *journal, const GwJob *job, const char *run, GError **error)
{
    GwJob *again = job_new(journal, job->migration, run, job->direction);
    GwSession *session = NULL;

    again->id = job->id;
    again->order = job->order;
    take_job(journal, again);
    if (!shared_session(journal, &session, error) ||
        !gw_job_go_on(journal->jobs, job, run, session, error))
        return false;
    record(journal);
    return true;
}

/* What the transactions of scripts left of the job is known only now. */
static void
sum_up(GwJob *job, const GPtrArray *entries)
{
    job->entries = entries->len;
    job->documents = job->bytes = 0;
    g_ptr_array_set_size(job->irreversible, 0);
    for (guint index = entries->len; index > 0; index--) {
        const GwEntry *entry = g_ptr_array_index(entries, index - 1);

        job->documents += entry->count;
        job->bytes += entry->bytes;
        if (entry->kind == GW_ENTRY_IRREVERSIBLE)
            g_ptr_array_add(job->irreversible, g_strdup(gw_bson_get_str(entry->facts, "command")));
    }
}

static bool
sum_job(GwJournal *journal, GwJob *job, GError **error)
{
    g_autoptr(GPtrArray) entries = gw_entry_list(journal->entries, &job->id, error);

    if (entries == NULL)
        return false;
    sum_up(job, entries);
    return true;
}

static gint64
count_unsure(const GPtrArray *entries)
{
    gint64 count = 0;

    for (guint index = 0; index < entries->len; index++)
        count += ((const GwEntry *)g_ptr_array_index(entries, index))->is_unsure ? 1 : 0;
    return count;
}

static bool
throw_lost(gint64 lost, GError **error)
{
    gw_throw(error, GW_ERROR_FAILED,
             "the primary changed, and %" G_GINT64_FORMAT
             " of the migration's last transactions were lost with the old one",
             lost);
    return gw_hint(error, "The migration can be run again.");
}

bool
gw_journal_make_sure(GwJournal *journal, const GwJob *job, GError **error)
{
    return gw_job_wait(journal->jobs, job, error) ||
           gw_prefix(error, "waiting until a majority has what was written");
}

bool
gw_journal_check_kept(GwJournal *journal, GError **error)
{
    g_autoptr(GPtrArray) entries = NULL;
    gint64 lost = 0;

    if (!gw_shared_close(journal->shared, error))
        return false;
    if (journal->unsure == 0)
        return true;
    if (!gw_journal_make_sure(journal, journal->job, error))
        return false;
    entries = gw_entry_list(journal->entries, &journal->job->id, error);
    if (entries == NULL)
        return false;
    /* Each entry is there if its change is. */
    lost = journal->unsure - count_unsure(entries);
    return lost == 0 || throw_lost(lost, error);
}

bool
gw_journal_sum(GwJournal *journal, GError **error)
{
    gw_journal_leave(journal);
    return sum_job(journal, journal->job, error);
}

void
gw_journal_count_unsure(GwJournal *journal, gint64 entries)
{
    g_mutex_lock(&journal->lock);
    journal->unsure += entries;
    g_mutex_unlock(&journal->lock);
}

bool
gw_journal_end(GwJournal *journal, GError **error)
{
    gw_journal_leave(journal);
    journal->job->status = GW_JOB_DONE;
    return gw_job_end(journal->jobs, journal->job, error);
}

bool
gw_journal_adopt(GwJournal *journal, const GwJob *job, GError **error)
{
    GwJob ended = *job;

    if (!sum_job(journal, &ended, error))
        return false;
    ended.status = GW_JOB_DONE;
    return gw_job_end(journal->jobs, &ended, error);
}

void
gw_journal_leave(GwJournal *journal)
{
    journal->is_recording = false;
    gw_shared_abandon(journal->shared);
    gw_pace_end(journal->pace);
}

const GwJob *
gw_journal_job(const GwJournal *journal)
{
    return journal->job;
}

GwColl *
gw_journal_jobs(const GwJournal *journal)
{
    return journal->jobs;
}

GwEntry *
gw_journal_entry_new(GwJournal *journal, GwEntryKind kind, const char *db, const char *coll)
{
    return gw_entry_new(&journal->job->id, kind, db, coll);
}

guint
gw_journal_row_of(GwJournal *journal, GwSession *session)
{
    guint row = 0;

    g_mutex_lock(&journal->lock);
    row = GPOINTER_TO_UINT(g_hash_table_lookup(journal->rows, session));
    if (row == 0) {
        /* More sessions than rows share them: then two transactions that overlap have a conflict,
         * which the server tells as one to try again. */
        row = 1 + OWN_ROWS + g_hash_table_size(journal->rows) % (GW_FENCE_ROWS - OWN_ROWS);
        g_hash_table_insert(journal->rows, session, GUINT_TO_POINTER(row));
    }
    g_mutex_unlock(&journal->lock);
    return row - 1;
}

static gint64
next_seq(GwJournal *journal)
{
    gint64 seq = 0;

    g_mutex_lock(&journal->lock);
    seq = ++journal->seq;
    g_mutex_unlock(&journal->lock);
    return seq;
}

static bool
throw_fenced(GError **error)
{
    gw_throw(error, GW_ERROR_LEASE_LOST, "the lease was taken over by another process");
    return gw_hint(error, "This write was refused by the server and changed nothing. See who holds "
                          "the lease with godwit lock, and what is applied with godwit status.");
}

/* Updates of the journal that go out in one command. */
typedef struct {
    GwJournal *journal; /* borrowed */
    GwSession *session; /* borrowed */
    bson_t updates;
    guint32 count;
    bool has_fence; /* one of them changes the row */
} Sheet;

static void
sheet_clear(Sheet *sheet)
{
    bson_destroy(&sheet->updates);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sheet, sheet_clear)

/* Send it, and begin an empty one. */
static bool
send_sheet(Sheet *sheet, GError **error)
{
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t upserted = BSON_INITIALIZER;
    const bool has_fence = sheet->has_fence;
    gint64 matched = 0;

    if (!gw_coll_update_in(sheet->journal->entries, sheet->session, &sheet->updates, &reply, error))
        return false;
    bson_reinit(&sheet->updates);
    sheet->count = 0;
    sheet->has_fence = false;
    matched = gw_bson_get_int(&reply, "n", 0);
    if (gw_bson_get_doc(&reply, "upserted", &upserted))
        matched -= bson_count_keys(&upserted);
    return !has_fence || matched > 0 || throw_fenced(error);
}

static bool
add_document(Sheet *sheet, const bson_t *doc, GError **error)
{
    g_autoptr(bson_t) update = NULL;
    bson_oid_t oid;

    if (sheet->count > 0 && sheet->updates.len + doc->len > SHEET_BYTES_MAX &&
        !send_sheet(sheet, error))
        return false;
    /* The update that adds a document, so that it can stand behind the fence. */
    bson_oid_init(&oid, NULL);
    update = BCON_NEW("q", "{", "_id", BCON_OID(&oid), "}", "u", BCON_DOCUMENT(doc), "upsert",
                      BCON_BOOL(true));
    gw_bson_append_doc_at(&sheet->updates, sheet->count++, update);
    return true;
}

static bool
add_entry(Sheet *sheet, GwEntry *entry, GError **error)
{
    entry->seq = next_seq(sheet->journal);
    for (guint part = 0; part < gw_entry_part_count(entry); part++) {
        g_autoptr(bson_t) doc = gw_entry_part(entry, part);

        if (!add_document(sheet, doc, error))
            return false;
    }
    return true;
}

static void
add_fence(Sheet *sheet, guint row)
{
    gw_fence_append(&sheet->updates, sheet->count++, row, sheet->journal->token);
    sheet->has_fence = true;
}

bool
gw_journal_append_all(GwJournal *journal, GwSession *session, guint row, const GPtrArray *entries,
                      GError **error)
{
    g_auto(Sheet) sheet = {.journal = journal, .session = session, .updates = BSON_INITIALIZER};

    /* One command for all saves trips to the server. */
    add_fence(&sheet, row);
    for (guint index = 0; index < entries->len; index++) {
        if (!add_entry(&sheet, g_ptr_array_index(entries, index), error))
            return false;
    }
    return send_sheet(&sheet, error);
}

bool
gw_journal_append(GwJournal *journal, GwSession *session, guint row, GwEntry *entry, GError **error)
{
    gpointer only[] = {entry};
    const GPtrArray entries = {.pdata = only, .len = 1};

    return gw_journal_append_all(journal, session, row, &entries, error);
}

gint64
gw_journal_next_op(GwJournal *journal)
{
    gint64 op = 0;

    g_mutex_lock(&journal->lock);
    op = ++journal->op;
    g_mutex_unlock(&journal->lock);
    return op;
}

bool
gw_journal_mark_undone(GwJournal *journal, GwSession *session, guint row, const GwEntry *entry,
                       GError **error)
{
    g_auto(bson_t) updates = BSON_INITIALIZER;
    g_auto(bson_t) reply = BSON_INITIALIZER;

    /* A list of two can't tell which one matched, and both have to. */
    gw_entry_append_undone(&updates, 0, entry);
    return gw_journal_pass_fence(journal, session, row, error) &&
           gw_coll_update_in(journal->entries, session, &updates, &reply, error);
}

bool
gw_journal_pass_fence(GwJournal *journal, GwSession *session, guint row, GError **error)
{
    g_auto(Sheet) sheet = {.journal = journal, .session = session, .updates = BSON_INITIALIZER};

    add_fence(&sheet, row);
    return send_sheet(&sheet, error);
}

typedef struct {
    GwJournal *journal; /* borrowed */
    GwEntry *entry;     /* borrowed */
} Announcement;

static bool
append_announced(GwSession *session, guint row, gpointer data, GError **error)
{
    Announcement *announcement = data;

    return gw_journal_append(announcement->journal, session, row, announcement->entry, error);
}

static bool
insert_parts(GwJournal *journal, GwEntry *entry, GError **error)
{
    entry->seq = next_seq(journal);
    for (guint part = 0; part < gw_entry_part_count(entry); part++) {
        g_autoptr(bson_t) doc = gw_entry_part(entry, part);

        if (!gw_coll_insert(journal->entries, doc, error))
            return false;
    }
    return true;
}

bool
gw_journal_announce(GwJournal *journal, GwEntry *entry, GError **error)
{
    Announcement announcement = {.journal = journal, .entry = entry};

    if (!journal->has_transactions)
        return insert_parts(journal, entry, error);
    if (!gw_journal_in_transaction(journal, append_announced, &announcement, NULL, error))
        return false;
    gw_trace_confirm(journal->trace, entry->trace_mark);
    return true;
}

const GwCollInfo *
gw_journal_known(GwJournal *journal, GwConn *conn, const char *db, const char *coll, GError **error)
{
    g_autofree char *ns = g_strdup_printf("%s.%s", db, coll);
    g_autoptr(GwCollInfo) found = NULL;
    const GwCollInfo *info = NULL;

    g_mutex_lock(&journal->lock);
    info = g_hash_table_lookup(journal->known, ns);
    g_mutex_unlock(&journal->lock);
    if (info != NULL)
        return info;
    found = gw_catalog_get(conn, db, coll, error);
    if (found == NULL)
        return NULL;
    g_mutex_lock(&journal->lock);
    info = g_hash_table_lookup(journal->known, ns);
    if (info == NULL) {
        info = found;
        g_hash_table_insert(journal->known, g_steal_pointer(&ns), g_steal_pointer(&found));
    }
    g_mutex_unlock(&journal->lock);
    return info;
}

bool
gw_journal_is_plain(const GwJournal *journal, const GwCollInfo *info, const char *db)
{
    return !journal->has_transactions || info->is_capped ||
           g_str_has_prefix(info->name, "system.") || g_str_equal(db, "config") ||
           g_str_equal(db, "local");
}

void
gw_journal_forget(GwJournal *journal)
{
    g_mutex_lock(&journal->lock);
    g_hash_table_remove_all(journal->known);
    g_mutex_unlock(&journal->lock);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crew.h"
#include "journal/prepared.h"
#include "journal/undo-internal.h"

/* Sentences kept of conflicts; all of them are counted. */
#define CONFLICTS_TOLD 20
/* Then there is progress to be told of. */
#define ENTRIES_AT_ONCE 64

void
gw_undo_result_init(GwUndoResult *result)
{
    *result = (GwUndoResult){.conflicts = g_ptr_array_new_with_free_func(g_free),
                             .irreversible = g_ptr_array_new_with_free_func(g_free)};
}

void
gw_undo_result_clear(GwUndoResult *result)
{
    g_clear_pointer(&result->conflicts, g_ptr_array_unref);
    g_clear_pointer(&result->irreversible, g_ptr_array_unref);
}

static void
undo_clear(GwUndo *undo)
{
    g_clear_pointer(&undo->entries, g_ptr_array_unref);
    g_clear_pointer(&undo->conn, gw_conn_release);
    g_mutex_clear(&undo->lock);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwUndo, undo_clear)

void
gw_undo_note_conflict(GwUndo *undo, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_mutex_lock(&undo->lock);
    if (undo->result->conflict_count++ < CONFLICTS_TOLD)
        g_ptr_array_add(undo->result->conflicts, g_strdup_vprintf(format, arguments));
    g_mutex_unlock(&undo->lock);
    va_end(arguments);
}

char *
gw_undo_describe(const char *db, const char *coll, const GwDocRecord *record)
{
    g_auto(bson_t) id = BSON_INITIALIZER;
    g_autoptr(GwBsonStr) json = NULL;

    bson_append_iter(&id, "_id", -1, &record->id);
    json = bson_as_relaxed_extended_json(&id, NULL);
    return g_strdup_printf("the document %s of '%s.%s'", json, db, coll);
}

bson_t *
gw_undo_find(const char *coll, const GPtrArray *records, const bson_t *projection)
{
    bson_t *find = BCON_NEW("find", BCON_UTF8(coll));
    g_auto(bson_t) filter = BSON_INITIALIZER;
    bson_t in = BSON_INITIALIZER;
    bson_t array = BSON_INITIALIZER;

    bson_append_document_begin(&filter, "_id", -1, &in);
    bson_append_array_begin(&in, "$in", -1, &array);
    for (guint index = 0; index < records->len; index++) {
        GwDocRecord record = {0};

        if (gw_record_view(g_ptr_array_index(records, index), &record))
            gw_bson_append_at(&array, index, &record.id);
    }
    bson_append_array_end(&in, &array);
    bson_append_document_end(&filter, &in);
    BSON_APPEND_DOCUMENT(find, "filter", &filter);
    if (projection != NULL)
        BSON_APPEND_DOCUMENT(find, "projection", projection);
    return find;
}

bool
gw_undo_send(GwUndo *undo, const char *db, const bson_t *command, bson_t *out_reply, GError **error)
{
    GwWrite write = {.kind = gw_write_kind_of(command), .db = db, .command = command};

    bson_destroy(out_reply);
    return gw_writer_apply(undo->params->writer, undo->conn, &write, out_reply, error);
}

static bool
throw_missing(const GwJob *job, guint found, GError **error)
{
    gw_throw(error, GW_ERROR_FAILED,
             "the journal of '%s' (run %s) is not whole: it has %u of %" G_GINT64_FORMAT " entries",
             job->migration, job->run, found, job->entries);
    return gw_hint(error, "Nothing was undone. Somebody has removed a part of godwit_journal; a "
                          "backup, or the file's own down(), is what is left.");
}

/* A collection may be made several times in the transactions of a script; the oldest entry is the
 * one that made it, the others say the same. */
static void
skip_made_again(GPtrArray *entries)
{
    g_autoptr(GHashTable) made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint index = entries->len; index > 0; index--) {
        const GwEntry *entry = g_ptr_array_index(entries, index - 1);
        g_autofree char *ns = gw_entry_ns(entry);

        if (entry->kind == GW_ENTRY_DROP || entry->kind == GW_ENTRY_RENAME)
            g_hash_table_remove(made, ns);
        if (entry->kind != GW_ENTRY_CREATE)
            continue;
        if (g_hash_table_contains(made, ns))
            g_ptr_array_remove_index(entries, index - 1);
        else
            g_hash_table_add(made, g_steal_pointer(&ns));
    }
}

static void
skip_undone(GPtrArray *entries)
{
    for (guint index = entries->len; index > 0; index--) {
        const GwEntry *entry = g_ptr_array_index(entries, index - 1);

        if (entry->is_undone)
            g_ptr_array_remove_index(entries, index - 1);
    }
}

static bool
begin(GwUndo *undo, GError **error)
{
    const GwJob *job = undo->job;

    undo->conn = gw_conn_take(undo->params->journal->clients);
    if (!gw_journal_make_sure(undo->params->journal, job, error))
        return false;
    undo->entries = gw_entry_list(undo->params->journal->entries, &job->id, error);
    if (undo->entries == NULL)
        return false;
    if (job->status == GW_JOB_DONE && undo->entries->len != job->entries)
        return throw_missing(job, undo->entries->len, error);
    skip_undone(undo->entries);
    skip_made_again(undo->entries);
    return true;
}

static bool
throw_conflicts(const GwUndo *undo, GError **error)
{
    const GwUndoResult *result = undo->result;

    gw_throw(error, GW_ERROR_CONFLICT,
             "'%s' cannot be undone: somebody changed %" G_GINT64_FORMAT
             " of the things since that it had changed, first %s",
             undo->job->migration, result->conflict_count,
             (const char *)g_ptr_array_index(result->conflicts, 0));
    return gw_hint(error, "Nothing was written. --on-conflict keep leaves those as they are now, "
                          "--on-conflict overwrite puts back what was there before the migration.");
}

/* Entries of one call, on their way back. */
typedef struct {
    GwUndo *undo;           /* borrowed */
    const GwCollInfo *info; /* borrowed: of their collection */
} Call;

static bool
write_docs(gpointer piece, gpointer data, GError **error)
{
    const Call *call = data;
    const GwEntry *entry = piece;
    GwPace *pace = call->undo->params->journal->pace;
    GwPaceChunk chunk = {.documents = entry->count};
    gint64 start_us = 0;
    bool is_done = false;

    if (!gw_pace_enter(pace, GW_PACE_KNOWN, error))
        return false;
    start_us = g_get_monotonic_time();
    is_done = gw_undo_docs(call->undo, call->info, entry, error);
    chunk.elapsed_us = g_get_monotonic_time() - start_us;
    if (is_done)
        gw_pace_count(pace, &chunk);
    gw_pace_leave(pace, GW_PACE_KNOWN);
    if (!is_done)
        return false;
    gw_pace_sweep_pass(pace, entry->count);
    GW_CRASH_POINT("undo.entry");
    return true;
}

/* Values of a unique index come back in the order in which they went: one entry after the other. */
static guint
threads_for(const GwUndo *undo, const GwCollInfo *info)
{
    if (gw_prepared_is_among(info->indexes) || gw_catalog_has_unique(info) ||
        gw_pace_is_rated(undo->params->journal->pace))
        return 1;
    return undo->params->journal->workers;
}

/* Take back `count` entries of one call, which looked at each document once: several at a time. */
static bool
write_call(GwUndo *undo, guint first, guint count, GError **error)
{
    const GwEntry *entry = g_ptr_array_index(undo->entries, first);
    g_autoptr(GwCollInfo) info = gw_catalog_get(undo->conn, entry->db, entry->coll, error);
    Call call = {.undo = undo, .info = info};
    g_autoptr(GwCrew) crew = NULL;

    if (info == NULL)
        return false;
    crew = gw_crew_new(threads_for(undo, info), write_docs, NULL, &call);
    for (guint index = first; index < first + count; index++) {
        if (!gw_crew_give(crew, g_ptr_array_index(undo->entries, index)))
            break;
    }
    return gw_crew_wait(crew, error);
}

static bool
is_same_call(const GwEntry *entry, const GwEntry *other)
{
    return entry->kind == GW_ENTRY_DOCS && other->kind == GW_ENTRY_DOCS && entry->op > 0 &&
           entry->op == other->op;
}

/* How many entries from `first` on belong to one call. */
static guint
extent_of_call(const GwUndo *undo, guint first)
{
    const GwEntry *entry = g_ptr_array_index(undo->entries, first);
    guint end = first + 1;

    while (end < undo->entries->len && end - first < ENTRIES_AT_ONCE &&
           is_same_call(entry, g_ptr_array_index(undo->entries, end)))
        end++;
    return end - first;
}

static bool
write_schema(GwUndo *undo, const GwEntry *entry, GError **error)
{
    if (!gw_undo_schema(undo, entry, error))
        return false;
    GW_CRASH_POINT("undo.entry");
    return true;
}

static bool
write_all(GwUndo *undo, GError **error)
{
    guint index = 0;

    while (index < undo->entries->len) {
        const GwEntry *entry = g_ptr_array_index(undo->entries, index);
        const guint count = extent_of_call(undo, index);
        bool is_done = entry->kind == GW_ENTRY_DOCS ? write_call(undo, index, count, error)
                                                    : write_schema(undo, entry, error);

        if (!is_done)
            return false;
        index += count;
    }
    return true;
}

static bool
may_write(const GwUndo *undo, GError **error)
{
    g_autoptr(GHashTable) asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint index = 0; undo->params->may != NULL && index < undo->entries->len; index++) {
        const GwEntry *entry = g_ptr_array_index(undo->entries, index);

        if (entry->coll == NULL || entry->kind == GW_ENTRY_IRREVERSIBLE ||
            !g_hash_table_add(asked, gw_entry_ns(entry)))
            continue;
        if (!undo->params->may(entry->db, entry->coll, undo->params->data, error))
            return false;
    }
    return true;
}

/* Whoever finds it half undone knows what it is. */
static bool
mark_undoing(GwUndo *undo, GError **error)
{
    if (undo->job->status != GW_JOB_DONE)
        return true;
    if (!gw_job_mark(undo->params->journal->jobs, undo->job, GW_JOB_UNDOING, error))
        return false;
    GW_CRASH_POINT("undo.begun");
    return true;
}

/* The entries first: all of them are marked as undone, and a job without any has nothing to do. */
bool
gw_undo_end(GwJournal *journal, const GwJob *job, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("job", BCON_OID(&job->id));
    GwJob ended = *job;

    ended.status = GW_JOB_UNDONE;
    if (!gw_coll_delete_many(journal->entries, filter, NULL, error))
        return false;
    GW_CRASH_POINT("undo.forgotten");
    return gw_job_end(journal->jobs, &ended, error);
}

static void
expect(const GwUndo *undo)
{
    GwPaceSweep facts = {0};

    for (guint index = 0; index < undo->entries->len; index++) {
        const GwEntry *entry = g_ptr_array_index(undo->entries, index);

        facts.total += entry->kind == GW_ENTRY_DOCS ? entry->count : 0;
    }
    gw_pace_begin(undo->params->journal->pace, undo->job, true);
    gw_pace_sweep_begin(undo->params->journal->pace, &facts);
}

bool
gw_undo_job(const GwUndoParams *params, const GwJob *job, GwUndoResult *result, GError **error)
{
    g_auto(GwUndo) undo = {.params = params, .job = job, .result = result};
    bool is_done = false;

    g_mutex_init(&undo.lock);
    gw_journal_leave(params->journal);
    if (!begin(&undo, error))
        return false;
    if (!gw_undo_look(&undo, error))
        return false;
    if (result->conflict_count > 0 && params->policy == GW_CONFLICT_STOP)
        return throw_conflicts(&undo, error);
    if (!may_write(&undo, error))
        return false;
    if (!mark_undoing(&undo, error))
        return false;
    expect(&undo);
    is_done = write_all(&undo, error);
    gw_pace_end(params->journal->pace);
    return is_done || gw_prefix(error, "undoing '%s'", job->migration);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/compare.h"

#include "base/crash.h"
#include "journal/met.h"
#include "journal/undo-internal.h"

void
gw_comparison_clear(GwComparison *comparison)
{
    g_clear_pointer(&comparison->first, g_free);
}

typedef struct {
    GwUndo undo;
    GwMet *met; /* owned: the first change of each document counts */
    GwComparison *comparison;
} Comparer;

static void
comparer_clear(Comparer *comparer)
{
    g_clear_pointer(&comparer->met, gw_met_free);
    g_clear_pointer(&comparer->undo.entries, g_ptr_array_unref);
    g_clear_pointer(&comparer->undo.conn, gw_conn_release);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Comparer, comparer_clear)

/* `ns` is where it may be met again; NULL = it can't be. */
static void
compare_record(Comparer *comparer, const GwEntry *entry, const char *ns, const GwDocRecord *record,
               const bson_t *current)
{
    GwComparison *comparison = comparer->comparison;

    if (ns != NULL) {
        if (gw_met_find(comparer->met, ns, &record->id) != 0)
            return;
        gw_met_note(comparer->met, ns, &record->id, 1);
    }
    comparison->looked_at++;
    if (gw_record_is_as_before(record, current))
        return;
    if (comparison->unlike++ == 0)
        comparison->first = gw_undo_describe(entry->db, entry->coll, record);
}

static bool
compare_entry(Comparer *comparer, GwJournal *journal, const GwEntry *entry, GError **error)
{
    g_autoptr(GPtrArray) records = gw_entry_records(journal->entries, entry, error);
    g_autoptr(GwDocSet) current = gw_doc_set_new();
    g_autofree char *ns = gw_met_can_meet_again(comparer->met, entry) ? gw_entry_ns(entry) : NULL;
    g_autoptr(bson_t) find = records != NULL ? gw_undo_find(entry->coll, records, NULL) : NULL;

    if (records == NULL ||
        !gw_doc_set_read(current, comparer->undo.conn, entry->db, find, NULL, 0, error))
        return false;
    for (guint index = 0; index < records->len; index++) {
        GwDocRecord record = {0};

        if (gw_record_view(g_ptr_array_index(records, index), &record))
            compare_record(comparer, entry, ns, &record, gw_doc_set_find(current, &record.id));
    }
    return true;
}

bool
gw_journal_compare(GwJournal *journal, const GwJob *job, GwComparison *out_comparison,
                   GError **error)
{
    g_auto(Comparer) comparer = {.comparison = out_comparison};

    comparer.undo.conn = gw_conn_take(journal->clients);
    comparer.undo.entries = gw_entry_list(journal->entries, &job->id, error);
    if (comparer.undo.entries == NULL)
        return false;
    comparer.met = gw_met_new(comparer.undo.entries);
    for (guint index = comparer.undo.entries->len; index > 0; index--) {
        const GwEntry *entry = g_ptr_array_index(comparer.undo.entries, index - 1);

        if (entry->kind == GW_ENTRY_DOCS && !compare_entry(&comparer, journal, entry, error))
            return false;
    }
    return true;
}

/* What was put aside for an entry. */
static bool
drop_trash(GwUndo *undo, const GwEntry *entry, GError **error)
{
    const char *trash = entry->facts != NULL ? gw_bson_get_str(entry->facts, "trash") : NULL;
    g_autoptr(bson_t) command = NULL;
    g_autoptr(GwCollInfo) info = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (trash == NULL)
        return true;
    info = gw_catalog_get(undo->conn, entry->db, trash, error);
    if (info == NULL)
        return false;
    command = BCON_NEW("drop", BCON_UTF8(trash));
    return info->kind == GW_COLL_NONE || gw_undo_send(undo, entry->db, command, &reply, error);
}

static bool
drop_all_trash(GwJournal *journal, GwWriter *writer, const GwJob *job, GError **error)
{
    GwUndoParams params = {.journal = journal, .writer = writer};
    GwUndo undo = {.params = &params, .job = job};
    g_autoptr(GwConn) conn = gw_conn_take(journal->clients);
    g_autoptr(GPtrArray) entries = gw_entry_list(journal->entries, &job->id, error);

    if (entries == NULL)
        return false;
    undo.conn = conn;
    for (guint index = 0; index < entries->len; index++) {
        if (!drop_trash(&undo, g_ptr_array_index(entries, index), error))
            return false;
        GW_CRASH_POINT("prune.dropped");
    }
    return true;
}

bool
gw_journal_forget_job(GwJournal *journal, GwWriter *writer, const GwJob *job, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("job", BCON_OID(&job->id));
    GwJob ended = *job;

    ended.status = GW_JOB_PRUNED;
    if (!gw_job_mark(journal->jobs, job, GW_JOB_PRUNING, error))
        return false;
    GW_CRASH_POINT("prune.begun");
    if (!drop_all_trash(journal, writer, job, error) ||
        !gw_coll_delete_many(journal->entries, filter, NULL, error))
        return false;
    GW_CRASH_POINT("prune.forgotten");
    return gw_job_end(journal->jobs, &ended, error);
}

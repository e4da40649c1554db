/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/takeback.h"

char *
gw_takeback_describe(const GwUndoResult *result)
{
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_append_printf(text, "%" G_GINT64_FORMAT " document%s", result->documents,
                           result->documents == 1 ? "" : "s");
    if (result->changes > 0)
        g_string_append_printf(text,
                               ", %" G_GINT64_FORMAT " change%s of collections, indexes or options",
                               result->changes, result->changes == 1 ? "" : "s");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

void
gw_takeback_tell(GwRun *run, const char *migration, const char *text)
{
    gw_project_emit(run->project, &(GwEvent){.kind = GW_EVENT_NOTE,
                                             .migration = migration,
                                             .text = text,
                                             .text_bytes = strlen(text)});
}

static void
emit_progress(gint64 done, gint64 count, gpointer data)
{
    GwRun *run = data;

    gw_project_emit(run->project, &(GwEvent){.kind = GW_EVENT_PROGRESS, .count = done});
}

static GwUndoParams
undo_params(GwRun *run, GwConflict policy)
{
    return (GwUndoParams){
        .journal = run->journal,
        .writer = run->plain,
        .policy = policy,
        .progress = emit_progress,
        .data = run,
    };
}

bool
gw_takeback_job(GwRun *run, const GwJob *job, GwConflict policy, GwUndoResult *result,
                GError **error)
{
    GwUndoParams params = undo_params(run, policy);

    return gw_undo_job(&params, job, result, error);
}

/* What the migration added goes, and with `overwrite` what others did since. */
static bool
may_undo(const char *db, const char *coll, gpointer data, GError **error)
{
    GwRun *run = data;
    g_auto(bson_t) command = BSON_INITIALIZER;
    g_auto(GwWriteFacts) facts = {
        .what = "undo", .loss = GW_LOSS_DATA, .db = g_strdup(db), .coll = g_strdup(coll)};
    GwWrite write = {.kind = GW_WRITE_OTHER, .db = db, .command = &command};

    return gw_questions_may(&facts, &write, run->questions, error);
}

bool
gw_takeback_wanted(GwRun *run, const GwJob *job, GwUndoResult *result, GError **error)
{
    GwUndoParams params = undo_params(run, run->params->on_conflict);

    params.may = may_undo;
    gw_questions_begin(run->questions, job->migration);
    return gw_undo_job(&params, job, result, error);
}

void
gw_takeback_tell_rest(GwRun *run, const GwJob *job, const GwUndoResult *result)
{
    if (result->kept > 0) {
        g_autofree char *text = g_strdup_printf(
            "somebody changed %" G_GINT64_FORMAT
            " of the things that '%s' had changed meanwhile; they were left alone: first %s",
            result->kept, job->migration,
            result->conflicts->len > 0 ? (const char *)g_ptr_array_index(result->conflicts, 0)
                                       : "a collection");

        gw_takeback_tell(run, job->migration, text);
    }
    for (guint index = 0; index < result->irreversible->len; index++) {
        const char *what = g_ptr_array_index(result->irreversible, index);
        /* A command's name has no blanks; what has is a connection of the script's own. */
        bool is_command = strchr(what, ' ') == NULL;
        g_autofree char *text =
            g_strdup_printf(is_command ? "'%s' ran the command '%s', which nobody can take back"
                                       : "'%s' used %s: nobody can take back what went through it",
                            job->migration, what);

        gw_takeback_tell(run, job->migration, text);
    }
}

bool
gw_takeback_failed(GwRun *run, GError **error)
{
    const GwJob *job = gw_journal_job(run->journal);
    g_auto(GwUndoResult) result = {0};
    g_autofree char *what = NULL;
    g_autofree char *text = NULL;

    gw_undo_result_init(&result);
    if (!gw_takeback_job(run, job, GW_CONFLICT_KEEP, &result, error) ||
        !gw_undo_end(run->journal, job, error))
        return false;
    gw_takeback_tell_rest(run, job, &result);
    if (result.documents == 0 && result.changes == 0)
        return true;
    what = gw_takeback_describe(&result);
    text = g_strdup_printf("what '%s' had changed before it failed was taken back: %s",
                           job->migration, what);
    gw_takeback_tell(run, job->migration, text);
    return true;
}

GwJob *
gw_takeback_find(GwRun *run, const char *migration, GError **error)
{
    g_autoptr(GwJob) job = NULL;

    if (!gw_job_find_done(gw_journal_jobs(run->journal), migration, "up", &job, error))
        return NULL;
    if (job != NULL)
        return g_steal_pointer(&job);
    gw_throw(error, GW_ERROR_REFUSED, "there is no journal of '%s' to undo it from", migration);
    gw_hint(error, "Nothing was changed. It was pruned, or the migration was applied by something "
                   "that keeps none; its own down() may revert it.");
    return NULL;
}

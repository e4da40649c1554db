/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one migration is recorded, so that at no moment the tracker says more than is true:
 *
 *   up:    running -> (up, validate) -> completed | failed
 *   down:  completed -> (down) -> rolled_back | completed, as before
 *
 * A migration that fails is taken back from the journal at once, so that the database is as it was.
 *
 * `running` is written before the first line of the script runs, and stays behind when the process
 * dies: whoever comes next sees that something was begun and not ended. A `down` that fails is
 * taken back as well and leaves the migration applied; the history has the failure.
 *
 * Every step is also appended to godwit_history, after the tracker: the tracker decides what runs
 * next, the history only tells.
 */
#include "engine/apply-internal.h"

#include "base/crash.h"
#include "engine/going_on.h"
#include "engine/takeback.h"
#include "journal/resume.h"

static const GwObserver silent = {0};

GwStepParams
gw_apply_step_params(GwRun *run, const GwMigration *migration)
{
    return (GwStepParams){
        .project = run->project,
        .clients = gw_project_clients(run->project),
        .tally = run->tally,
        .watch = run->journal != NULL ? gw_resume_watch(run->journal) : NULL,
        .file = migration->file,
        .fails_whole = true,
        .observer = gw_project_observer(run->project),
        .cancelled = gw_pace_cancelled(run->pace),
        .skips_bad = run->skipped != NULL,
    };
}

static bool
has_function(const GwStep *step, const char *function)
{
    const GwScriptFacts *facts = gw_step_facts(step);

    return g_str_equal(function, "up") ? facts->has_up : facts->has_down;
}

static bool
throw_no_function(const char *file, const char *function, GError **error)
{
    gw_throw(error, GW_ERROR_SCRIPT_LOAD, "the file '%s' has no function '%s'", file, function);
    if (g_str_equal(function, "up"))
        return gw_hint(error, "Export it: module.exports = { async up(db, client) { ... } }.");
    return gw_hint(error, "Write a down() that takes back what up() does; nothing was changed.");
}

static bool
throw_missing_file(const GwMigration *migration, GError **error)
{
    gw_throw(error, GW_ERROR_INTEGRITY, "the file of '%s' is not in the migrations folder",
             migration->id);
    return gw_hint(error, "Bring it back from version control; its down() is needed.");
}

static bool
has_journal(GwRun *run, const char *id)
{
    g_autoptr(GwJob) job = gw_takeback_find(run, id, NULL);

    return job != NULL;
}

static bool
preflight_one(GwRun *run, const GwMigration *migration, const char *function, GError **error)
{
    g_autoptr(GwStep) step = NULL;
    GwStepParams params = gw_apply_step_params(run, migration);

    /* What the top level of a file prints is shown when it is loaded in earnest. */
    params.observer = &silent;
    params.only_loads = true;
    step = gw_step_load(&params, error);
    if (step == NULL)
        return gw_prefix(error, "loading '%s'", migration->file->name);
    if (has_function(step, function))
        return true;
    /* Without a down() the journal takes it back, where there is one. */
    if (g_str_equal(function, "down") && has_journal(run, migration->id))
        return true;
    return throw_no_function(migration->file->name, function, error);
}

bool
gw_apply_preflight(GwRun *run, GPtrArray *selected, const char *function, GError **error)
{
    for (guint next = 0; next < selected->len; next++) {
        const GwMigration *migration = g_ptr_array_index(selected, next);

        if (migration->file == NULL && g_str_equal(function, "down") &&
            has_journal(run, migration->id))
            continue;
        if (migration->file == NULL)
            return throw_missing_file(migration, error);
        if (!preflight_one(run, migration, function, error))
            return false;
    }
    return true;
}

/* The next number in the order of application. */
static gint64
next_sequence(const GwRun *run)
{
    gint64 last = 0;

    for (guint index = 0; index < run->records->len; index++) {
        const GwRecord *record = g_ptr_array_index(run->records, index);

        last = MAX(last, record->sequence);
    }
    return last + run->result->outcomes->len + 1;
}

GwRecord *
gw_apply_record_new(const GwRun *run, const GwMigration *migration)
{
    const GwMigrationFile *file = migration->file;
    GwRecord *record = g_new0(GwRecord, 1);

    record->id = g_strdup(migration->id);
    record->file = g_strdup(file != NULL ? file->name : migration->record->file);
    record->checksum = g_strdup(file != NULL ? file->checksum : migration->record->checksum);
    record->environment = g_strdup(gw_project_environment(run->project));
    record->run = g_strdup(run->id);
    record->host = g_strdup(run->actor.host);
    record->user = g_strdup(run->actor.user);
    record->git_commit = g_strdup(run->actor.git_commit);
    record->godwit = g_strdup(GW_VERSION);
    record->status = GW_STATUS_RUNNING;
    record->applied_at_ms = G_MININT64;
    record->sequence = next_sequence(run);
    record->block = run->block;
    return record;
}

static void
put_error(GwRecord *record, const GError *error)
{
    const GwErrorInfo *info = gw_error_info(error);

    record->error_message = g_strdup(error->message);
    if (info == NULL)
        return;
    record->error_file = g_strdup(info->file);
    record->error_line = info->line;
    record->error_code = info->server_code;
}

void
gw_apply_emit(GwRun *run, GwEventKind kind, const GwRecord *record, const GError *error)
{
    gw_project_emit(run->project, &(GwEvent){.kind = kind,
                                             .migration = record->id,
                                             .file = record->file,
                                             .error = error,
                                             .elapsed_ms = record->execution_ms,
                                             .count = record->documents_affected});
}

bool
gw_apply_tell_history(GwRun *run, const GwRecord *record, const char *result, const GError *failure,
                      GError **error)
{
    GwHistoryEntry entry = {
        .result = result,
        .migration = record->id,
        .file = record->file,
        .checksum = record->checksum,
        .error = failure,
        .execution_ms = record->execution_ms,
        .documents_affected = record->documents_affected,
    };

    return gw_run_tell_history(run, &entry, error);
}

/* The sentence that the user gets: in a migrate-mongo project the one that its scripts look for. */
bool
gw_apply_throw_failed(GwRun *run, const char *direction, const GwRecord *record,
                      GError *take_failure, GError **error)
{
    if (take_failure->domain == GW_ERROR && take_failure->code != GW_ERROR_INTERRUPTED &&
        take_failure->code != GW_ERROR_LEASE_LOST && gw_questions_check(run->questions, NULL))
        take_failure->code = GW_ERROR_MIGRATION_FAILED;
    g_propagate_error(error, take_failure);
    if (gw_project_is_migrate_mongo(run->project))
        return gw_prefix(error, "Could not migrate %s %s", direction, record->file);
    return gw_prefix(error, "%s '%s'", g_str_equal(direction, "up") ? "applying" : "reverting",
                     record->file);
}

/* Take back what it did. Whoever took the lease over does that, where it was lost. */
void
gw_apply_take_back(GwRun *run, GError **failure)
{
    g_autoptr(GError) second = NULL;

    gw_journal_leave(run->journal);
    if (g_error_matches(*failure, GW_ERROR, GW_ERROR_LEASE_LOST) ||
        gw_takeback_failed(run, &second))
        return;
    g_prefix_error(failure,
                   "(and taking back what it had changed failed: %s; the next godwit up "
                   "tries that again) ",
                   second->message);
}

/* Record a failed `up`. Where even that fails, the user gets both sentences: what went wrong first
 * must not be lost. */
static bool
end_failed_up(GwRun *run, GwRecord *record, GError *take_failure, GError **error)
{
    g_autoptr(GError) failure = take_failure;
    g_autoptr(GError) second = NULL;

    gw_apply_take_back(run, &failure);
    GW_CRASH_POINT("failed.undone");
    record->status = GW_STATUS_FAILED;
    put_error(record, failure);
    /* Whoever took the lease over may have begun it again: then the record is theirs. */
    if (!gw_tracker_fail(run->tracker, record, &second) &&
        g_error_matches(second, GW_ERROR, GW_ERROR_LEASE_LOST))
        g_clear_error(&second);
    GW_CRASH_POINT("failed.recorded");
    if (second != NULL || !gw_apply_tell_history(run, record, "failed", failure, &second))
        g_prefix_error(&failure, "(and recording the failure failed: %s) ", second->message);
    gw_run_add_outcome(run, record->id, record->file, GW_STATUS_FAILED, record->execution_ms,
                       record->documents_affected);
    gw_apply_emit(run, GW_EVENT_FAILED, record, failure);
    return gw_apply_throw_failed(run, "up", record, g_steal_pointer(&failure), error);
}

static bool
call_up(GwRun *run, GwStep *step, GwRecord *record, GError **error)
{
    if (!gw_step_call(step, "up", error))
        return false;
    if (!gw_step_facts(step)->has_validate || gw_project_is_migrate_mongo(run->project))
        return true;
    if (!gw_step_call(step, "validate", error))
        return gw_prefix(error, "validate() after up()");
    gw_apply_emit(run, GW_EVENT_VALIDATED, record, NULL);
    return true;
}

/* A script sees a lost lease, or a refusal, as the failure of one of its writes, and may catch it,
 * or fail for reasons that follow from it. What the user has to know is the lease, or the refusal.
 */
static bool
end_call(GwRun *run, bool is_done, GError **error)
{
    g_autoptr(GError) lost = NULL;

    if (gw_lease_check(run->lease, &lost) && gw_questions_check(run->questions, &lost))
        return is_done && gw_resume_check(run->journal, error) &&
               gw_journal_check_kept(run->journal, error);
    g_clear_error(error);
    g_propagate_error(error, g_steal_pointer(&lost));
    return false;
}

/* Those that it left as they are, beyond `before`. */
static void
tell_skipped(GwRun *run, const GwMigration *migration, gint64 before)
{
    const gint64 count = run->skipped != NULL ? gw_skipped_count(run->skipped) - before : 0;
    g_autofree char *text = NULL;

    if (count == 0)
        return;
    text =
        g_strdup_printf("'%s' left %" G_GINT64_FORMAT " document%s as they were: %s", migration->id,
                        count, count == 1 ? "" : "s", gw_skipped_path(run->skipped));
    gw_takeback_tell(run, migration->id, text);
}

bool
gw_apply_run_step(GwRun *run, const GwMigration *migration, GwRecord *record, GwApplyCallFunc call,
                  GError **error)
{
    g_autoptr(GwStep) step = NULL;
    GwStepParams params = gw_apply_step_params(run, migration);
    gint64 skipped = 0;
    bool is_done = false;

    step = gw_step_load(&params, error);
    if (step == NULL)
        return false;
    skipped = run->skipped != NULL ? gw_skipped_count(run->skipped) : 0;
    is_done = call(run, step, record, error);
    tell_skipped(run, migration, skipped);
    gw_step_describe(step, record);
    return end_call(run, is_done, error);
}

static void
tell_unfinished(GwRun *run, const GwMigration *migration)
{
    g_autofree char *text = NULL;

    if (migration->status != GW_STATUS_RUNNING || run->resumed != NULL)
        return;
    text = g_strdup_printf("'%s' was begun by an earlier run that did not end; it runs again",
                           migration->id);
    gw_project_emit(run->project, &(GwEvent){.kind = GW_EVENT_NOTE,
                                             .migration = migration->id,
                                             .text = text,
                                             .text_bytes = strlen(text)});
}

/* What the journal has of it goes into the record. */
static bool
put_journal(GwRun *run, GwRecord *record, GError **error)
{
    const GwJob *job = gw_journal_job(run->journal);

    if (!gw_journal_sum(run->journal, error))
        return false;
    record->journal = g_strdup(job->run);
    record->journal_operations = job->entries;
    record->journal_documents = job->documents;
    record->irreversible = g_ptr_array_ref(job->irreversible);
    record->backups = gw_questions_backups(run->questions);
    return true;
}

static bool
begin_up(GwRun *run, const GwRecord *record, GError **error)
{
    const bool goes_on = run->resumed != NULL;

    /* Where that turns out not to do, what is taken back is recorded first. */
    if (goes_on && !gw_going_on_begin(run, record, error))
        return false;
    if (!gw_tracker_begin(run->tracker, record, error))
        return false;
    GW_CRASH_POINT("up.recording");
    return goes_on || gw_going_on_begin(run, record, error);
}

/* It did not do again what it had done: all of it from the beginning. */
static bool
start_over(GwRun *run, const GwMigration *migration, const GwRecord *record, GError *take_failure,
           GError **error)
{
    g_autoptr(GError) failure = take_failure;

    if (!gw_going_on_give_up(run, record, error))
        return gw_prefix(error, "taking back what an earlier run left of '%s'", record->id);
    return gw_apply_up(run, migration, error);
}

bool
gw_apply_up(GwRun *run, const GwMigration *migration, GError **error)
{
    g_autoptr(GwRecord) record = gw_apply_record_new(run, migration);
    GError *failure = NULL;

    tell_unfinished(run, migration);
    gw_writer_tally_reset(run->tally);
    gw_questions_begin(run->questions, record->id);
    if (!begin_up(run, record, error))
        return gw_prefix(error, "recording that '%s' starts", migration->id);
    GW_CRASH_POINT("up.begun");
    gw_apply_emit(run, GW_EVENT_STARTED, record, NULL);

    if (!gw_apply_run_step(run, migration, record, call_up, &failure) &&
        gw_going_on_was_wrong(run, failure))
        return start_over(run, migration, record, failure, error);
    if (failure != NULL)
        return end_failed_up(run, record, failure, error);

    GW_CRASH_POINT("up.done");
    record->status = GW_STATUS_COMPLETED;
    if (!put_journal(run, record, error) || !gw_tracker_complete(run->tracker, record, error))
        return gw_prefix(error, "recording that '%s' is applied", migration->id);
    GW_CRASH_POINT("up.recorded");
    if (!gw_apply_tell_history(run, record, "completed", NULL, error))
        return false;
    GW_CRASH_POINT("up.told");
    if (!gw_journal_end(run->journal, error))
        return gw_prefix(error, "ending the journal of '%s'", migration->id);
    gw_run_add_outcome(run, record->id, record->file, GW_STATUS_COMPLETED, record->execution_ms,
                       record->documents_affected);
    gw_apply_emit(run, GW_EVENT_APPLIED, record, NULL);
    return true;
}

bool
gw_apply_has_down(GwRun *run, const GwMigration *migration, bool *out_has, GError **error)
{
    g_autoptr(GwStep) step = NULL;
    GwStepParams params = {0};

    *out_has = migration->file != NULL;
    /* A migrate-mongo project's files are called as they are there. */
    if (migration->file == NULL || gw_project_is_migrate_mongo(run->project))
        return true;
    params = gw_apply_step_params(run, migration);
    params.observer = &silent;
    params.only_loads = true;
    step = gw_step_load(&params, error);
    if (step == NULL)
        return gw_prefix(error, "loading '%s'", migration->file->name);
    *out_has = gw_step_facts(step)->has_down;
    return true;
}

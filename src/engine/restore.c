/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file first, all of it: a damaged one is refused while the database is as it was. Then what
 * stands in the way, then the lease, then the questions of the environment, then the documents.
 *
 * A large file would be decompressed twice for that. Where nothing is lost by finding the damage
 * later it is checked while its documents are loaded beside, before any of them gets its place.
 */
#include "backup/restore.h"

#include "base/text.h"
#include "engine/backup-verbs.h"
#include "engine/run.h"
#include "engine/settle.h"
#include "engine/split.h"

#define WORKERS 2

/* A smaller file is verified in no time, and when it is damaged leaves no trace at all. */
#define CHECKED_ON_THE_WAY_BYTES (8 * 1024 * 1024)

void
gw_restore_result_clear(GwRestoreResult *result)
{
    g_clear_pointer(&result->run, g_free);
}

/* What one restore goes by. */
typedef struct {
    GwProject *project;          /* borrowed */
    const GwRestoreVerb *params; /* borrowed */
    GwArchiveFacts facts;
    GwArchiveReader *reader; /* owned: all but the list is still to be read; NULL = verified */
    char **only;             /* owned; NULL = all */
    const char *from_db;     /* borrowed from `facts` */
} Plan;

static void
plan_clear(Plan *plan)
{
    g_clear_pointer(&plan->reader, gw_archive_reader_free);
    gw_archive_facts_clear(&plan->facts);
    g_clear_pointer(&plan->only, g_strfreev);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Plan, plan_clear)

static void
emit_task(const Plan *plan, GwEventKind kind, const char *text)
{
    gw_project_emit(plan->project, &(GwEvent){.kind = kind, .text = text});
}

static void
emit_progress(gint64 done, gint64 total, gpointer data)
{
    gw_project_emit(data, &(GwEvent){.kind = GW_EVENT_PROGRESS, .count = done, .total = total});
}

/* Unless it was verified before. */
static bool
verify(Plan *plan, GError **error)
{
    g_autoptr(GwArchiveReader) reader = g_steal_pointer(&plan->reader);
    bool done = false;

    if (reader == NULL)
        return true;
    emit_task(plan, GW_EVENT_TASK_STARTED, "verifying the backup");
    done = gw_archive_reader_verify(reader, gw_project_interrupted(plan->project), error);
    emit_task(plan, GW_EVENT_TASK_ENDED, NULL);
    return done;
}

/* Of its own files godwit knows beforehand what comes. A time-series would be made where it is seen
 * before all of the file is read. */
static bool
can_check_on_the_way(const Plan *plan)
{
    if (!plan->facts.is_own || gw_archive_reader_size(plan->reader) < CHECKED_ON_THE_WAY_BYTES)
        return false;
    for (guint next = 0; next < plan->facts.colls->len; next++) {
        const GwArchiveColl *coll = g_ptr_array_index(plan->facts.colls, next);

        if (g_str_equal(coll->type, "timeseries"))
            return false;
    }
    return true;
}

/* Read what is in the file, and verify it now or later. */
static bool
open_file(Plan *plan, GError **error)
{
    plan->reader = gw_archive_reader_open(plan->params->path, &plan->facts, error);
    return plan->reader != NULL && (can_check_on_the_way(plan) || verify(plan, error));
}

/* The names of the databases in the file, each once: borrowed char *. Owned. */
static GPtrArray *
list_databases(const GwArchiveFacts *facts)
{
    GPtrArray *names = g_ptr_array_new();

    for (guint next = 0; next < facts->colls->len; next++) {
        const GwArchiveColl *coll = g_ptr_array_index(facts->colls, next);

        if (coll->db[0] != '\0' &&
            !g_ptr_array_find_with_equal_func(names, coll->db, g_str_equal, NULL))
            g_ptr_array_add(names, coll->db);
    }
    return names;
}

/* What mongodump --oplog adds would make its documents those of one moment. */
static void
tell_of_oplog(const Plan *plan)
{
    static const char text[] = "the backup has an oplog, which is not replayed: its documents are "
                               "those of when each was read";

    for (guint next = 0; next < plan->facts.colls->len; next++) {
        const GwArchiveColl *coll = g_ptr_array_index(plan->facts.colls, next);

        if (coll->db[0] == '\0' && g_str_equal(coll->coll, "oplog"))
            gw_project_emit(
                plan->project,
                &(GwEvent){.kind = GW_EVENT_NOTE, .text = text, .text_bytes = sizeof text - 1});
    }
}

/* Documents of one database don't go into another one unless that was said. */
static bool
choose_database(Plan *plan, GError **error)
{
    const char *db = gw_project_database(plan->project);
    g_autoptr(GPtrArray) names = list_databases(&plan->facts);
    g_autofree char *list = NULL;

    if (g_ptr_array_find_with_equal_func(names, db, g_str_equal, NULL)) {
        plan->from_db = db;
        return true;
    }
    if (names->len == 1 && plan->params->is_moved) {
        plan->from_db = g_ptr_array_index(names, 0);
        return true;
    }
    if (names->len == 0)
        return gw_throw(error, GW_ERROR_REFUSED, "there is nothing in the backup");
    list = gw_text_list(names);
    gw_throw(error, GW_ERROR_REFUSED, "the backup is of %s, and this project's database is '%s'",
             list, db);
    if (names->len > 1)
        return gw_hint(error, "Nothing was changed. Name the one that is meant: --to-database "
                              "NAME.");
    return gw_hint(error, "Nothing was changed. Where that is meant: --to-database %s.", db);
}

static GwRestoreParams
restore_params(const Plan *plan)
{
    return (GwRestoreParams){
        .clients = gw_project_clients(plan->project),
        .path = plan->params->path,
        .facts = &plan->facts,
        .reader = plan->reader,
        .from_db = plan->from_db,
        .db = gw_project_database(plan->project),
        .only = (const char *const *)plan->only,
        .tracker = gw_project_tracker_name(plan->project),
        .replaces = plan->params->replaces,
        .workers = WORKERS,
        .progress = emit_progress,
        .data = plan->project,
        .interrupted = gw_project_interrupted(plan->project),
    };
}

static bool
throw_in_the_way(const Plan *plan, const GPtrArray *names, GError **error)
{
    g_autofree char *list = gw_text_list(names);

    gw_throw(error, GW_ERROR_REFUSED, "in '%s' there %s already: %s",
             gw_project_database(plan->project), names->len == 1 ? "is" : "are", list);
    return gw_hint(error, "Nothing was changed. --drop replaces what is there; --only restores a "
                          "part, --to-database into another database.");
}

/* What will be replaced: an owned array of char *. Nobody is asked, and nothing backed up, for a
 * file that may be damaged. */
static GPtrArray *
check_in_the_way(Plan *plan, GError **error)
{
    GwRestoreParams params = restore_params(plan);
    g_autoptr(GPtrArray) names = gw_restore_in_the_way(&params, error);

    if (names == NULL || names->len == 0)
        return g_steal_pointer(&names);
    if (!verify(plan, error))
        return NULL;
    if (plan->params->replaces)
        return g_steal_pointer(&names);
    throw_in_the_way(plan, names, error);
    return NULL;
}

/* So that a refusal leaves no trace. What an unfinished restore has left goes first. */
static bool
check_beforehand(Plan *plan, GError **error)
{
    g_autoptr(GPtrArray) names = NULL;
    bool is_unsettled = false;

    if (!gw_settle_is_wanted(plan->project, &is_unsettled, error))
        return false;
    if (is_unsettled)
        return true;
    names = check_in_the_way(plan, error);
    return names != NULL;
}

/* The same questions, and backups, as before a migration that drops them. */
static bool
ask(GwRun *run, const GPtrArray *names, GError **error)
{
    const char *db = gw_project_database(run->project);

    gw_questions_begin(run->questions, "restore");
    for (guint next = 0; next < names->len; next++) {
        const char *name = g_ptr_array_index(names, next);
        g_autoptr(bson_t) command = BCON_NEW("drop", BCON_UTF8(name));
        GwWrite write = {.kind = GW_WRITE_DROP, .db = db, .command = command};
        g_auto(GwWriteFacts) facts = {0};

        gw_write_facts_read(&write, &facts);
        if (!gw_questions_may(&facts, &write, run->questions, error))
            return false;
    }
    return true;
}

static bool
tell_history(GwRun *run, const Plan *plan, const GwRestoreReport *report, const GError *failure,
             GError **error)
{
    g_autofree char *answers = gw_questions_detail(run->questions);
    g_autofree char *name = g_path_get_basename(plan->params->path);
    g_autofree char *detail =
        g_strdup_printf("'%s' of '%s', %" G_GINT64_FORMAT " collection%s%s%s", name, plan->from_db,
                        report->collections, report->collections == 1 ? "" : "s",
                        answers != NULL ? "; " : "", answers != NULL ? answers : "");
    GwHistoryEntry entry = {
        .result = failure == NULL ? "completed" : "failed",
        .detail = detail,
        .error = failure,
        .documents_affected = report->documents,
    };

    return gw_run_tell_history(run, &entry, error);
}

static bool
restore_held(GwRun *run, const Plan *plan, GwRestoreReport *report, GError **error)
{
    GwRestoreParams params = restore_params(plan);
    g_autofree char *task = g_strdup_printf("restoring '%s'", params.db);
    g_autoptr(GError) failure = NULL;
    bool is_file = false;
    bool done = false;

    params.writer = run->plain;
    params.run = run->id;
    emit_task(plan, GW_EVENT_TASK_STARTED, task);
    done = gw_restore(&params, report, &failure);
    emit_task(plan, GW_EVENT_TASK_ENDED, NULL);
    if (done)
        return tell_history(run, plan, report, NULL, error);
    /* The failure itself is what the user has to know. */
    (void)tell_history(run, plan, report, failure, NULL);
    /* The file's damage has nothing to do with where it goes. */
    is_file = g_error_matches(failure, GW_ERROR, GW_ERROR_IO);
    g_propagate_error(error, g_steal_pointer(&failure));
    return !is_file && gw_prefix(error, "restoring '%s'", params.db);
}

static bool
restore(Plan *plan, GwRestoreResult *out_result, GError **error)
{
    GwRunParams run_params = GW_RUN_PARAMS_INIT;
    g_auto(GwRunResult) result = {0};
    GwRestoreReport report = {0};
    g_autoptr(GPtrArray) names = NULL;
    g_autoptr(GwRun) run = NULL;

    /* What is wrong with files of migrations has nothing to do with it. */
    run_params.changed = run_params.missing = run_params.out_of_order = GW_POLICY_ALLOW;
    run_params.wait_s = plan->params->wait_s;
    run_params.no_backup = plan->params->no_backup;
    gw_run_result_init(&result);
    run = gw_run_open(plan->project, "restore", &run_params, &result, error);
    if (run == NULL || !gw_run_hold(run, error))
        return false;
    /* Again: another process may have made some while this one waited. */
    names = check_in_the_way(plan, error);
    if (names == NULL || !ask(run, names, error) || !restore_held(run, plan, &report, error))
        return false;
    out_result->run = g_strdup(run->id);
    out_result->collections = report.collections;
    out_result->documents = report.documents;
    return true;
}

bool
gw_engine_restore(GwProject *project, const GwRestoreVerb *params, GwRestoreResult *out_result,
                  GError **error)
{
    g_auto(Plan) plan = {.project = project, .params = params};
    gint64 start_us = g_get_monotonic_time();

    *out_result = (GwRestoreResult){0};
    if (!gw_split_names(params->only, &plan.only, error) || !open_file(&plan, error) ||
        !gw_project_connect(project, error) || !choose_database(&plan, error) ||
        !check_beforehand(&plan, error))
        return false;
    tell_of_oplog(&plan);
    if (!restore(&plan, out_result, error))
        return false;
    out_result->elapsed_ms = (g_get_monotonic_time() - start_us) / G_TIME_SPAN_MILLISECOND;
    return true;
}

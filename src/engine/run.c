/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/run.h"

#include "base/crash.h"
#include "base/fs.h"
#include "engine/pacing.h"
#include "engine/settle.h"
#include "engine/takeback.h"
#include "mongo/command.h"
#include "mongo/writer_guard.h"

void
gw_run_free(GwRun *run)
{
    if (run == NULL)
        return;
    run->result->elapsed_ms = (g_get_monotonic_time() - run->start_us) / G_TIME_SPAN_MILLISECOND;
    g_clear_pointer(&run->migrations, g_array_unref);
    g_clear_pointer(&run->records, g_ptr_array_unref);
    g_clear_pointer(&run->files, g_ptr_array_unref);
    gw_job_free(run->resumed);
    gw_writer_free(run->tally);
    gw_writer_free(run->plain);
    gw_journal_free(run->journal);
    gw_pace_free(run->pace);
    gw_skipped_free(run->skipped);
    gw_tracker_free(run->tracker);
    gw_history_free(run->history);
    gw_mm_lock_free(run->mm_lock);
    gw_gm_lock_free(run->gm_lock);
    gw_lease_free(run->lease);
    gw_questions_free(run->questions);
    gw_rules_free(run->rules);
    gw_actor_clear(&run->actor);
    g_free(run);
}

static GwRun *
new_run(GwProject *project, const char *action, const GwRunParams *params, GwRunResult *result)
{
    GwRun *run = g_new0(GwRun, 1);
    bson_oid_t oid;

    run->project = project;
    run->action = action;
    run->params = params;
    run->result = result;
    run->start_us = g_get_monotonic_time();
    run->block = (double)(g_get_real_time() / G_TIME_SPAN_MILLISECOND);
    run->tracker = gw_project_tracker(project);
    run->rules = gw_rules_new(project, params);
    run->questions = gw_questions_new(run->rules);
    bson_oid_init(&oid, NULL);
    bson_oid_to_string(&oid, run->id);
    return run;
}

GwRun *
gw_run_open(GwProject *project, const char *action, const GwRunParams *params, GwRunResult *result,
            GError **error)
{
    g_autoptr(GwRun) run = NULL;

    if (!gw_project_connect(project, error))
        return NULL;
    run = new_run(project, action, params, result);
    run->files = gw_project_scan(project, error);
    if (run->files == NULL)
        return NULL;
    if (!gw_run_reload(run, error))
        return NULL;
    return g_steal_pointer(&run);
}

bool
gw_run_reload(GwRun *run, GError **error)
{
    g_autoptr(GPtrArray) records = gw_tracker_list(run->tracker, error);

    if (records == NULL || !gw_rules_decide(run->rules, error))
        return false;
    g_clear_pointer(&run->migrations, g_array_unref);
    g_clear_pointer(&run->records, g_ptr_array_unref);
    run->records = g_steal_pointer(&records);
    run->migrations = gw_project_join(run->project, run->files, run->records);
    return true;
}

static void
tell_waiting(const char *holder, gpointer data)
{
    const GwRun *run = data;

    gw_project_emit(run->project, &(GwEvent){.kind = GW_EVENT_LEASE_WAITING, .text = holder});
}

static bool
take_lease(GwRun *run, GError **error)
{
    const GwConfig *config = gw_project_config(run->project);
    gint64 wait_s = run->params->wait_s;
    GwLeaseParams lease = {
        .clients = gw_project_clients(run->project),
        .db = gw_project_database(run->project),
        .host = run->actor.host,
        .user = run->actor.user,
        .pid = run->actor.pid,
        .wait_ms = (wait_s >= 0 ? wait_s : gw_config_int(config, GW_CONFIG_WAIT)) * 1000,
        .ttl_ms = gw_config_int(config, GW_CONFIG_LEASE_TTL) * 1000,
        .waiting = tell_waiting,
        .data = run,
        .interrupted = gw_project_interrupted(run->project),
    };

    run->lease = gw_lease_take(&lease, error);
    return run->lease != NULL;
}

/* Other hosts may still run migrate-mongo itself: its lock, where it is configured, keeps them out.
 */
static bool
take_mm_lock(GwRun *run, GError **error)
{
    const GwConfig *config = gw_project_config(run->project);

    if (!gw_project_has_mm_lock(run->project))
        return true;
    run->mm_lock =
        gw_mm_lock_take(gw_project_clients(run->project), gw_project_database(run->project),
                        gw_config_str(config, GW_CONFIG_LOCK_COLLECTION_NAME),
                        gw_config_int(config, GW_CONFIG_LOCK_TTL), run->action, error);
    return run->mm_lock != NULL;
}

static bool
take_gm_lock(GwRun *run, GError **error)
{
    gint64 wait_s = run->params->wait_s >= 0
                        ? run->params->wait_s
                        : gw_config_int(gw_project_config(run->project), GW_CONFIG_WAIT);

    if (!gw_project_is_golang_migrate(run->project))
        return true;
    run->gm_lock = gw_gm_lock_take(gw_project_clients(run->project),
                                   gw_project_database(run->project), wait_s * 1000, error);
    return run->gm_lock != NULL;
}

/* A version that golang-migrate left dirty: what it did can't be told, and not taken back. */
static bool
check_clean(const GwRun *run, GError **error)
{
    if (g_str_equal(run->action, "repair"))
        return true;
    for (guint row = 0; row < run->records->len; row++) {
        const GwRecord *record = g_ptr_array_index(run->records, row);

        if (record->status != GW_STATUS_RUNNING || !gw_project_is_golang_migrate(run->project))
            continue;
        gw_throw(error, GW_ERROR_INTEGRITY,
                 "Dirty database version '%s': it was begun, and not ended", record->id);
        return gw_hint(error,
                       "Look at what it did. Then godwit repair %s --status completed, or "
                       "--status pending to run it again.",
                       record->id);
    }
    return true;
}

static bool
make_own_collections(GwRun *run, GError **error)
{
    if (!gw_rules_mark(run->rules, error))
        return false;
    GW_CRASH_POINT("run.marked");
    return gw_tracker_prepare(run->tracker, error);
}

/* Whoever lost the lease stops before its next write, not only before its next migration. */
static bool
still_holds(gpointer data, GError **error)
{
    const GwRun *run = data;

    return gw_lease_check(run->lease, error);
}

static bool
open_journal(GwRun *run, GError **error)
{
    GwJournalParams params = {
        .clients = gw_project_clients(run->project),
        .db = gw_project_database(run->project),
        .tracker = gw_project_tracker_name(run->project),
        .token = gw_lease_token(run->lease),
    };
    GwWriter *recorder = NULL;

    params.pace = run->pace = gw_pacing_new(run->project, &run->limits);
    params.skipped = run->skipped;
    run->journal = gw_journal_open(&params, error);
    if (run->journal == NULL)
        return gw_prefix(error, "opening the journal");
    recorder = gw_writer_journal_new(run->journal, gw_writer_server_new());
    run->tally = gw_writer_tally_new(gw_writer_guard_new(
        gw_questions_may, run->questions, gw_writer_gate_new(still_holds, run, recorder)));
    gw_questions_set_writer(run->questions, run->tally);
    run->plain = gw_writer_gate_new(still_holds, run, gw_writer_server_new());
    return true;
}

/* Once in a run, and only where something is about to be changed. */
static void
tell_no_transactions(GwRun *run)
{
    const char *text =
        "this server has no transactions: a part of a larger change may be there for "
        "others to see before the rest, and after a crash, until it is taken back";

    if (!gw_clients_server(gw_project_clients(run->project))->has_transactions)
        gw_project_emit(
            run->project,
            &(GwEvent){.kind = GW_EVENT_NOTE, .text = text, .text_bytes = strlen(text)});
}

static bool
open_skipped(GwRun *run, GError **error)
{
    g_autofree char *path = NULL;

    if (run->params->skip_bad == NULL)
        return true;
    path = gw_fs_join_under(gw_project_root(run->project), run->params->skip_bad, error);
    if (path == NULL)
        return gw_prefix(error, "the file for bad documents");
    run->skipped = gw_skipped_new(path);
    return true;
}

bool
gw_run_hold(GwRun *run, GError **error)
{
    gw_actor_init(&run->actor, gw_project_root(run->project));
    run->history =
        gw_history_new(gw_project_clients(run->project), gw_project_database(run->project));
    if (!gw_pacing_read(run->project, &run->limits, error) || !open_skipped(run, error) ||
        !take_lease(run, error))
        return false;
    GW_CRASH_POINT("run.leased");
    if (!take_mm_lock(run, error) || !take_gm_lock(run, error))
        return false;
    if (!open_journal(run, error))
        return false;
    GW_CRASH_POINT("run.fenced");
    if (!gw_settle_restore(run, error))
        return false;
    /* What another process applied while this one waited counts. */
    if (!gw_run_reload(run, error))
        return false;
    if (!gw_settle_check_reset(run, error) || !gw_takeback_unfinished(run, error) ||
        !check_clean(run, error))
        return false;
    GW_CRASH_POINT("run.tidied");
    if (!gw_run_check_policies(run, error))
        return false;
    if (!make_own_collections(run, error))
        return false;
    run->result->run = g_strdup(run->id);
    return true;
}

static GwPolicy
choose(int asked, GwPolicy configured)
{
    return asked >= 0 ? (GwPolicy)asked : configured;
}

GwPolicies
gw_run_policies(const GwRun *run)
{
    GwPolicies policies = gw_rules_policies(run->rules);
    const GwRunParams *params = run->params;

    policies.changed = choose(params->changed, policies.changed);
    policies.missing = choose(params->missing, policies.missing);
    policies.out_of_order = choose(params->out_of_order, policies.out_of_order);
    return policies;
}

bool
gw_run_check_policies(GwRun *run, GError **error)
{
    GwPolicies policies = gw_run_policies(run);

    /* migrate-mongo takes files as they are, in whatever order they come. */
    if (gw_project_is_migrate_mongo(run->project))
        return true;
    g_ptr_array_set_size(run->result->warnings, 0);
    return gw_project_check_unique(run->project, run->files, error) &&
           gw_plan_check(run->migrations, &policies, run->result->warnings, error);
}

bool
gw_run_check_may_go_on(GwRun *run, GError **error)
{
    const volatile int *interrupted = gw_project_interrupted(run->project);

    if (interrupted != NULL && *interrupted != 0)
        return gw_throw(error, GW_ERROR_INTERRUPTED, "stopped by a signal");
    return gw_lease_check(run->lease, error);
}

bool
gw_run_tell_history(GwRun *run, GwHistoryEntry *entry, GError **error)
{
    g_autofree char *detail = NULL;

    entry->action = run->action;
    entry->run = run->id;
    entry->environment = gw_project_environment(run->project);
    entry->host = run->actor.host;
    entry->user = run->actor.user;
    entry->git_commit = run->actor.git_commit;
    entry->pid = run->actor.pid;
    detail = entry->detail == NULL ? gw_questions_detail(run->questions) : NULL;
    if (detail != NULL)
        entry->detail = detail;
    return gw_history_add(run->history, entry, error);
}

bool
gw_run_server_time(GwConn *conn, gint64 *out_now_ms, GError **error)
{
    g_autoptr(bson_t) hello = BCON_NEW("hello", BCON_INT32(1));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!gw_command_read(conn, "admin", hello, NULL, &reply, error))
        return false;
    *out_now_ms = gw_bson_get_date_ms(&reply, "localTime", 0);
    return true;
}

void
gw_run_add_outcome(GwRun *run, const char *id, const char *file, GwStatus status,
                   gint64 execution_ms, gint64 documents)
{
    GwOutcome *outcome = g_new0(GwOutcome, 1);

    outcome->id = g_strdup(id);
    outcome->file = g_strdup(file);
    outcome->status = status;
    outcome->execution_ms = execution_ms;
    outcome->documents_affected = documents;
    g_ptr_array_add(run->result->outcomes, outcome);
}

void
gw_run_emit_started(GwRun *run, guint count)
{
    if (count > 0)
        tell_no_transactions(run);
    gw_project_emit(run->project, &(GwEvent){.kind = GW_EVENT_RUN_STARTED, .count = count});
}

void
gw_run_emit_ended(GwRun *run)
{
    gw_project_emit(run->project,
                    &(GwEvent){.kind = GW_EVENT_RUN_ENDED, .count = run->result->outcomes->len});
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything in a development database goes, so that `up` builds it anew. Three doors have to be
 * open: the caller said so, the environment is development, and the database itself was never
 * marked as anything else, since a NODE_ENV of a laptop says nothing about the URI beside it.
 */
#include "engine/run.h"

#include "base/crash.h"
#include "mongo/command.h"
#include "state/meta.h"

#define DEVELOPMENT "development"

static bool
check_environment(GwProject *project, bool confirmed, GError **error)
{
    const char *environment = gw_project_environment(project);

    if (!g_str_equal(environment, DEVELOPMENT)) {
        gw_throw(error, GW_ERROR_REFUSED, "reset is for development only; this is '%s'",
                 environment);
        return gw_hint(error, "Nothing was changed. Environments come from --env, GODWIT_ENV, "
                              "NODE_ENV, or the configuration.");
    }
    if (!confirmed) {
        gw_throw(error, GW_ERROR_REFUSED, "reset drops every collection and was not confirmed");
        return gw_hint(error, "Nothing was changed. Say godwit reset --confirm.");
    }
    return true;
}

static bool
check_protection(GwProject *project, GError **error)
{
    if (!gw_config_bool(gw_project_config(project), GW_CONFIG_PROTECTED))
        return true;
    gw_throw(error, GW_ERROR_REFUSED, "the configuration says that this environment is protected");
    return gw_hint(error, "Nothing was changed. Nothing that is protected is reset.");
}

static bool
check_mark(GwProject *project, GError **error)
{
    g_autofree char *mark = NULL;
    const char *db = gw_project_database(project);

    if (!gw_meta_read(gw_project_clients(project), db, &mark, error))
        return false;
    if (mark == NULL || g_str_equal(mark, DEVELOPMENT))
        return true;
    gw_throw(error, GW_ERROR_REFUSED, "the database '%s' is marked as '%s'", db, mark);
    return gw_hint(error, "Nothing was changed. A database that was ever migrated as something "
                          "else than development is not reset; drop it by hand.");
}

/* What godwit knows of the database itself, as opposed to what it keeps of migrations. */
static bool
is_kept(const char *name)
{
    static const char *const names[] = {"godwit_history", "godwit_lease", "godwit_meta", NULL};

    return g_strv_contains(names, name) || g_str_has_prefix(name, "system.");
}

/* The names of all collections and views that go. Owned. */
static GPtrArray *
list_collections(GwProject *project, GwConn *conn, GError **error)
{
    g_autoptr(bson_t) command =
        BCON_NEW("listCollections", BCON_INT32(1), "nameOnly", BCON_BOOL(true), "cursor", "{",
                 "batchSize", BCON_INT32(INT32_MAX), "}");
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_iter_t iter;
    bson_t batch;

    if (!gw_command_read(conn, gw_project_database(project), command, NULL, &reply, error))
        return NULL;
    if (!gw_bson_get_doc(&reply, "cursor.firstBatch", &batch) || !bson_iter_init(&iter, &batch))
        return g_steal_pointer(&names);
    while (bson_iter_next(&iter)) {
        bson_iter_t field;

        if (bson_iter_recurse(&iter, &field) && bson_iter_find(&field, "name") &&
            !is_kept(bson_iter_utf8(&field, NULL)))
            g_ptr_array_add(names, g_strdup(bson_iter_utf8(&field, NULL)));
    }
    return g_steal_pointer(&names);
}

static bool
drop_one(GwRun *run, GwConn *conn, const char *name, GError **error)
{
    g_autoptr(bson_t) command = BCON_NEW("drop", BCON_UTF8(name));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    GwWrite write = {
        .kind = GW_WRITE_DROP,
        .db = gw_project_database(run->project),
        .command = command,
    };

    if (!gw_writer_apply(run->tally, conn, &write, &reply, error))
        return gw_prefix(error, "dropping '%s'", name);
    return true;
}

static bool
drop_all(GwRun *run, gint64 *out_dropped, GError **error)
{
    g_autoptr(GwConn) conn = gw_conn_take(gw_project_clients(run->project));
    g_autoptr(GPtrArray) names = list_collections(run->project, conn, error);

    if (names == NULL)
        return false;
    for (guint next = 0; next < names->len; next++) {
        if (!gw_run_check_may_go_on(run, error))
            return false;
        if (!drop_one(run, conn, g_ptr_array_index(names, next), error))
            return false;
        GW_CRASH_POINT("reset.dropped");
        *out_dropped += !g_str_has_prefix(g_ptr_array_index(names, next), "godwit_");
    }
    return true;
}

static bool
reset_held(GwRun *run, gint64 *out_dropped, GError **error)
{
    GwClients *clients = gw_project_clients(run->project);
    const char *db = gw_project_database(run->project);
    g_autofree char *detail = NULL;
    GwHistoryEntry entry = {.result = "completed"};

    /* Halfway the records say that what is gone is applied: nobody is to go by them. */
    if (!gw_meta_set_resetting(clients, db, true, error) || !drop_all(run, out_dropped, error))
        return false;
    GW_CRASH_POINT("reset.emptied");
    if (!gw_meta_set_resetting(clients, db, false, error))
        return false;
    detail = g_strdup_printf("%" G_GINT64_FORMAT " collections dropped", *out_dropped);
    entry.detail = detail;
    return gw_run_tell_history(run, &entry, error);
}

bool
gw_engine_reset(GwProject *project, bool confirmed, gint64 *out_dropped, GError **error)
{
    GwRunParams params = GW_RUN_PARAMS_INIT;
    g_auto(GwRunResult) result = {0};
    g_autoptr(GwRun) run = NULL;

    *out_dropped = 0;
    if (!check_environment(project, confirmed, error) || !check_protection(project, error))
        return false;
    /* Files that changed or went missing are one reason to reset: they don't stand in its way. */
    params.changed = params.missing = params.out_of_order = GW_POLICY_ALLOW;
    gw_run_result_init(&result);
    run = gw_run_open(project, "reset", &params, &result, error);
    if (run == NULL)
        return false;
    if (!check_mark(project, error))
        return false;
    if (!gw_run_hold(run, error))
        return false;
    return reset_held(run, out_dropped, error);
}

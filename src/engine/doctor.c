/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/project-internal.h"
#include "engine/verbs.h"
#include "mongo/command.h"
#include "state/lease.h"
#include "state/meta.h"

#define TOLERATED_SKEW_MS 5000

static void
finding_free(gpointer data)
{
    GwFinding *finding = data;

    g_free(finding->what);
    g_free(finding->found);
    g_free(finding->hint);
    g_free(finding);
}

/* `take_found` is consumed; `hint` NULL where all is well. */
static GwFinding *
add(GPtrArray *findings, const char *what, char *take_found, const char *hint)
{
    GwFinding *finding = g_new0(GwFinding, 1);

    finding->what = g_strdup(what);
    finding->found = take_found;
    finding->hint = g_strdup(hint);
    finding->is_ok = hint == NULL;
    g_ptr_array_add(findings, finding);
    return finding;
}

static void
add_error(GPtrArray *findings, const char *what, const GError *error)
{
    const char *hint = gw_error_hint(error);
    GwFinding *finding = add(findings, what, g_strdup(error->message),
                             hint != NULL ? hint : "Nothing can run while this is so.");

    finding->is_fatal = true;
}

static void
look_at_configuration(GPtrArray *findings, const GwProject *project)
{
    const char *path = gw_project_config_path(project);

    if (path == NULL)
        add(findings, "configuration", g_strdup("there is no configuration file here"),
            "Run godwit init.");
    else
        add(findings, "configuration", g_strdup(path), NULL);
    add(findings, "environment", g_strdup(gw_project_environment(project)), NULL);
}

static void
look_at_folder(GPtrArray *findings, const GwProject *project)
{
    const char *folder = gw_config_str(gw_project_config(project), GW_CONFIG_DIR);
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(GError) error = NULL;

    files = gw_project_scan(project, &error);
    if (files == NULL) {
        add_error(findings, "migrations folder", error);
        return;
    }
    if (!gw_project_check_unique(project, files, &error)) {
        add_error(findings, "migrations folder", error);
        return;
    }
    add(findings, "migrations folder", g_strdup_printf("%s: %u migrations", folder, files->len),
        NULL);
}

static void
look_at_server(GPtrArray *findings, const GwProject *project)
{
    GwClients *clients = gw_project_clients(project);
    const GwServerInfo *server = gw_clients_server(clients);

    add(findings, "server",
        g_strdup_printf("MongoDB %s at %s", server->version, gw_clients_masked_uri(clients)), NULL);
    if (server->has_transactions)
        add(findings, "transactions", g_strdup("the server has them"), NULL);
    else
        add(findings, "transactions", g_strdup("a standalone server has none"),
            "withTransaction() fails here. Start mongod with --replSet and run rs.initiate().");
    add(findings, "database", g_strdup(gw_project_database(project)), NULL);
}

/* godwit stamps with the server's clock, so a wrong one here harms nothing; but names of new files
 * and people's expectations come from this one. */
static void
look_at_clock(GPtrArray *findings, const GwProject *project)
{
    g_autoptr(bson_t) hello = BCON_NEW("hello", BCON_INT32(1));
    g_autoptr(GwConn) conn = gw_conn_take(gw_project_clients(project));
    g_autoptr(GError) error = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    gint64 here_ms = g_get_real_time() / G_TIME_SPAN_MILLISECOND;
    gint64 skew_ms = 0;

    if (!gw_command_read(conn, "admin", hello, NULL, &reply, &error)) {
        add_error(findings, "clock", error);
        return;
    }
    skew_ms = gw_bson_get_date_ms(&reply, "localTime", here_ms) - here_ms;
    add(findings, "clock",
        g_strdup_printf("%" G_GINT64_FORMAT " ms from the server's", ABS(skew_ms)),
        ABS(skew_ms) > TOLERATED_SKEW_MS ? "Set this machine's clock by NTP." : NULL);
}

static void
look_at_mark(GPtrArray *findings, const GwProject *project)
{
    const char *environment = gw_project_environment(project);
    g_autofree char *mark = NULL;
    g_autoptr(GError) error = NULL;

    if (!gw_meta_read(gw_project_clients(project), gw_project_database(project), &mark, &error)) {
        add_error(findings, "database belongs to", error);
        return;
    }
    if (mark == NULL)
        add(findings, "database belongs to", g_strdup("no environment yet"), NULL);
    else
        add(findings, "database belongs to", g_strdup(mark),
            g_str_equal(mark, environment) ? NULL
                                           : "Check --env, GODWIT_ENV, NODE_ENV and the URI.");
}

static void
look_at_tracker(GPtrArray *findings, const GwProject *project)
{
    g_autoptr(GwTracker) tracker = gw_project_tracker(project);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) records = gw_tracker_list(tracker, &error);

    if (records == NULL)
        add_error(findings, "tracker", error);
    else
        add(findings, "tracker", g_strdup_printf("%u records", records->len), NULL);
}

static void
look_at_lease(GPtrArray *findings, const GwProject *project)
{
    g_autoptr(bson_t) lease = NULL;
    g_autoptr(GError) error = NULL;
    const char *owner = NULL;

    if (!gw_lease_show(gw_project_clients(project), gw_project_database(project), &lease, &error)) {
        add_error(findings, "lease", error);
        return;
    }
    owner = lease != NULL ? gw_bson_get_str(lease, "owner") : NULL;
    if (owner == NULL)
        add(findings, "lease", g_strdup("free"), NULL);
    else if (gw_bson_get_bool(lease, "expired", false))
        add(findings, "lease", g_strdup_printf("left behind by %s, and expired", owner), NULL);
    else
        add(findings, "lease", g_strdup_printf("held by %s", owner),
            "Wait for it, or look with godwit lock.");
}

static void
look_at_database(GPtrArray *findings, GwProject *project)
{
    g_autoptr(GError) error = NULL;

    if (!gw_project_connect(project, &error)) {
        add_error(findings, "server", error);
        return;
    }
    look_at_server(findings, project);
    look_at_clock(findings, project);
    look_at_mark(findings, project);
    look_at_tracker(findings, project);
    look_at_lease(findings, project);
}

GPtrArray *
gw_engine_doctor(const GwProjectParams *params, GError **error)
{
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(finding_free);
    g_autoptr(GError) failure = NULL;
    g_autoptr(GwProject) project = gw_project_open_any(params, &failure);

    if (project == NULL) {
        add_error(findings, "configuration", failure);
        return g_steal_pointer(&findings);
    }
    look_at_configuration(findings, project);
    look_at_folder(findings, project);
    look_at_database(findings, project);
    return g_steal_pointer(&findings);
}

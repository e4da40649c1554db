/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/sandbox.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/process.h"
#include "engine/project-internal.h"
#include "sandbox/sandbox.h"

#define STATE_FOLDER ".godwit"
#define RUN_PREFIX "sandbox-run-"

void
gw_sandbox_report_clear(GwSandboxReport *report)
{
    g_clear_pointer(&report->uri, g_free);
}

static char *
folder_of(const GwProject *project, const char *name)
{
    return g_build_filename(gw_project_root(project), STATE_FOLDER, name, NULL);
}

/* The database that the project means, so that its URI is all that a command needs. Owned. */
static char *
database_of(const GwProject *project)
{
    const GwConfig *config = gw_project_config(project);
    const char *uri = gw_config_str(config, GW_CONFIG_URI);
    const char *name = gw_config_str(config, GW_CONFIG_DATABASE);
    g_autoptr(GwClients) clients = NULL;

    if (name == NULL && uri != NULL)
        clients = gw_clients_open(uri, "godwit/sandbox", NULL); /* a wrong one names no database */
    if (name == NULL && clients != NULL)
        name = gw_clients_uri_database(clients);
    return g_strdup(name != NULL ? name : "sandbox");
}

/* The sandbox's URI with the database in it. Owned. */
static char *
uri_of(const GwProject *project, const GwSandbox *sandbox)
{
    g_autofree char *database = database_of(project);
    g_autofree char *escaped = g_uri_escape_string(database, NULL, FALSE);
    const char *query = sandbox->uri != NULL ? strchr(sandbox->uri, '?') : NULL;

    if (query == NULL)
        return NULL;
    return g_strdup_printf("%.*s%s%s", (int)(query - sandbox->uri), sandbox->uri, escaped, query);
}

static bool
find(const GwProject *project, GwSandbox *out_sandbox, GwSandboxReport *out_report, GError **error)
{
    g_autofree char *folder = folder_of(project, "sandbox");

    *out_report = (GwSandboxReport){0};
    if (!gw_sandbox_find(folder, out_sandbox, error))
        return false;
    out_report->uri = uri_of(project, out_sandbox);
    out_report->pid = out_sandbox->pid;
    out_report->was_running = out_sandbox->pid != 0;
    return true;
}

bool
gw_engine_sandbox_status(GwProject *project, GwSandboxReport *out_report, GError **error)
{
    g_auto(GwSandbox) sandbox = {0};

    return find(project, &sandbox, out_report, error);
}

bool
gw_engine_sandbox_start(GwProject *project, GwSandboxReport *out_report, GError **error)
{
    g_auto(GwSandbox) found = {0};
    g_auto(GwSandbox) sandbox = {0};
    g_autofree char *folder = folder_of(project, "sandbox");

    if (!find(project, &found, out_report, error))
        return false;
    if (out_report->was_running)
        return true;
    if (!gw_sandbox_start(folder, false, gw_project_interrupted(project), &sandbox, error))
        return false;
    out_report->uri = uri_of(project, &sandbox);
    out_report->pid = sandbox.pid;
    return true;
}

bool
gw_engine_sandbox_stop(GwProject *project, GwSandboxReport *out_report, GError **error)
{
    g_auto(GwSandbox) sandbox = {0};

    if (!find(project, &sandbox, out_report, error))
        return false;
    return !out_report->was_running || gw_sandbox_stop(&sandbox, error);
}

/* What runs that were killed left behind. */
static bool
sweep_out(const GwProject *project, GError **error)
{
    g_autofree char *state = g_build_filename(gw_project_root(project), STATE_FOLDER, NULL);
    g_autoptr(GPtrArray) names = gw_fs_is_folder(state) ? gw_fs_list(state, error) : NULL;

    if (names == NULL)
        return !gw_fs_is_folder(state);
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *folder = folder_of(project, name);
        gint64 pid = 0;

        if (!g_str_has_prefix(name, RUN_PREFIX))
            continue;
        pid = g_ascii_strtoll(name + strlen(RUN_PREFIX), NULL, 10);
        if (pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH &&
            !gw_fs_delete_tree(folder, error))
            return false;
    }
    return true;
}

static bool
run_beside(const char *uri, const char *const *argv, int *out_status, GError **error)
{
    g_autofree char *mongodb_uri = g_strconcat("MONGODB_URI=", uri, NULL);
    g_autofree char *godwit_uri = g_strconcat("GODWIT_URI=", uri, NULL);
    const char *const env[] = {mongodb_uri, godwit_uri, NULL};
    GwProcessParams params = {.argv = argv, .env = env};
    pid_t pid = 0;

    return gw_process_start(&params, &pid, error) && gw_process_wait(pid, out_status, error);
}

bool
gw_engine_sandbox_run(GwProject *project, const char *const *argv, int *out_status, GError **error)
{
    g_autofree char *name = g_strdup_printf(RUN_PREFIX "%d", (int)getpid());
    g_autofree char *folder = folder_of(project, name);
    g_auto(GwSandbox) sandbox = {0};
    g_autofree char *uri = NULL;
    g_autoptr(GError) failure = NULL;

    if (!sweep_out(project, error))
        return false;
    if (!gw_sandbox_start(folder, true, gw_project_interrupted(project), &sandbox, error))
        return false;
    uri = uri_of(project, &sandbox);
    if (!run_beside(uri, argv, out_status, &failure)) {
        (void)gw_sandbox_stop(&sandbox, NULL); /* what failed first is what the user is told */
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    return gw_sandbox_stop(&sandbox, error);
}

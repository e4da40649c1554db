/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/sandbox.h"

#include "cli/cli.h"

static void
write_json(GwJson *json, const GwSandboxReport *report, bool is_running)
{
    gw_json_add_bool(json, "running", is_running);
    if (!is_running)
        return;
    gw_json_add_str(json, "uri", report->uri);
    gw_json_add_int(json, "pid", report->pid);
}

static void
show(const GwCli *cli, const GwSandboxReport *report, const char *sentence, bool is_running)
{
    if (cli->json != NULL) {
        write_json(cli->json, report, is_running);
        return;
    }
    (void)fprintf(cli->out.file, "%s\n", sentence);
    if (is_running)
        (void)fprintf(cli->out.file, "  MONGODB_URI='%s'\n", report->uri);
}

static bool
start(GwCli *cli, GError **error)
{
    g_auto(GwSandboxReport) report = {0};

    if (!gw_engine_sandbox_start(cli->project, &report, error))
        return false;
    show(cli, &report, report.was_running ? "a sandbox is running already" : "a sandbox is running",
         true);
    return true;
}

static bool
stop(GwCli *cli, GError **error)
{
    g_auto(GwSandboxReport) report = {0};

    if (!gw_engine_sandbox_stop(cli->project, &report, error))
        return false;
    show(cli, &report,
         report.was_running ? "the sandbox is stopped, and its data gone" : "no sandbox is running",
         false);
    return true;
}

static bool
status(GwCli *cli, GError **error)
{
    g_auto(GwSandboxReport) report = {0};

    if (!gw_engine_sandbox_status(cli->project, &report, error))
        return false;
    show(cli, &report, report.was_running ? "a sandbox is running" : "no sandbox is running",
         report.was_running);
    return true;
}

/* All that stands on standard output is the command's own. */
static bool
run(GwCli *cli, GError **error)
{
    guint count = gw_args_word_count(cli->args);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();

    if (count < 2) {
        gw_throw(error, GW_ERROR_USAGE, "there is no command to run");
        return gw_hint(error, "Say what: godwit sandbox run -- godwit up");
    }
    if (cli->json != NULL)
        return gw_throw(error, GW_ERROR_USAGE,
                        "'sandbox run' prints what the command prints; "
                        "'--json' is for start, stop and status");
    for (guint i = 1; i < count; i++)
        g_ptr_array_add(argv, (gpointer)gw_args_word(cli->args, i));
    g_ptr_array_add(argv, NULL);
    return gw_engine_sandbox_run(cli->project, (const char *const *)argv->pdata, &cli->exit_status,
                                 error);
}

bool
gw_cmd_sandbox(GwCli *cli, GError **error)
{
    static const struct {
        const char *name;
        GwCommandFunc run;
    } actions[] = {{"start", start}, {"stop", stop}, {"status", status}, {"run", run}};
    const char *name = gw_args_word(cli->args, 0);

    for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
        if (!g_str_equal(actions[i].name, name))
            continue;
        if (actions[i].run != run && gw_args_word_count(cli->args) > 1)
            return gw_throw(error, GW_ERROR_USAGE, "'sandbox %s' takes no more words", name);
        return actions[i].run(cli, error);
    }
    return gw_throw(error, GW_ERROR_BUG, "the action '%s' is declared and not there", name);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <locale.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/complaint.h"
#include "cli/flavour.h"
#include "cli/help.h"
#include "cli/prompt.h"
#include "cli/signals.h"
#include "cli/watch.h"

static void
clear_cli(GwCli *cli)
{
    g_clear_pointer(&cli->progress, gw_progress_free);
    g_clear_pointer(&cli->project, gw_project_free);
    g_clear_pointer(&cli->json, gw_json_free);
    g_clear_pointer(&cli->settings, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwCli, clear_cli)

bool
gw_cli_speaks_migrate_mongo(const GwCli *cli)
{
    return cli->json == NULL && cli->project != NULL && gw_project_is_migrate_mongo(cli->project);
}

/* The options that override the configuration, in the order of the spec. */
static void
collect_from(GwCli *cli, const GwOptionSpec *options, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        const GwOptionSpec *option = &options[i];
        GwSetting setting = {.value = gw_args_str(cli->args, option->id), .origin = option->flag};

        if (option->config < 0 || setting.value == NULL)
            continue;
        setting.key = (GwConfigKey)option->config;
        g_array_append_val(cli->settings, setting);
    }
}

static void
collect_settings(GwCli *cli)
{
    const GwCommandSpec *command = gw_args_command(cli->args);

    collect_from(cli, gw_global_options, gw_global_option_count);
    if (command != NULL)
        collect_from(cli, command->options, command->option_count);
}

static void
init_cli(GwCli *cli, const GwArgs *args)
{
    const char *color = gw_args_str(args, GW_OPTION_ID_COLOR);

    cli->args = args;
    cli->out = gw_terminal_of(stdout, color);
    cli->err = gw_terminal_of(stderr, color);
    cli->progress = gw_progress_new(&cli->err);
    cli->is_quiet = gw_args_has(args, GW_OPTION_ID_QUIET);
    cli->is_verbose = gw_args_has(args, GW_OPTION_ID_VERBOSE);
    cli->is_yes = gw_args_has(args, GW_OPTION_ID_YES);
    cli->settings = g_array_new(FALSE, FALSE, sizeof(GwSetting));
    collect_settings(cli);
    cli->params = (GwProjectParams){
        .config_file = gw_args_str(args, GW_OPTION_ID_FILE),
        .settings = (const GwSetting *)cli->settings->data,
        .setting_count = cli->settings->len,
        .observer = gw_watch_observer(cli),
        .ask = gw_prompt_ask,
        .ask_data = cli,
        .interrupted = gw_signals_interrupted(),
    };
}

/* Development is where migrations are written: who sits at a terminal there sees each step. Scripts
 * get what they always got. */
static void
choose_verbosity(GwCli *cli)
{
    const GwConfig *config = gw_project_config(cli->project);
    const char *environment = gw_config_str(config, GW_CONFIG_ENVIRONMENT);

    if (cli->is_quiet || cli->json != NULL || !cli->err.is_terminal ||
        gw_project_is_migrate_mongo(cli->project))
        return;
    cli->is_verbose = cli->is_verbose || g_strcmp0(environment, "development") == 0;
}

static bool
open_project(GwCli *cli, GError **error)
{
    guint needs = gw_args_command(cli->args)->needs;

    if ((needs & GW_NEED_PROJECT) != 0)
        cli->project = gw_project_open(&cli->params, error);
    else if ((needs & GW_NEED_ANY_PROJECT) != 0)
        cli->project = gw_project_open_any(&cli->params, error);
    else
        return true;
    if (cli->project == NULL)
        return false;
    choose_verbosity(cli);
    return true;
}

static bool
run_command(GwCli *cli, GError **error)
{
    const GwCommandSpec *command = gw_args_command(cli->args);
    bool wants_json = gw_args_has(cli->args, GW_OPTION_ID_JSON);

    if (wants_json && command->run != gw_cmd_help) {
        cli->json = gw_json_new();
        gw_json_begin_object(cli->json);
    }
    return open_project(cli, error) && command->run(cli, error);
}

/* The same where there is no project, because it could not be opened or was to be made. */
static bool
is_migrate_mongo(const GwCli *cli)
{
    if (cli->project != NULL)
        return gw_project_is_migrate_mongo(cli->project);
    return gw_args_has(cli->args, GW_OPTION_ID_MIGRATE_MONGO) ||
           gw_flavour_is_migrate_mongo(cli->params.config_file);
}

/* migrate-mongo knows one exit status for all that goes wrong, and its users' scripts may too. */
static int
status_of(const GwCli *cli, const GError *error)
{
    return is_migrate_mongo(cli) ? 1 : gw_error_exit_status(error);
}

static void
complain(GwCli *cli, const GError *error)
{
    GwComplaintStyle style = {
        .prefix = is_migrate_mongo(cli) ? "ERROR:" : "godwit:",
        .has_stack = cli->is_verbose,
    };

    if (cli->json != NULL)
        gw_complaint_add_json(cli->json, error);
    else
        gw_complaint_print(&cli->err, error, &style);
}

/* A full disk or a closed descriptor must not look like success. That nobody reads on is the
 * reader's choice. */
static bool
flush(FILE *file, GError **error)
{
    errno = 0;
    if (fflush(file) == 0 && ferror(file) == 0)
        return true;
    if (errno == EPIPE)
        return true;
    return gw_throw(error, GW_ERROR_IO, "writing to standard output: %s",
                    errno != 0 ? g_strerror(errno) : "some of it could not be written");
}

static int
end(GwCli *cli, int status)
{
    GwComplaintStyle style = {.prefix = "godwit:"};
    g_autoptr(GError) error = NULL;

    if (cli->json != NULL) {
        gw_json_end_object(cli->json);
        (void)fprintf(stdout, "%s\n", gw_json_text(cli->json));
    }
    if (flush(stdout, &error))
        return status;
    gw_complaint_print(&cli->err, error, &style);
    return status != 0 ? status : gw_error_exit_status(error);
}

static int
run(GwCli *cli)
{
    g_autoptr(GError) error = NULL;
    int status = 0;

    if (run_command(cli, &error)) {
        status = cli->exit_status;
    } else {
        /* The line of progress is gone before the error is there. */
        g_clear_pointer(&cli->progress, gw_progress_free);
        (void)fflush(stdout);
        complain(cli, error);
        status = status_of(cli, error);
    }
    return end(cli, status);
}

/* The command line is wrong: there is nothing but the words to go by. */
static int
refuse(const char *const *words, const GError *error)
{
    GwTerminal err = gw_terminal_of(stderr, NULL);
    GwComplaintStyle style = {.prefix = "godwit:"};
    int status = gw_flavour_is_migrate_mongo(NULL) ? 1 : gw_error_exit_status(error);
    g_autoptr(GwJson) json = NULL;

    if (!g_strv_contains(words, "--json")) {
        gw_complaint_print(&err, error, &style);
        return status;
    }
    json = gw_json_new();
    gw_json_begin_object(json);
    gw_complaint_add_json(json, error);
    gw_json_end_object(json);
    (void)fprintf(stdout, "%s\n", gw_json_text(json));
    return status;
}

/* Answers that need no project. False: it is none of these. */
static bool
answer(GwCli *cli)
{
    const GwCommandSpec *command = gw_args_command(cli->args);

    if (gw_args_has(cli->args, GW_OPTION_ID_HELP)) {
        if (command != NULL)
            gw_help_command(&cli->out, command);
        else
            gw_help_program(&cli->out);
        return true;
    }
    if (gw_args_has(cli->args, GW_OPTION_ID_VERSION)) {
        (void)fputs("godwit " GW_VERSION "\n", stdout);
        return true;
    }
    if (command == NULL) {
        gw_help_program(&cli->err);
        cli->exit_status =
            gw_flavour_is_migrate_mongo(NULL) ? 1 : gw_error_code_exit_status(GW_ERROR_USAGE);
        return true;
    }
    return false;
}

int
gw_cli_main(int argc, char **argv)
{
    const char *const *words = (const char *const *)argv + (argc > 0 ? 1 : 0);
    g_autoptr(GwArgs) args = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(GwCli) cli = {0};

    /* Only what characters are: numbers are written the same everywhere. */
    (void)setlocale(LC_CTYPE, "");
    gw_signals_catch();
    args = gw_args_parse(words, &error);
    if (args == NULL)
        return refuse(words, error);
    init_cli(&cli, args);
    if (answer(&cli))
        return end(&cli, cli.exit_status);
    return run(&cli);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/watch.h"

#include <string.h>

#include "cli/bar.h"
#include "cli/dry-run.h"
#include "cli/report.h"

/* Lines about what happens go to standard output, where people expect the result; under --json that
 * belongs to the one object. */
static const GwTerminal *
story_of(const GwCli *cli)
{
    return cli->json != NULL ? &cli->err : &cli->out;
}

static void
begin_task(GwCli *cli, const GwEvent *event)
{
    const char *command = gw_args_command(cli->args)->name;
    g_autofree char *task = g_strdup_printf("%s: %s", command, event->migration);

    if (!cli->is_quiet && cli->json == NULL)
        gw_progress_set_task(cli->progress, task);
    if (cli->is_verbose)
        (void)fprintf(cli->err.file, "starting %s\n", event->file);
}

/* What a script prints in a dry run tells of things that do not happen: each line is marked. */
static void
print_marked(FILE *file, const GwEvent *event)
{
    static bool is_inside = false; /* of a line */
    const char *text = event->text;
    const char *end = text + event->text_bytes;

    while (text < end) {
        const char *newline = memchr(text, '\n', (gsize)(end - text));
        const char *next = newline != NULL ? newline + 1 : end;

        if (!is_inside)
            (void)fputs("(dry run) ", file);
        (void)fwrite(text, 1, (gsize)(next - text), file);
        is_inside = newline == NULL;
        text = next;
    }
    (void)fflush(file);
}

static void
print_script_output(const GwCli *cli, const GwEvent *event)
{
    FILE *file = event->is_stderr ? cli->err.file : story_of(cli)->file;

    if (gw_cli_is_dry_run(cli->args)) {
        print_marked(file, event);
        return;
    }

    /* Unaltered: what a migration prints is its own affair. */
    (void)fwrite(event->text, 1, event->text_bytes, file);
    (void)fflush(file);
}

static void
print_done(const GwCli *cli, const char *word, const GwEvent *event)
{
    const GwTerminal *terminal = story_of(cli);
    g_autofree char *name = gw_terminal_clean(event->migration);
    g_autofree char *documents = gw_report_count(event->count, "document");
    g_autofree char *duration = gw_report_duration(event->elapsed_ms);

    if (cli->json != NULL)
        return;
    gw_terminal_put(terminal, GW_STYLE_GREEN, "%s", word);
    (void)fprintf(terminal->file, " %s (%s, %s)\n", name, documents, duration);
    (void)fflush(terminal->file);
}

static void
print_migrated(const GwCli *cli, const char *direction, const GwEvent *event)
{
    g_autofree char *name = gw_terminal_clean(event->file);

    (void)fprintf(cli->out.file, "MIGRATED %s: %s\n", direction, name);
    (void)fflush(cli->out.file);
}

/* In `up` it is one step among others; in `validate` it is the result. */
static void
print_valid(const GwCli *cli, const GwEvent *event)
{
    const char *command = gw_args_command(cli->args)->name;
    g_autofree char *name = gw_terminal_clean(event->migration);

    if (cli->json != NULL || (!cli->is_verbose && !g_str_equal(command, "validate")))
        return;
    gw_terminal_put(&cli->out, GW_STYLE_GREEN, "valid");
    (void)fprintf(cli->out.file, " %s\n", name);
}

/* The error itself is printed at the end; `validate` goes on after one. */
static void
print_invalid(const GwCli *cli, const GwEvent *event)
{
    g_autofree char *name = gw_terminal_clean(event->migration);
    g_autofree char *message = gw_terminal_clean(event->error->message);

    if (cli->json != NULL || !g_str_equal(gw_args_command(cli->args)->name, "validate"))
        return;
    gw_terminal_put(&cli->out, GW_STYLE_RED, "invalid");
    (void)fprintf(cli->out.file, " %s: %s\n", name, message);
}

static void
print_remark(const GwCli *cli, const char *word, const char *text)
{
    g_autofree char *shown = gw_terminal_clean(text);

    gw_terminal_put(&cli->err, GW_STYLE_YELLOW, "%s", word);
    (void)fprintf(cli->err.file, " %s\n", shown);
}

/* For programs: a line of JSON on standard error, at most one a second. */
static void
print_progress(const GwCli *cli, const GwEvent *event)
{
    g_autoptr(GwJson) json = gw_json_new();

    gw_json_begin_object(json);
    gw_json_add_str(json, "event", "progress");
    gw_json_add_str(json, "migration", event->migration);
    gw_bar_add_json(json, event->progress);
    gw_json_end_object(json);
    (void)fprintf(cli->err.file, "%s\n", gw_json_text(json));
    (void)fflush(cli->err.file);
}

static void
print_event(const GwCli *cli, const GwEvent *event)
{
    bool is_migrate_mongo = gw_cli_speaks_migrate_mongo(cli);

    if (event->kind == GW_EVENT_PROGRESS)
        print_progress(cli, event);
    else if (event->kind == GW_EVENT_OUTPUT)
        print_script_output(cli, event);
    else if (event->kind == GW_EVENT_NOTE)
        print_remark(cli, "note:", event->text);
    else if (event->kind == GW_EVENT_LEASE_WAITING)
        print_remark(cli, "waiting for", event->text);
    else if (event->kind == GW_EVENT_APPLIED && is_migrate_mongo)
        print_migrated(cli, "UP", event);
    else if (event->kind == GW_EVENT_REVERTED && is_migrate_mongo)
        print_migrated(cli, "DOWN", event);
    else if (event->kind == GW_EVENT_APPLIED)
        print_done(cli, "applied", event);
    else if (event->kind == GW_EVENT_REVERTED)
        print_done(cli, "reverted", event);
    else if (event->kind == GW_EVENT_VALIDATED)
        print_valid(cli, event);
    else if (event->kind == GW_EVENT_FAILED)
        print_invalid(cli, event);
}

static bool
ends_line(const GwEvent *event)
{
    return event->kind != GW_EVENT_OUTPUT || event->text_bytes == 0 ||
           event->text[event->text_bytes - 1] == '\n';
}

static void
feed_progress(GwCli *cli, const GwEvent *event)
{
    switch (event->kind) {
    case GW_EVENT_STARTED:
        begin_task(cli, event);
        break;
    case GW_EVENT_TASK_STARTED:
        if (!cli->is_quiet)
            gw_progress_set_task(cli->progress, event->text);
        break;
    case GW_EVENT_PROGRESS:
        if (event->progress != NULL)
            gw_progress_set_facts(cli->progress, event->progress);
        else
            gw_progress_set_count(cli->progress, event->count, event->total);
        break;
    case GW_EVENT_APPLIED:
    case GW_EVENT_REVERTED:
    case GW_EVENT_FAILED:
    case GW_EVENT_TASK_ENDED:
    case GW_EVENT_RUN_ENDED:
        gw_progress_set_task(cli->progress, NULL);
        break;
    default:
        break;
    }
}

static void
see(const GwEvent *event, gpointer data)
{
    GwCli *cli = data;

    feed_progress(cli, event);
    if (cli->is_quiet ||
        (event->kind == GW_EVENT_PROGRESS && (cli->json == NULL || event->progress == NULL)))
        return;
    gw_progress_hold(cli->progress);
    print_event(cli, event);
    gw_progress_resume(cli->progress, ends_line(event));
}

GwObserver
gw_watch_observer(GwCli *cli)
{
    return (GwObserver){.func = see, .data = cli};
}

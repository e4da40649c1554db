/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one script for a person who works on godwit's JavaScript: `run-script FILE [FUNCTION]...`.
 * Loads it, calls the functions (default: up), and prints all that is known of an error. There is
 * no database.
 */
#include <stdio.h>
#include <stdlib.h>

#include "mongo/client.h"
#include "mongo/writer.h"
#include "script/script.h"

static void
print_output(const char *text, gsize bytes, gboolean is_stderr, gpointer data)
{
    fwrite(text, 1, bytes, is_stderr ? stderr : stdout);
}

static void
print_note(const char *text, gpointer data)
{
    fprintf(stderr, "note: %s\n", text);
}

static int
print_error(const GError *error)
{
    const GwErrorInfo *info = gw_error_info(error);

    fprintf(stderr, "%s: %s\n", gw_error_name(error), error->message);
    if (info == NULL)
        return EXIT_FAILURE;
    if (info->file != NULL)
        fprintf(stderr, "  at %s:%d:%d\n", info->file, info->line, info->column);
    if (info->excerpt != NULL)
        fprintf(stderr, "%s\n", info->excerpt);
    if (info->stack != NULL)
        fprintf(stderr, "%s\n", info->stack);
    if (info->server_code != 0)
        fprintf(stderr, "  server: %d %s\n", info->server_code, info->server_name);
    if (info->hint != NULL)
        fprintf(stderr, "  hint: %s\n", info->hint);
    return EXIT_FAILURE;
}

static int
run(const GwScriptParams *params, const char *path, char **functions)
{
    g_autoptr(GError) error = NULL;
    gint64 start = g_get_monotonic_time();
    g_autoptr(GwScript) script = gw_script_new(params, &error);
    g_auto(GwScriptFacts) facts = {0};
    static char *just_up[] = {"up", NULL};

    if (g_getenv("GODWIT_TIMES") != NULL)
        fprintf(stderr, "engine %" G_GINT64_FORMAT " us\n", g_get_monotonic_time() - start);
    if (script == NULL || !gw_script_load(script, path, &facts, &error))
        return print_error(error);
    if (g_getenv("GODWIT_TIMES") != NULL)
        fprintf(stderr, "loaded %" G_GINT64_FORMAT " us\n", g_get_monotonic_time() - start);
    for (char **name = *functions != NULL ? functions : just_up; *name != NULL; name++) {
        if (!gw_script_call(script, *name, &error))
            return print_error(error);
    }
    if (g_getenv("GODWIT_TIMES") != NULL)
        fprintf(stderr, "called %" G_GINT64_FORMAT " us\n", g_get_monotonic_time() - start);
    return EXIT_SUCCESS;
}

static GwClients *
open_clients(void)
{
    const char *uri = g_getenv("GODWIT_TEST_URI");
    g_autoptr(GError) error = NULL;
    g_autoptr(GwClients) clients = uri ? gw_clients_open(uri, "godwit/run-script", &error) : NULL;

    if (uri && (!clients || !gw_clients_connect(clients, &error))) {
        print_error(error);
        exit(EXIT_FAILURE);
    }
    return g_steal_pointer(&clients);
}

int
main(int argc, char **argv)
{
    g_autofree char *path = argc > 1 ? g_canonicalize_filename(argv[1], NULL) : NULL;
    g_autofree char *root = g_get_current_dir();
    g_autoptr(GwClients) clients = open_clients();
    g_autoptr(GwWriter) writer = gw_writer_server_new();
    GwScriptParams params = {.root = root,
                             .clients = clients,
                             .writer = writer,
                             .database = g_getenv("GODWIT_TEST_DATABASE"),
                             .output = print_output,
                             .note = print_note};

    if (path == NULL) {
        fprintf(stderr, "usage: run-script FILE [FUNCTION]...\n");
        return EXIT_FAILURE;
    }
    return run(&params, path, argv + 2);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tests/driver/NAME.js, each as a migration on a database of its own. What they assert holds
 * for the Node driver as well: tests/driver/oracle.t runs the same files on it.
 */
#include "script/script.h"
#include "unit/server.h"

static void
keep_output(const char *text, gsize bytes, gboolean is_stderr, gpointer data)
{
    g_test_message("%.*s", (int)bytes, text);
}

static void
keep_note(const char *text, gpointer data)
{
    g_test_message("note: %s", text);
}

static char *
describe(const GError *error)
{
    const GwErrorInfo *info = gw_error_info(error);

    return g_strdup_printf("%s:%d: %s\n%s", info->file ? info->file : "?", info->line,
                           error->message, info->stack ? info->stack : "");
}

static void
run_file(gconstpointer data)
{
    const char *path = data;
    g_autofree char *root = g_test_build_filename(G_TEST_DIST, "driver", NULL);
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *database = g_strdup_printf("driver_%.*s", (int)strlen(base) - 3, base);
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwWriter) writer = gw_writer_server_new();
    g_autoptr(GError) error = NULL;
    g_auto(GwScriptFacts) facts = {0};
    const GwScriptParams params = {.root = root,
                                   .clients = clients,
                                   .writer = writer,
                                   .database = database,
                                   .output = keep_output,
                                   .note = keep_note};
    g_autofree char *what = NULL;
    GwScript *script = NULL;

    test_drop(clients, database);
    script = gw_script_new(&params, &error);
    g_assert_no_error(error);
    if (!gw_script_load(script, path, &facts, &error) || !gw_script_call(script, "up", &error))
        what = describe(error);
    gw_script_free(script);
    if (what)
        g_test_fail_printf("%s", what);
    else
        test_drop(clients, database);
}

static int
compare_paths(gconstpointer left, gconstpointer right)
{
    return g_strcmp0(*(char *const *)left, *(char *const *)right);
}

int
main(int argc, char **argv)
{
    g_autofree char *folder = NULL;
    g_autoptr(GDir) files = NULL;
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    const char *name = NULL;

    g_test_init(&argc, &argv, NULL);
    folder = g_test_build_filename(G_TEST_DIST, "driver", NULL);
    files = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(files);
    while ((name = g_dir_read_name(files)))
        if (g_str_has_suffix(name, ".js"))
            g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(paths, compare_paths);
    for (guint i = 0; i < paths->len; i++) {
        g_autofree char *base = g_path_get_basename(paths->pdata[i]);
        g_autofree char *test = g_strdup_printf("/script/driver/%.*s", (int)strlen(base) - 3, base);

        g_test_add_data_func(test, paths->pdata[i], run_file);
    }
    return g_test_run();
}

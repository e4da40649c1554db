/* SPDX-License-Identifier: Apache-2.0 */
#include "support/script-case.h"

#include <string.h>

typedef struct {
    GString *output; /* owned */
    GString *notes;  /* owned */
} Seen;

static void
see_output(const char *text, gsize bytes, gboolean is_stderr, gpointer data)
{
    g_string_append_len(((Seen *)data)->output, text, (gssize)bytes);
}

static void
see_note(const char *text, gpointer data)
{
    g_string_append_printf(((Seen *)data)->notes, "%s\n", text);
}

char *
script_case_first(const char *files)
{
    g_assert_true(g_str_has_prefix(files, "@@ "));
    return g_strndup(files + 3, strcspn(files + 3, "\n"));
}

static void
write_file(const char *folder, const char *part)
{
    gsize name_bytes = strcspn(part, "\n");
    g_autofree char *name = g_strndup(part, name_bytes);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_file_set_contents(path, part + name_bytes + 1, -1, &error);
    g_assert_no_error(error);
}

char *
script_case_write(const char *files)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *made = g_dir_make_tmp("godwit-script-XXXXXX", &error);
    g_auto(GStrv) parts = g_strsplit(files, "@@ ", -1);

    g_assert_no_error(error);
    for (char **part = parts + 1; *part != NULL; part++)
        write_file(made, *part);
    return g_steal_pointer(&made);
}

void
script_case_remove(const char *folder)
{
    const char *command[] = {"rm", "-rf", "--", folder, NULL};

    g_assert_true(g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
}

/* Loads the file and makes the calls, up to the first error. */
static void
run_calls(GwScript *script, const char *path, const char *calls, GError **error)
{
    g_auto(GwScriptFacts) facts = {0};
    g_auto(GStrv) names = g_strsplit(calls != NULL ? calls : "", " ", -1);

    if (!gw_script_load(script, path, &facts, error))
        return;
    for (char **name = names; *name != NULL; name++) {
        if (!gw_script_call(script, *name, error))
            return;
    }
}

static void
check_error(const ScriptCase *row, const char *folder, const GError *error)
{
    g_autofree char *inside = g_strconcat(folder, "/", NULL);
    g_autoptr(GString) message = NULL;
    g_autofree char *place = NULL;
    const GwErrorInfo *info;

    if (row->error == NULL) {
        g_assert_no_error(error);
        return;
    }
    g_assert_error(error, GW_ERROR, (int)row->code);
    /* Where the folder is differs from run to run. */
    message = g_string_new(error->message);
    g_string_replace(message, inside, "", 0);
    g_string_replace(message, folder, "ROOT", 0);
    g_assert_cmpstr(message->str, ==, row->error);
    info = gw_error_info(error);
    place =
        g_strdup_printf("%s:%d:%d", info->file != NULL ? info->file : "", info->line, info->column);
    if (row->place != NULL)
        g_assert_cmpstr(place, ==, row->place);
}

static void
check_seen(const ScriptCase *row, const Seen *seen)
{
    if (row->output != NULL)
        g_assert_cmpstr(seen->output->str, ==, row->output);
    if (row->note == NULL)
        g_assert_cmpstr(seen->notes->str, ==, "");
    else
        g_assert_nonnull(strstr(seen->notes->str, row->note));
}

static void
test_case(gconstpointer data)
{
    const ScriptCase *row = data;
    g_autofree char *folder = script_case_write(row->files);
    g_autofree char *first = script_case_first(row->files);
    g_autofree char *path = g_build_filename(folder, first, NULL);
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GString) notes = g_string_new(NULL);
    Seen seen = {output, notes};
    GwScriptParams params = {.root = folder, .output = see_output, .note = see_note, .data = &seen};
    g_autoptr(GError) error = NULL;
    g_autoptr(GwScript) script = gw_script_new(&params, &error);

    g_assert_no_error(error);
    run_calls(script, path, row->calls, &error);
    check_error(row, folder, error);
    check_seen(row, &seen);
    script_case_remove(folder);
}

void
script_cases_add(const char *suite, const ScriptCase *cases, gsize count)
{
    for (gsize row = 0; row < count; row++) {
        g_autofree char *path = g_strdup_printf("/script/%s/%s", suite, cases[row].name);

        g_test_add_data_func(path, &cases[row], test_case);
    }
}

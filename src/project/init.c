/* SPDX-License-Identifier: Apache-2.0 */
#include "project/init.h"

#include <string.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"
#include "project/package_json.h"
#include "project/template-texts.h"
#include "project/template.h"

#define TEMPLATE_PATH "migrations/.template/migration-template.js"
#define IGNORED ".godwit/"

/* What init works with. Borrowed. */
typedef struct {
    const GwInitRequest *request;
    GPtrArray *done;
} Init;

static void note(const Init *init, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
note(const Init *init, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_ptr_array_add(init->done, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

static char *
path_in(const Init *init, const char *name)
{
    return g_build_filename(init->request->folder, name, NULL);
}

static bool
is_esm(const Init *init)
{
    return g_strcmp0(init->request->module_system, "esm") == 0;
}

static bool
refuse_existing(const Init *init, GError **error)
{
    static const char *const native[] = {"godwit.json", "godwit.config.js", "godwit.config.cjs",
                                         "godwit.config.mjs"};
    static const char *const compat[] = {"migrate-mongo-config.js", "migrate-mongo-config.cjs",
                                         "migrate-mongo-config.mjs"};

    for (gsize index = 0; index < G_N_ELEMENTS(native); index++) {
        g_autofree char *path = path_in(init, native[index]);

        if (gw_fs_exists(path))
            return gw_throw(error, GW_ERROR_IO, "config file already exists: %s", path);
    }
    for (gsize index = 0; index < G_N_ELEMENTS(compat); index++) {
        g_autofree char *path = path_in(init, compat[index]);

        if (!gw_fs_exists(path))
            continue;
        gw_throw(error, GW_ERROR_REFUSED, "this is a migrate-mongo project: %s", path);
        return gw_hint(error, "godwit runs it as it is: try godwit status. A godwit.json beside it "
                              "would hide its changelog.");
    }
    return true;
}

/* The folder's name as far as a database may be called so. */
static char *
database_name(const Init *init)
{
    g_autofree char *folder = g_path_get_basename(init->request->folder);
    g_autofree char *valid = g_utf8_make_valid(folder, -1);

    if (init->request->database != NULL)
        return g_strdup(init->request->database);
    g_strdelimit(valid, "/\\. \"$*<>:|?", '_');
    return strlen(valid) <= 38 && strcmp(valid, "_") != 0 ? g_steal_pointer(&valid)
                                                          : g_strdup("app");
}

static bool
write_native_config(const Init *init, GError **error)
{
    g_autofree char *path = path_in(init, "godwit.json");
    g_autofree char *database = database_name(init);
    g_autoptr(GString) text = g_string_new("{\n  \"uri\": ");
    const char *uri = init->request->uri;

    gw_json_quote(text, uri != NULL ? uri : "mongodb://localhost:27017");
    g_string_append(text, ",\n  \"database\": ");
    gw_json_quote(text, database);
    g_string_append(text, ",\n  \"dir\": \"migrations\"");
    if (is_esm(init))
        g_string_append(text, ",\n  \"moduleSystem\": \"esm\"");
    g_string_append(text, "\n}\n");
    if (!gw_fs_write_new(path, text->str, text->len, 0, error))
        return false;
    note(init, "made godwit.json");
    return true;
}

static bool
write_template(const Init *init, GError **error)
{
    g_autofree char *path = path_in(init, TEMPLATE_PATH);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *text = gw_template_builtin(GW_FLAVOUR_GODWIT, is_esm(init));

    if (!gw_fs_make_folder(folder, error))
        return false;
    if (gw_fs_exists(path)) {
        note(init, "kept " TEMPLATE_PATH);
        return true;
    }
    if (!gw_fs_write_new(path, text, strlen(text), 0, error))
        return false;
    note(init, "made " TEMPLATE_PATH);
    return true;
}

/* What is in the file, or nothing where it is not there. NULL where it cannot be read. */
static char *
read_or_nothing(const char *path, GError **error)
{
    return gw_fs_exists(path) ? gw_fs_read(path, NULL, error) : g_strdup("");
}

static bool
has_line(const char *text, const char *wanted)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint index = 0; lines[index] != NULL; index++) {
        if (strcmp(g_strstrip(lines[index]), wanted) == 0)
            return true;
    }
    return false;
}

static bool
ignore_own_folder(const Init *init, GError **error)
{
    g_autofree char *path = path_in(init, ".gitignore");
    g_autofree char *text = read_or_nothing(path, error);
    g_autofree char *longer = NULL;
    const char *newline = NULL;
    bool is_open = false;

    if (text == NULL)
        return false;
    if (has_line(text, IGNORED) || has_line(text, ".godwit") || has_line(text, "/.godwit/"))
        return true;
    newline = strstr(text, "\r\n") != NULL ? "\r\n" : "\n";
    is_open = *text != '\0' && !g_str_has_suffix(text, "\n");
    longer = g_strconcat(text, is_open ? newline : "", IGNORED, newline, NULL);
    if (!gw_fs_write_atomic(path, longer, strlen(longer), 0, error))
        return false;
    note(init, "added " IGNORED " to .gitignore");
    return true;
}

static void
note_scripts(const Init *init, const char *before, const char *after, GPtrArray *kept)
{
    g_autofree char *list = kept->len > 0 ? gw_text_list(kept) : NULL;

    if (strcmp(before, after) != 0)
        note(init, "added scripts to package.json");
    if (list != NULL)
        note(init, "kept the %s %s of package.json", kept->len == 1 ? "script" : "scripts", list);
}

/* A package.json that is not what it should be is no reason to fail: it is left alone, and said so.
 */
static bool
add_package_scripts(const Init *init, GError **error)
{
    g_autofree char *path = path_in(init, "package.json");
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) problem = NULL;
    g_autofree char *text = NULL;
    g_autofree char *longer = NULL;

    if (!gw_fs_is_file(path))
        return true;
    text = gw_fs_read(path, NULL, error);
    if (text == NULL)
        return false;
    longer = gw_package_add_scripts("package.json", text, gw_package_scripts, kept, &problem);
    if (longer == NULL) {
        note(init, "left package.json alone: %s", problem->message);
        return true;
    }
    if (strcmp(text, longer) != 0 && !gw_fs_write_atomic(path, longer, strlen(longer), 0, error))
        return false;
    note_scripts(init, text, longer, kept);
    return true;
}

bool
gw_init_native(const GwInitRequest *request, GPtrArray *done, GError **error)
{
    const Init init = {request, done};

    return refuse_existing(&init, error) && write_template(&init, error) &&
           ignore_own_folder(&init, error) && add_package_scripts(&init, error) &&
           write_native_config(&init, error);
}

/* Puts the literal for `value` in the place of the literal `placeholder`. */
static void
fill(GString *text, const char *placeholder, const char *value)
{
    g_autoptr(GString) literal = g_string_new(NULL);

    if (value == NULL)
        return;
    gw_json_quote(literal, value);
    g_string_replace(text, placeholder, literal->str, 1);
}

static bool
write_compat_config(const Init *init, const char *path, GError **error)
{
    g_autoptr(GString) text = g_string_new(GW_TEMPLATE_MIGRATE_MONGO_CONFIG);

    g_string_replace(text, "@MODULE_SYSTEM@", is_esm(init) ? "esm" : "commonjs", 1);
    g_string_replace(text, "@EXPORT@", is_esm(init) ? "export default" : "module.exports =", 1);
    fill(text, "\"mongodb://localhost:27017\"", init->request->uri);
    fill(text, "\"YOURDATABASENAME\"", init->request->database);
    return gw_fs_write_new(path, text->str, text->len, 0, error);
}

bool
gw_init_migrate_mongo(const GwInitRequest *request, GPtrArray *done, GError **error)
{
    const Init init = {request, done};
    g_autofree char *folder = path_in(&init, "migrations");
    g_autofree char *config = path_in(&init, "migrate-mongo-config.js");

    if (gw_fs_exists(folder))
        return gw_throw(error, GW_ERROR_IO, "migrations directory already exists: %s", folder);
    if (gw_fs_exists(config))
        return gw_throw(error, GW_ERROR_IO, "config file already exists: %s", config);
    if (!write_compat_config(&init, config, error) || !gw_fs_make_folder(folder, error))
        return false;
    note(&init,
         "Initialization successful. Please edit the generated `migrate-mongo-config.js` file");
    return true;
}

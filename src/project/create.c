/* SPDX-License-Identifier: Apache-2.0 */
#include "project/create.h"

#include <string.h>

#include "base/clock.h"
#include "base/fs.h"
#include "model/naming.h"
#include "project/config_file.h"
#include "project/scan.h"
#include "project/template.h"

/* A file that is to be made. Strings are owned. */
typedef struct {
    char *name;
    char *text;
    gsize size;
} Draft;

static void
draft_clear(Draft *draft)
{
    g_clear_pointer(&draft->name, g_free);
    g_clear_pointer(&draft->text, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Draft, draft_clear)

static bool
is_esm(const GwConfig *config)
{
    return strcmp(gw_config_str(config, GW_CONFIG_MODULE_SYSTEM), "esm") == 0;
}

static bool
check_folder(const GwCreateRequest *request, const char *folder, GError **error)
{
    if (gw_fs_is_folder(folder))
        return true;
    if (gw_config_flavour(request->config) == GW_FLAVOUR_MIGRATE_MONGO)
        return gw_throw(error, GW_ERROR_IO, "migrations directory does not exist: %s", folder);
    gw_throw(error, GW_ERROR_IO, "there is no migrations folder '%s'", folder);
    return gw_hint(error, "Make it with godwit init, or name another one with --dir.");
}

/* migrate-mongo's name: the time, and the description with its blanks replaced. A slash is replaced
 * too: there it would make a file in another folder, which nothing ever reads. */
static char *
stamped_name(const GwCreateRequest *request)
{
    g_autofree char *stamp = gw_clock_stamp(request->now_ms);
    g_autofree char *words = g_utf8_make_valid(request->description, -1);

    return g_strconcat(stamp, "-", g_strdelimit(words, " /\\\n\r", '_'),
                       gw_config_str(request->config, GW_CONFIG_MIGRATION_FILE_EXTENSION), NULL);
}

static bool
draft_migrate_mongo(const GwCreateRequest *request, const char *folder, Draft *out_draft,
                    GError **error)
{
    g_autofree char *sample =
        g_strconcat(folder, "/sample-migration",
                    gw_config_str(request->config, GW_CONFIG_MIGRATION_FILE_EXTENSION), NULL);

    if (gw_fs_exists(sample)) {
        out_draft->text = gw_fs_read(sample, &out_draft->size, error);
    } else {
        out_draft->text = gw_template_builtin(GW_FLAVOUR_MIGRATE_MONGO, is_esm(request->config));
        out_draft->size = strlen(out_draft->text);
    }
    out_draft->name = stamped_name(request);
    return out_draft->text != NULL;
}

static GPtrArray *
list_ids(const GwConfig *config, const char *folder, GError **error)
{
    g_autoptr(GPtrArray) files = gw_scan_folder(config, folder, error);
    GPtrArray *ids = NULL;

    if (files == NULL)
        return NULL;
    ids = g_ptr_array_new_with_free_func(g_free);
    for (guint index = 0; index < files->len; index++)
        g_ptr_array_add(ids, g_strdup(((const GwMigrationFile *)files->pdata[index])->id));
    return ids;
}

static bool
read_template(const GwCreateRequest *request, const char *folder, char **out_text,
              char **out_extension, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autofree char *text = gw_template_of_project(folder, out_extension, &problem);

    if (problem != NULL) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    if (text == NULL) {
        text = gw_template_builtin(GW_FLAVOUR_GODWIT, is_esm(request->config));
        *out_extension = g_strdup(".js");
    }
    *out_text = g_steal_pointer(&text);
    return true;
}

static bool
draft_native(const GwCreateRequest *request, const char *folder, Draft *out_draft, GError **error)
{
    g_autoptr(GPtrArray) ids = list_ids(request->config, folder, error);
    g_autofree char *text = NULL;
    g_autofree char *extension = NULL;
    g_autofree char *id = NULL;
    g_autofree char *author = NULL;
    g_autofree char *today = gw_clock_date(request->now_ms);

    if (ids == NULL || !read_template(request, folder, &text, &extension, error))
        return false;
    id = gw_naming_next(ids, request->sequential, request->now_ms, request->description);
    author = gw_template_author(folder);
    out_draft->text =
        gw_template_fill(text, &(GwTemplateFacts){id, request->description, author, today});
    out_draft->size = strlen(out_draft->text);
    out_draft->name = g_strconcat(id, extension, NULL);
    return true;
}

static bool
is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

bool
gw_create_migration(const GwCreateRequest *request, char **out_path, GError **error)
{
    const bool is_compat = gw_config_flavour(request->config) == GW_FLAVOUR_MIGRATE_MONGO;
    g_autofree char *folder = gw_config_file_folder(request->config, request->root);
    g_autofree char *path = NULL;
    g_auto(Draft) draft = {0};

    if (is_blank(request->description)) {
        gw_throw(error, GW_ERROR_USAGE, "Missing parameter: description");
        return gw_hint(error, "For example: godwit create \"add user preferences\".");
    }
    if (!check_folder(request, folder, error))
        return false;
    if (is_compat ? !draft_migrate_mongo(request, folder, &draft, error)
                  : !draft_native(request, folder, &draft, error))
        return false;
    path = gw_fs_join_under(folder, draft.name, error);
    if (path == NULL || !gw_fs_write_new(path, draft.text, draft.size, 0, error))
        return false;
    *out_path = g_strconcat(gw_config_str(request->config, GW_CONFIG_DIR), "/", draft.name, NULL);
    return true;
}

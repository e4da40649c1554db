/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"
#include "engine/dry_run.h"
#include "engine/project-internal.h"

/* The hosts of a URI, without user, path and options. Owned. */
static char *
hosts_of(const char *uri)
{
    const char *begin = strstr(uri, "://");
    const char *at = NULL;
    gsize length = 0;

    begin = begin != NULL ? begin + 3 : uri;
    length = strcspn(begin, "/?");
    at = g_strrstr_len(begin, (gssize)length, "@");
    if (at == NULL)
        return g_strndup(begin, length);
    return g_strndup(at + 1, length - (gsize)(at + 1 - begin));
}

/* The same database, the same files, in the same order: the same name. Owned. */
static char *
path_of(GwProject *project, const GPtrArray *migrations)
{
    g_autofree char *hosts = hosts_of(gw_clients_masked_uri(gw_project_clients(project)));
    g_autoptr(GString) text = g_string_new(gw_project_database(project));
    g_autofree char *hash = NULL;
    g_autofree char *name = NULL;

    g_string_append_printf(text, "\n%s\n", hosts);
    for (guint next = 0; next < migrations->len; next++) {
        const GwMigration *migration = g_ptr_array_index(migrations, next);

        g_string_append_printf(text, "%s %s\n", migration->id,
                               migration->file != NULL ? migration->file->checksum : "");
    }
    hash = gw_hash_sha256(text->str, text->len);
    name = g_strconcat(hash, ".json", NULL);
    return g_build_filename(gw_project_root(project), ".godwit", "dry-runs", name, NULL);
}

static char *
record_text(GwProject *project, const GPtrArray *migrations)
{
    g_autoptr(GwJson) json = gw_json_new();
    g_autofree char *hosts = hosts_of(gw_clients_masked_uri(gw_project_clients(project)));

    gw_json_begin_object(json);
    gw_json_add_date_ms(json, "at", gw_clock_now_ms());
    gw_json_add_int(json, "atMs", gw_clock_now_ms());
    gw_json_add_str(json, "database", gw_project_database(project));
    gw_json_add_str(json, "hosts", hosts);
    gw_json_add_str(json, "environment", gw_project_environment(project));
    gw_json_key(json, "migrations");
    gw_json_begin_array(json);
    for (guint next = 0; next < migrations->len; next++) {
        const GwMigration *migration = g_ptr_array_index(migrations, next);

        gw_json_begin_object(json);
        gw_json_add_str(json, "id", migration->id);
        gw_json_add_str(json, "checksum",
                        migration->file != NULL ? migration->file->checksum : NULL);
        gw_json_end_object(json);
    }
    gw_json_end_array(json);
    gw_json_end_object(json);
    return g_strconcat(gw_json_text(json), "\n", NULL);
}

bool
gw_dry_run_record(GwProject *project, const GPtrArray *migrations, GError **error)
{
    g_autofree char *path = path_of(project, migrations);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *text = record_text(project, migrations);

    return gw_fs_make_folder(folder, error) &&
           gw_fs_write_atomic(path, text, strlen(text), 0600, error);
}

bool
gw_dry_run_was_made(GwProject *project, const GPtrArray *migrations, gint64 *out_when_ms)
{
    g_autofree char *path = path_of(project, migrations);
    g_autofree char *text = NULL;
    g_autoptr(bson_t) record = NULL;
    gint64 when_ms = 0;

    if (!gw_fs_is_file(path))
        return false;
    text = gw_fs_read(path, NULL, NULL);
    record = text != NULL ? bson_new_from_json((const uint8_t *)text, -1, NULL) : NULL;
    when_ms = record != NULL ? gw_bson_get_int(record, "atMs", 0) : 0;
    if (when_ms == 0)
        return false;
    *out_when_ms = when_ms;
    return true;
}

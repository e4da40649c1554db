/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/bson.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"

#define LOG_LINES 4

static bool
make_private(const char *folder, GError **error)
{
    g_autofree char *data = g_build_filename(folder, "data", NULL);

    if (!gw_fs_make_folder(data, error))
        return false;
    if (chmod(folder, 0700) == 0)
        return true;
    return gw_throw(error, GW_ERROR_IO, "closing '%s' for others: %s", folder, g_strerror(errno));
}

bool
gw_sandbox_folder_make(const char *folder, GError **error)
{
    static const char everything[] = "*\n";
    g_autofree char *above = g_path_get_dirname(folder);
    g_autofree char *ignore = g_build_filename(above, ".gitignore", NULL);

    return make_private(folder, error) &&
           (gw_fs_exists(ignore) ||
            gw_fs_write_atomic(ignore, everything, strlen(everything), 0, error));
}

bool
gw_sandbox_folder_delete(const char *folder, GError **error)
{
    return gw_fs_delete_tree(folder, error);
}

bool
gw_sandbox_folder_write(const GwSandbox *sandbox, GError **error)
{
    g_autofree char *path = g_build_filename(sandbox->folder, "sandbox.json", NULL);
    g_autoptr(GwJson) json = gw_json_new();
    const char *text = NULL;

    gw_json_begin_object(json);
    gw_json_add_str(json, "uri", sandbox->uri);
    gw_json_add_str(json, "mongod", sandbox->mongod);
    gw_json_add_int(json, "port", sandbox->port);
    gw_json_end_object(json);
    text = gw_json_text(json);
    return gw_fs_write_atomic(path, text, strlen(text), 0600, error);
}

bool
gw_sandbox_folder_read(const char *folder, GwSandbox *out_sandbox, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "sandbox.json", NULL);
    g_autofree char *text = NULL;
    g_autoptr(bson_t) doc = NULL;

    *out_sandbox = (GwSandbox){0};
    if (!gw_fs_exists(path))
        return true;
    text = gw_fs_read(path, NULL, error);
    if (text == NULL)
        return false;
    doc = bson_new_from_json((const uint8_t *)text, -1, NULL);
    if (doc == NULL || gw_bson_get_str(doc, "uri") == NULL) {
        gw_throw(error, GW_ERROR_IO, "'%s' is not what godwit wrote", path);
        return gw_hint(error, "Delete the folder '%s'; nothing in it is worth keeping.", folder);
    }
    out_sandbox->uri = g_strdup(gw_bson_get_str(doc, "uri"));
    out_sandbox->mongod = g_strdup(gw_bson_get_str(doc, "mongod"));
    out_sandbox->port = (int)gw_bson_get_int(doc, "port", 0);
    out_sandbox->folder = g_strdup(folder);
    return true;
}

/* mongod keeps data/mongod.lock locked while it runs, with its number in it. */
gint64
gw_sandbox_folder_holder(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "data", "mongod.lock", NULL);
    char number[32] = "";
    int fd = open(path, O_RDWR | O_CLOEXEC);
    bool is_locked = false;

    if (fd < 0)
        return 0;
    is_locked = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (is_locked && read(fd, number, sizeof number - 1) <= 0)
        *number = '\0';
    (void)close(fd); /* what was locked by the probe is free again */
    return is_locked ? g_ascii_strtoll(number, NULL, 10) : 0;
}

/* A line of mongod's log is JSON: what people want of it is its message and its error. */
static void
append_line(GString *out, const char *line)
{
    g_autoptr(bson_t) doc = bson_new_from_json((const uint8_t *)line, -1, NULL);
    const char *message = doc != NULL ? gw_bson_get_str(doc, "msg") : NULL;
    const char *reason = doc != NULL ? gw_bson_get_str(doc, "attr.error") : NULL;
    g_autofree char *shown = gw_text_shown(message != NULL ? message : line);

    g_string_append_printf(out, "%s%s", out->len > 0 ? "; " : "", shown);
    if (reason != NULL)
        g_string_append_printf(out, " (%s)", reason);
}

char *
gw_sandbox_folder_log_end(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "mongod.log", NULL);
    g_autofree char *text = gw_fs_read(path, NULL, NULL);
    g_auto(GStrv) lines = text != NULL ? g_strsplit(g_strchomp(text), "\n", -1) : NULL;
    guint count = lines != NULL ? g_strv_length(lines) : 0;
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint i = count > LOG_LINES ? count - LOG_LINES : 0; i < count; i++)
        append_line(out, lines[i]);
    return out->len > 0 ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/dump_internal.h"

#include "backup/archive.h"
#include "backup/names.h"
#include "base/text.h"
#include "mongo/command.h"

static void
subject_free(gpointer data)
{
    GwDumpSubject *subject = data;

    gw_coll_info_free(subject->info);
    g_free(subject->data);
    g_free(subject);
}

void
gw_dump_init(GwDump *dump, const GwDumpParams *params)
{
    *dump = (GwDump){.params = params};
    g_mutex_init(&dump->mutex);
    dump->subjects = g_ptr_array_new_with_free_func(subject_free);
    dump->units = g_array_new(FALSE, FALSE, sizeof(GwDumpUnit));
}

void
gw_dump_clear(GwDump *dump)
{
    if (dump->params == NULL)
        return;
    g_clear_error(&dump->failure);
    g_clear_pointer(&dump->writer, gw_archive_writer_free);
    g_clear_pointer(&dump->sink, gw_sink_free);
    g_clear_pointer(&dump->units, g_array_unref);
    g_clear_pointer(&dump->subjects, g_ptr_array_unref);
    g_mutex_clear(&dump->mutex);
}

/* How much there is, for progress and for who reads what. A user may lack the right to ask: then it
 * is not known. */
static void
measure(GwConn *conn, const char *db, GwDumpSubject *subject)
{
    g_autoptr(bson_t) command = BCON_NEW("collStats", BCON_UTF8(subject->data));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (subject->info->kind == GW_COLL_VIEW ||
        !gw_command_read(conn, db, command, NULL, &reply, NULL))
        return;
    subject->documents = gw_bson_get_int(&reply, "count", 0);
    subject->bytes = gw_bson_get_int(&reply, "size", 0);
}

static bool
add_subject(GwDump *dump, GwConn *conn, GwCollInfo *take_info, GError **error)
{
    GwDumpSubject *subject = g_new0(GwDumpSubject, 1);
    const char *db = dump->params->db;

    subject->info = take_info;
    subject->index = dump->subjects->len;
    subject->low = G_MININT64;
    subject->high = G_MAXINT64;
    subject->data = g_strconcat(take_info->kind == GW_COLL_TIME_SERIES ? GW_ARCHIVE_BUCKETS : "",
                                take_info->name, NULL);
    g_ptr_array_add(dump->subjects, subject);
    if (take_info->kind != GW_COLL_VIEW && take_info->indexes == NULL) {
        take_info->indexes = gw_catalog_indexes(conn, db, take_info->name, error);
        if (take_info->indexes == NULL)
            return false;
    }
    measure(conn, db, subject);
    dump->total += subject->documents;
    return true;
}

/* The server's own collections are not listed; of those, functions are the user's data. */
static bool
add_functions(GwDump *dump, GwConn *conn, GError **error)
{
    g_autoptr(GwCollInfo) info = gw_catalog_get(conn, dump->params->db, GW_FUNCTIONS_NAME, error);

    if (info == NULL)
        return false;
    return info->kind == GW_COLL_NONE || add_subject(dump, conn, g_steal_pointer(&info), error);
}

static bool
add_all(GwDump *dump, GwConn *conn, GError **error)
{
    g_autoptr(GPtrArray) infos = gw_catalog_list(conn, dump->params->db, error);

    if (infos == NULL)
        return false;
    while (infos->len > 0) {
        g_autoptr(GwCollInfo) info = g_ptr_array_steal_index(infos, 0);

        if (!gw_backup_is_left_out(info->name) &&
            !add_subject(dump, conn, g_steal_pointer(&info), error))
            return false;
    }
    return add_functions(dump, conn, error);
}

static bool
add_named(GwDump *dump, GwConn *conn, const char *name, GError **error)
{
    g_autoptr(GwCollInfo) info = gw_catalog_get(conn, dump->params->db, name, error);
    g_autofree char *shown = gw_text_shown(name);

    if (info == NULL)
        return false;
    if (info->kind == GW_COLL_NONE)
        return gw_throw(error, GW_ERROR_NOT_FOUND, "there is no collection '%s' in '%s'", shown,
                        dump->params->db);
    return add_subject(dump, conn, g_steal_pointer(&info), error);
}

bool
gw_dump_list(GwDump *dump, GError **error)
{
    g_autoptr(GwConn) conn = gw_conn_take(dump->params->clients);

    if (dump->params->colls == NULL)
        return add_all(dump, conn, error);
    for (const char *const *name = dump->params->colls; *name != NULL; name++) {
        if (!add_named(dump, conn, *name, error))
            return false;
    }
    return true;
}

static bool
is_same(const GwCollInfo *before, const GwCollInfo *now)
{
    if (before->kind != now->kind || (before->uuid == NULL) != (now->uuid == NULL))
        return false;
    return before->uuid == NULL || bson_equal(before->uuid, now->uuid);
}

bool
gw_dump_check_same(GwDump *dump, GError **error)
{
    g_autoptr(GwConn) conn = gw_conn_take(dump->params->clients);

    for (guint next = 0; next < dump->subjects->len; next++) {
        const GwDumpSubject *subject = g_ptr_array_index(dump->subjects, next);
        g_autoptr(GwCollInfo) now =
            gw_catalog_get(conn, dump->params->db, subject->info->name, error);

        if (now == NULL)
            return false;
        if (!is_same(subject->info, now))
            return gw_throw(error, GW_ERROR_CONFLICT,
                            "the collection '%s' was dropped or renamed while it was read",
                            subject->info->name);
    }
    return true;
}

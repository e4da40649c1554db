/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last steps of a restore. Each can be done again, and leaves what was before or what comes
 * after.
 */
#include "backup/names.h"
#include "backup/restore_internal.h"
#include "base/crash.h"
#include "mongo/reader.h"

void
gw_restore_place_clear(GwRestorePlace *place)
{
    g_clear_pointer(&place->conn, gw_conn_release);
}

static bool
is_there(const GwRestorePlace *place, const char *name, GwCollKind *out_kind, GError **error)
{
    g_autoptr(GwCollInfo) info = gw_catalog_get(place->conn, place->db, name, error);

    if (info == NULL)
        return false;
    *out_kind = info->kind;
    return true;
}

static bool
throw_exists(const char *to, GError **error)
{
    gw_throw(error, GW_ERROR_REFUSED, "somebody made a collection '%s' while it was restored", to);
    return gw_hint(error,
                   "What was restored is complete and waits for its name. Rename or drop the "
                   "other one, then call godwit again.");
}

/* The old one, where it is a plain collection, goes in the same moment. */
static bool
send_rename(const GwRestorePlace *place, const char *from, const char *to, bool replaces,
            GError **error)
{
    g_autofree char *source = g_strdup_printf("%s.%s", place->db, from);
    g_autofree char *target = g_strdup_printf("%s.%s", place->db, to);
    g_autoptr(bson_t) command =
        BCON_NEW("renameCollection", BCON_UTF8(source), "to", BCON_UTF8(target), "dropTarget",
                 BCON_BOOL(replaces), "writeConcern", "{", "w", "majority", "}");
    GwWrite write = {.kind = GW_WRITE_RENAME, .db = "admin", .command = command};

    return gw_restore_apply(place->writer, place->conn, &write, error);
}

static bool
do_rename(const GwRestorePlace *place, const bson_t *step, GError **error)
{
    const char *from = gw_bson_get_str(step, "from");
    const char *to = gw_bson_get_str(step, "to");
    bool replaces = gw_bson_get_bool(step, "drop", false);
    GwCollKind loaded = GW_COLL_NONE;
    GwCollKind there = GW_COLL_NONE;

    if (!is_there(place, from, &loaded, error))
        return false;
    if (loaded == GW_COLL_NONE)
        return true; /* done before */
    if (!is_there(place, to, &there, error))
        return false;
    if (there != GW_COLL_NONE && !replaces)
        return throw_exists(to, error);
    if ((there == GW_COLL_VIEW || there == GW_COLL_TIME_SERIES) &&
        !gw_restore_drop(place->writer, place->conn, place->db, to, error))
        return false;
    return send_rename(place, from, to, replaces, error);
}

static bool
do_view(const GwRestorePlace *place, const bson_t *step, GError **error)
{
    const char *to = gw_bson_get_str(step, "to");
    g_autoptr(bson_t) command = BCON_NEW("create", BCON_UTF8(to));
    GwWrite write = {.kind = GW_WRITE_CREATE, .db = place->db, .command = command};
    bson_t options = BSON_INITIALIZER;

    if (gw_bson_get_doc(step, "options", &options))
        bson_concat(command, &options);
    /* The same view once more is no failure for the server. */
    if (gw_bson_get_bool(step, "drop", false) &&
        !gw_restore_drop(place->writer, place->conn, place->db, to, error))
        return false;
    return gw_restore_apply(place->writer, place->conn, &write, error);
}

/* Entries of the history that are there already stay as they are. */
static bool
do_merge(const GwRestorePlace *place, const bson_t *step, GError **error)
{
    const char *from = gw_bson_get_str(step, "from");
    g_autoptr(bson_t) command =
        BCON_NEW("aggregate", BCON_UTF8(from), "pipeline", "[", "{", "$merge", "{", "into",
                 BCON_UTF8(gw_bson_get_str(step, "to")), "whenMatched", "keepExisting", "}", "}",
                 "]", "cursor", "{", "}");
    GwWrite write = {.kind = GW_WRITE_AGGREGATE, .db = place->db, .command = command};

    return gw_restore_apply(place->writer, place->conn, &write, error) &&
           gw_restore_drop(place->writer, place->conn, place->db, from, error);
}

static bool
put_function(const GwRestorePlace *place, const char *to, const bson_t *doc, GError **error)
{
    g_autoptr(bson_t) command = BCON_NEW("update", BCON_UTF8(to));
    g_autoptr(bson_t) update = bson_new();
    bson_t query = BSON_INITIALIZER;
    bson_iter_t id;
    GwWrite write = {.kind = GW_WRITE_UPDATE,
                     .db = place->db,
                     .command = command,
                     .batch_name = "updates",
                     .batch_count = 1};

    if (!bson_iter_init_find(&id, doc, "_id"))
        return true;
    BSON_APPEND_DOCUMENT_BEGIN(update, "q", &query);
    bson_append_iter(&query, "_id", -1, &id);
    bson_append_document_end(update, &query);
    BSON_APPEND_DOCUMENT(update, "u", doc);
    BSON_APPEND_BOOL(update, "upsert", true);
    write.batch = bson_get_data(update);
    write.batch_bytes = update->len;
    return gw_restore_apply(place->writer, place->conn, &write, error);
}

/* The server lets nobody drop or rename its own collections: one document after the other takes its
 * place. Those that the backup has not stay. */
static bool
do_functions(const GwRestorePlace *place, const bson_t *step, GError **error)
{
    const char *from = gw_bson_get_str(step, "from");
    g_autoptr(bson_t) find = BCON_NEW("find", BCON_UTF8(from));
    g_autoptr(GwReader) reader = gw_reader_new(place->conn, place->db, find, NULL);
    g_autoptr(GPtrArray) docs = gw_reader_all(reader, error);

    for (guint next = 0; docs != NULL && next < docs->len; next++) {
        if (!put_function(place, gw_bson_get_str(step, "to"), g_ptr_array_index(docs, next), error))
            return false;
    }
    return docs != NULL && gw_restore_drop(place->writer, place->conn, place->db, from, error);
}

static bool
do_step(const GwRestorePlace *place, const bson_t *step, GError **error)
{
    static const struct {
        const char *kind;
        bool (*func)(const GwRestorePlace *place, const bson_t *step, GError **error);
    } kinds[] = {
        {"rename", do_rename}, {"view", do_view}, {"merge", do_merge}, {"functions", do_functions}};
    const char *kind = gw_bson_get_str(step, "kind");

    for (gsize index = 0; index < G_N_ELEMENTS(kinds); index++) {
        if (g_strcmp0(kinds[index].kind, kind) == 0)
            return kinds[index].func(place, step, error) ||
                   gw_prefix(error, "putting '%s' into its place", gw_bson_get_str(step, "to"));
    }
    return gw_throw(error, GW_ERROR_FAILED, "the record of the restore has a step '%s'", kind);
}

bool
gw_restore_place_all(const GwRestorePlace *place, const bson_t *record, GError **error)
{
    bson_t steps = BSON_INITIALIZER;
    bson_iter_t iter;

    if (!gw_bson_get_doc(record, "steps", &steps) || !bson_iter_init(&iter, &steps))
        return gw_throw(error, GW_ERROR_FAILED, "the record of the restore is damaged");
    while (bson_iter_next(&iter)) {
        const guint8 *bytes = NULL;
        guint32 size = 0;
        bson_t step = BSON_INITIALIZER;

        bson_iter_document(&iter, &size, &bytes);
        if (!bson_init_static(&step, bytes, size) || !do_step(place, &step, error))
            return false;
        GW_CRASH_POINT("restore.placed");
    }
    return true;
}

bool
gw_restore_drop_loaded(const GwRestorePlace *place, GError **error)
{
    g_autoptr(GPtrArray) infos = gw_catalog_list(place->conn, place->db, error);

    if (infos == NULL)
        return false;
    for (guint next = 0; next < infos->len; next++) {
        const GwCollInfo *info = g_ptr_array_index(infos, next);

        if (g_str_has_prefix(info->name, GW_RESTORE_PREFIX) &&
            !gw_restore_drop(place->writer, place->conn, place->db, info->name, error))
            return false;
    }
    return true;
}

/* What was begun where it would stay. */
bool
gw_restore_drop_in_place(const GwRestorePlace *place, const bson_t *record, GError **error)
{
    bson_t names = BSON_INITIALIZER;
    bson_iter_t iter;

    if (!gw_bson_get_doc(record, "inPlace", &names) || !bson_iter_init(&iter, &names))
        return true;
    while (bson_iter_next(&iter)) {
        if (BSON_ITER_HOLDS_UTF8(&iter) && !gw_restore_drop(place->writer, place->conn, place->db,
                                                            bson_iter_utf8(&iter, NULL), error))
            return false;
    }
    return true;
}

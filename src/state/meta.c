/* SPDX-License-Identifier: Apache-2.0 */
#include "state/meta.h"

#include "state/stamp.h"

#define COLLECTION "godwit_meta"
#define ID "godwit"

/* Grows when a format in the database changes so that an older godwit would misread it. */
#define FORMAT 1

void
gw_mark_clear(GwMark *mark)
{
    g_clear_pointer(&mark->environment, g_free);
}

bool
gw_meta_read_mark(GwClients *clients, const char *db, GwMark *out_mark, GError **error)
{
    g_autoptr(GwColl) coll = gw_coll_new(clients, db, COLLECTION);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(ID));
    g_autoptr(bson_t) meta = NULL;
    gint64 format = 0;

    if (!gw_coll_find_one(coll, filter, NULL, &meta, error))
        return false;
    format = meta != NULL ? gw_bson_get_int(meta, "format", FORMAT) : FORMAT;
    if (format > FORMAT) {
        gw_throw(error, GW_ERROR_REFUSED,
                 "the database '%s' has godwit's format %" G_GINT64_FORMAT
                 ", and this godwit knows format %d",
                 db, format, FORMAT);
        return gw_hint(error, "Nothing was changed. Use the newer godwit that wrote it.");
    }
    *out_mark = (GwMark){0};
    if (meta == NULL)
        return true;
    out_mark->environment = g_strdup(gw_bson_get_str(meta, "environment"));
    out_mark->is_protected = gw_bson_get_bool(meta, "protected", false);
    out_mark->is_assumed = gw_bson_get_bool(meta, "assumed", false);
    out_mark->is_resetting = gw_bson_get_bool(meta, "resetting", false);
    return true;
}

bool
gw_meta_read(GwClients *clients, const char *db, char **out_environment, GError **error)
{
    g_auto(GwMark) mark = {0};

    if (!gw_meta_read_mark(clients, db, &mark, error))
        return false;
    *out_environment = g_steal_pointer(&mark.environment);
    return true;
}

/* The first mark stays, unless it was only assumed. The caller holds the lease: nobody else marks
 * at the same time. */
bool
gw_meta_mark(GwClients *clients, const char *db, const GwMark *mark, GError **error)
{
    g_autoptr(GwColl) coll = gw_coll_new(clients, db, COLLECTION);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(ID));
    g_autoptr(bson_t) doc =
        BCON_NEW("format", BCON_INT32(FORMAT), "environment", BCON_UTF8(mark->environment));
    g_autoptr(bson_t) stamp = BCON_NEW("markedAt", BCON_UTF8("$$NOW"));
    g_autoptr(bson_t) update = NULL;
    g_auto(GwMark) old = {0};

    if (!gw_meta_read_mark(clients, db, &old, error))
        return false;
    if (old.environment != NULL && (!old.is_assumed || mark->is_assumed))
        return true;
    if (mark->is_protected)
        BSON_APPEND_BOOL(doc, "protected", true);
    if (mark->is_assumed)
        BSON_APPEND_BOOL(doc, "assumed", true);
    update = gw_stamp_replace(doc, stamp);
    return gw_coll_upsert(coll, filter, update, error);
}

bool
gw_meta_set_resetting(GwClients *clients, const char *db, bool is_resetting, GError **error)
{
    g_autoptr(GwColl) coll = gw_coll_new(clients, db, COLLECTION);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(ID));
    g_autoptr(bson_t) update =
        BCON_NEW(is_resetting ? "$set" : "$unset", "{", "resetting", BCON_BOOL(true), "}");

    return gw_coll_update_one(coll, filter, update, NULL, error);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "state/meta.h"

#include "state/stamp.h"

#define COLLECTION "godwit_meta"
#define ID "godwit"

/* Grows when a format in the database changes so that an older godwit would misread it. */
#define FORMAT 1

bool
gw_meta_read(GwClients *clients, const char *db, char **out_environment, GError **error)
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
    *out_environment = meta != NULL ? g_strdup(gw_bson_get_str(meta, "environment")) : NULL;
    return true;
}

/* The first mark stays: `environment` is set where there is none. */
bool
gw_meta_mark(GwClients *clients, const char *db, const char *environment, GError **error)
{
    g_autoptr(GwColl) coll = gw_coll_new(clients, db, COLLECTION);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(ID));
    g_autoptr(bson_t) doc =
        BCON_NEW("format", BCON_INT32(FORMAT), "environment", BCON_UTF8(environment));
    g_autoptr(bson_t) kept =
        BCON_NEW("environment", "{", "$ifNull", "[", BCON_UTF8("$environment"), "{", "$literal",
                 BCON_UTF8(environment), "}", "]", "}", "markedAt", "{", "$ifNull", "[",
                 BCON_UTF8("$markedAt"), BCON_UTF8("$$NOW"), "]", "}");
    g_autoptr(bson_t) update = gw_stamp_replace(doc, kept);
    g_autofree char *mark = NULL;

    if (!gw_meta_read(clients, db, &mark, error))
        return false;
    return mark != NULL || gw_coll_upsert(coll, filter, update, error);
}

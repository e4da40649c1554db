/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/fence.h"

/* See state/lease.c: that of a lease whose record was not there. */
#define TOKEN_FIRST 1

/* What a process asked for that died, or lost the lease meanwhile, may be done by the server later
 * than what its successor asked for: where a transaction was in its way. So a token only grows. The
 * first one of all comes after another where the lease's record was removed, and nobody is in its
 * way. */
static const char *
operator_for(gint64 token)
{
    return token == TOKEN_FIRST ? "$set" : "$max";
}

/* One row each, and behind them all whatever rows there are: those of a godwit that has more. */
bool
gw_fence_raise(GwColl *journal, gint64 token, GError **error)
{
    const char *raise = operator_for(token);
    g_auto(bson_t) updates = BSON_INITIALIZER;
    g_autoptr(bson_t) all =
        BCON_NEW("q", "{", "fence", "{", "$exists", BCON_BOOL(true), "}", "}", "u", "{", raise, "{",
                 "token", BCON_INT64(token), "}", "}", "multi", BCON_BOOL(true));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    for (guint row = 0; row < GW_FENCE_ROWS; row++) {
        g_autofree char *id = g_strdup_printf("fence:%u", row);
        g_autoptr(bson_t) update =
            BCON_NEW("q", "{", "_id", BCON_UTF8(id), "}", "u", "{", "$setOnInsert", "{", "fence",
                     BCON_INT32((int32_t)row), "}", raise, "{", "token", BCON_INT64(token), "}",
                     "}", "upsert", BCON_BOOL(true));

        gw_bson_append_doc_at(&updates, row, update);
    }
    gw_bson_append_doc_at(&updates, GW_FENCE_ROWS, all);
    return gw_coll_update_many(journal, &updates, &reply, error) ||
           gw_prefix(error, "raising the fence");
}

void
gw_fence_append(bson_t *updates, guint32 index, guint row, gint64 token)
{
    g_autofree char *id = g_strdup_printf("fence:%u", row);
    g_autoptr(bson_t) update =
        BCON_NEW("q", "{", "_id", BCON_UTF8(id), "token", BCON_INT64(token), "}", "u", "{", "$inc",
                 "{", "writes", BCON_INT64(1), "}", "}");

    gw_bson_append_doc_at(updates, index, update);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/tally.h"

#include "journal/entry.h"
#include "mongo/reader.h"

/* All three fields are in the index that the journal has: no entry itself is read. */
static bson_t *
count_command(void)
{
    return BCON_NEW("aggregate", BCON_UTF8(GW_JOURNAL_COLLECTION), "pipeline", "[", "{", "$match",
                    "{", "job", "{", "$gt", BCON_MINKEY, "}", "part", BCON_INT32(0), "}", "}", "{",
                    "$group", "{", "_id", BCON_UTF8("$job"), "n", "{", "$sum", BCON_INT32(1), "}",
                    "}", "}", "]", "cursor", "{", "}");
}

GHashTable *
gw_journal_tally_new(GwClients *clients, const char *db, GError **error)
{
    g_autoptr(GHashTable) tally = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GwConn) conn = gw_conn_take(clients);
    g_autoptr(bson_t) command = count_command();
    g_autoptr(GwReader) reader = gw_reader_new(conn, db, command, NULL);
    const bson_t *group = NULL;

    for (;;) {
        bson_iter_t iter;
        char id[25];

        if (!gw_reader_next(reader, &group, error)) {
            (void)gw_prefix(error, "counting the entries of '%s.%s'", db, GW_JOURNAL_COLLECTION);
            return NULL;
        }
        if (group == NULL)
            return g_steal_pointer(&tally);
        if (!bson_iter_init_find(&iter, group, "_id") || !BSON_ITER_HOLDS_OID(&iter))
            continue;
        bson_oid_to_string(bson_iter_oid(&iter), id);
        g_hash_table_insert(tally, g_strdup(id),
                            GSIZE_TO_POINTER((gsize)gw_bson_get_int(group, "n", 0)));
    }
}

bool
gw_journal_tally_is_whole(GHashTable *tally, const GwJob *job)
{
    char id[25];

    bson_oid_to_string(&job->id, id);
    return job->status != GW_JOB_DONE ||
           (gint64)GPOINTER_TO_SIZE(g_hash_table_lookup(tally, id)) == job->entries;
}

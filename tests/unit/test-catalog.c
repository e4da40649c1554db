/* SPDX-License-Identifier: Apache-2.0 */
/* What is read off commands, and off the server before it is changed. */
#include "mongo/catalog.h"
#include "mongo/reader.h"
#include "mongo/write_facts.h"
#include "server.h"

#define DB "gw_test_catalog"

typedef struct {
    const char *command;
    const char *what;
    const char *ns;
    const char *to;
    GwLoss loss;
} FactsRow;

static const FactsRow rows[] = {
    {"{'insert': 'c', 'documents': [{'a': 1}]}", "insert", "db.c", NULL, GW_LOSS_NONE},
    {"{'update': 'c', 'updates': [{'q': {}, 'u': {'$set': {'a': 1}}}]}", "update", "db.c", NULL,
     GW_LOSS_NONE},
    {"{'update': 'c', 'updates': [{'q': {}, 'u': {'a': 1}}, {'q': {}, 'u': {'$unset': {'a': 1}}}]}",
     "$unset", "db.c", NULL, GW_LOSS_DATA},
    {"{'update': 'c', 'updates': [{'q': {}, 'u': [{'$set': {'b': 1}}, {'$unset': 'a'}]}]}",
     "$unset", "db.c", NULL, GW_LOSS_DATA},
    {"{'update': 'c', 'updates': [{'q': {}, 'u': [{'$set': {'b': 1}}]}]}", "update", "db.c", NULL,
     GW_LOSS_NONE},
    {"{'delete': 'c', 'deletes': [{'q': {}, 'limit': 1}]}", "deleteOne", "db.c", NULL,
     GW_LOSS_DATA},
    {"{'delete': 'c', 'deletes': [{'q': {}, 'limit': 1}, {'q': {}, 'limit': 0}]}", "deleteMany",
     "db.c", NULL, GW_LOSS_DATA},
    {"{'findAndModify': 'c', 'query': {}, 'remove': true}", "findOneAndDelete", "db.c", NULL,
     GW_LOSS_DATA},
    {"{'findAndModify': 'c', 'query': {}, 'update': {'$inc': {'a': 1}}}", "findAndModify", "db.c",
     NULL, GW_LOSS_NONE},
    {"{'aggregate': 'c', 'pipeline': [{'$match': {}}, {'$out': 'd'}]}", "$out", "db.d", NULL,
     GW_LOSS_DATA},
    {"{'aggregate': 'c', 'pipeline': [{'$out': {'db': 'x', 'coll': 'd'}}]}", "$out", "x.d", NULL,
     GW_LOSS_DATA},
    {"{'aggregate': 'c', 'pipeline': [{'$merge': {'into': {'db': 'x', 'coll': 'd'}}}]}", "$merge",
     "x.d", NULL, GW_LOSS_DATA},
    {"{'aggregate': 'c', 'pipeline': [{'$merge': {'into': 'd'}}]}", "$merge", "db.d", NULL,
     GW_LOSS_DATA},
    {"{'mapReduce': 'c', 'out': {'merge': 'd', 'db': 'x'}}", "mapReduce", "x.d", NULL,
     GW_LOSS_DATA},
    {"{'drop': 'c'}", "drop", "db.c", NULL, GW_LOSS_DATA},
    {"{'dropDatabase': 1}", "dropDatabase", "db", NULL, GW_LOSS_DATA},
    {"{'dropIndexes': 'c', 'index': '*'}", "dropIndexes", "db.c", NULL, GW_LOSS_DATA},
    {"{'renameCollection': 'x.a.b', 'to': 'y.c'}", "renameCollection", "x.a.b", "y.c",
     GW_LOSS_DATA},
    {"{'create': 'c'}", "create", "db.c", NULL, GW_LOSS_NONE},
    {"{'createIndexes': 'c', 'indexes': []}", "createIndexes", "db.c", NULL, GW_LOSS_NONE},
    {"{'collMod': 'c'}", "collMod", "db.c", NULL, GW_LOSS_NONE},
    {"{'createUser': 'joe'}", "createUser", "db.joe", NULL, GW_LOSS_IRREVERSIBLE},
};

/* JSON whose quotes are single, so that it can be read here. Owned. */
static bson_t *
of_relaxed(const char *text)
{
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
    bson_t *doc = bson_new_from_json((const uint8_t *)json, -1, NULL);

    g_assert_nonnull(doc);
    return doc;
}

static char *
namespace_of(const char *db, const char *coll)
{
    return coll != NULL ? g_strdup_printf("%s.%s", db, coll) : g_strdup(db);
}

/* /mongo/write-facts/a-command-tells-what-it-changes-and-what-could-be-lost */
static void
a_command_tells(void)
{
    for (guint row = 0; row < G_N_ELEMENTS(rows); row++) {
        g_autoptr(bson_t) command = of_relaxed(rows[row].command);
        GwWrite write = {.kind = gw_write_kind_of(command), .db = "db", .command = command};
        g_auto(GwWriteFacts) facts = {0};
        g_autofree char *ns = NULL;
        g_autofree char *to = NULL;

        g_test_message("%s", rows[row].command);
        gw_write_facts_read(&write, &facts);
        ns = namespace_of(facts.db, facts.coll);
        to = facts.to_db != NULL ? namespace_of(facts.to_db, facts.to_coll) : NULL;
        g_assert_cmpstr(facts.what, ==, rows[row].what);
        g_assert_cmpstr(ns, ==, rows[row].ns);
        g_assert_cmpstr(to, ==, rows[row].to);
        g_assert_cmpint(facts.loss, ==, rows[row].loss);
    }
}

static bool
add_limit(const bson_t *operation, gpointer data)
{
    *(gint64 *)data += gw_bson_get_int(operation, "limit", 0);
    return true;
}

/* /mongo/write-facts/operations-beside-a-command-are-seen-like-those-in-it */
static void
operations_beside(void)
{
    g_autoptr(bson_t) command = BCON_NEW("delete", "c");
    g_autoptr(bson_t) one = BCON_NEW("q", "{", "}", "limit", BCON_INT32(1));
    g_autoptr(GByteArray) batch = g_byte_array_new();
    gint64 sum = 0;
    GwWrite write = {
        .kind = GW_WRITE_DELETE, .db = "db", .command = command, .batch_name = "deletes"};

    for (int count = 0; count < 3; count++)
        g_byte_array_append(batch, bson_get_data(one), one->len);
    write.batch = batch->data;
    write.batch_bytes = batch->len;
    write.batch_count = 3;
    g_assert_true(gw_write_each(&write, add_limit, &sum));
    g_assert_cmpint(sum, ==, 3);
}

/* /mongo/reader/all-batches-are-read */
static void
all_batches_are_read(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwConn) conn = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) dropped = test_write(clients, DB, "{\"dropDatabase\": 1}");
    g_autoptr(bson_t) inserted = test_write(clients, DB,
                                            "{\"insert\": \"c\", \"documents\": [{\"_id\": 1}, "
                                            "{\"_id\": 2}, {\"_id\": 3}, {\"_id\": 4}]}");
    g_autoptr(bson_t) find =
        BCON_NEW("find", "c", "sort", "{", "_id", BCON_INT32(1), "}", "batchSize", BCON_INT32(2));
    g_autoptr(GwReader) reader = NULL;
    const bson_t *doc = NULL;

    conn = gw_conn_take(clients);
    reader = gw_reader_new(conn, DB, find, NULL);
    for (int id = 1; id <= 4; id++) {
        g_assert_true(gw_reader_next(reader, &doc, &error));
        g_assert_no_error(error);
        g_assert_cmpint(gw_bson_get_int(doc, "_id", 0), ==, id);
    }
    g_assert_true(gw_reader_next(reader, &doc, &error));
    g_assert_null(doc);
}

/* /mongo/catalog/a-collection-is-told-from-a-view-and-from-none */
static void
kinds_are_told(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwConn) conn = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) dropped = test_write(clients, DB, "{\"dropDatabase\": 1}");
    g_autoptr(bson_t) capped =
        test_write(clients, DB, "{\"create\": \"c\", \"capped\": true, \"size\": 4096}");
    g_autoptr(bson_t) index = test_write(
        clients, DB,
        "{\"createIndexes\": \"c\", \"indexes\": [{\"key\": {\"a\": 1}, \"name\": \"a_1\"}]}");
    g_autoptr(bson_t) view =
        test_write(clients, DB, "{\"create\": \"v\", \"viewOn\": \"c\", \"pipeline\": []}");
    g_autoptr(GwCollInfo) plain = NULL;
    g_autoptr(GwCollInfo) seen = NULL;
    g_autoptr(GwCollInfo) none = NULL;
    g_autoptr(GPtrArray) listed = NULL;

    conn = gw_conn_take(clients);
    plain = gw_catalog_get(conn, DB, "c", &error);
    g_assert_no_error(error);
    g_assert_cmpint(plain->kind, ==, GW_COLL_PLAIN);
    g_assert_true(plain->is_capped);
    g_assert_nonnull(plain->uuid);
    g_assert_cmpuint(plain->indexes->len, ==, 2);
    seen = gw_catalog_get(conn, DB, "v", &error);
    g_assert_no_error(error);
    g_assert_cmpint(seen->kind, ==, GW_COLL_VIEW);
    g_assert_cmpstr(gw_bson_get_str(seen->options, "viewOn"), ==, "c");
    none = gw_catalog_get(conn, DB, "nothing", &error);
    g_assert_no_error(error);
    g_assert_cmpint(none->kind, ==, GW_COLL_NONE);
    listed = gw_catalog_list(conn, DB, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(listed->len, ==, 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mongo/write-facts/a-command-tells-what-it-changes-and-what-could-be-lost",
                    a_command_tells);
    g_test_add_func("/mongo/write-facts/operations-beside-a-command-are-seen-like-those-in-it",
                    operations_beside);
    g_test_add_func("/mongo/reader/all-batches-are-read", all_batches_are_read);
    g_test_add_func("/mongo/catalog/a-collection-is-told-from-a-view-and-from-none",
                    kinds_are_told);
    return g_test_run();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdarg.h>

#include "server.h"

#define DB "gw_test_mongo"

static GwClients *
open_quietly(const char *uri, GError **error)
{
    return gw_clients_open(uri, "godwit/test", error);
}

static void
test_uri_errors_keep_the_password(void)
{
    static const char *const broken[] = {
        "mongodb://root:s3cret/x@host:27017/db",
        "mongodb://root:s3cret@x@host:99999999/db",
        "mongodb://root:s3cret%zz@host/db",
        "http://root:s3cret@host/db",
        "mongodb://root:s3cret@/db",
        "mongodb://host/?tlsCertificateKeyFilePassword=s3cret&w=%zz",
        "mongodb://root:s3cret@host:port",
        "s3cret",
    };

    for (size_t uri = 0; uri < G_N_ELEMENTS(broken); uri++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GwClients) clients = open_quietly(broken[uri], &error);

        if (clients != NULL) {
            g_assert_null(strstr(gw_clients_masked_uri(clients), "s3cret"));
            continue;
        }
        g_assert_error(error, GW_ERROR, GW_ERROR_CONFIG);
        g_assert_null(strstr(error->message, "s3cret"));
        g_assert_nonnull(gw_error_hint(error));
    }
}

static void
test_masked_uri_hides_user_and_password(void)
{
    static const char *const cases[][2] = {
        {"mongodb://root:s3cret@h1:1,h2:2/shop?replicaSet=rs0&authSource=admin",
         "mongodb://***:***@h1:1,h2:2/shop?replicaSet=rs0&authSource=admin"},
        {"mongodb://h1/shop", "mongodb://h1:27017/shop"},
        {"mongodb://h1", "mongodb://h1:27017"},
        {"mongodb://h1/?tls=true&tlsCertificateKeyFilePassword=s3cret",
         "mongodb://h1:27017/?tls=true&tlsCertificateKeyFilePassword=***"},
        {"mongodb://a%40b:c%2Fd@h1/x?appName=q", "mongodb://***:***@h1:27017/x?appName=q"},
    };

    for (size_t row = 0; row < G_N_ELEMENTS(cases); row++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GwClients) clients = open_quietly(cases[row][0], &error);

        g_assert_no_error(error);
        g_assert_cmpstr(gw_clients_masked_uri(clients), ==, cases[row][1]);
    }
}

static void
test_unreachable_server_is_given_up_in_time(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GwClients) clients =
        open_quietly("mongodb://u:s3cret@127.0.0.1:1/x?serverSelectionTimeoutMS=300", &error);
    gint64 begin = g_get_monotonic_time();

    g_assert_no_error(error);
    g_assert_false(gw_clients_connect(clients, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_CONNECTION);
    g_assert_null(strstr(error->message, "s3cret"));
    g_assert_nonnull(strstr(error->message, "127.0.0.1:1"));
    g_assert_nonnull(gw_error_hint(error));
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 3 * G_TIME_SPAN_SECOND);
    g_test_message("%s", error->message);
}

static void
test_default_patience_is_ten_seconds(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GwClients) clients = open_quietly("mongodb://127.0.0.1:1/x", &error);
    gint64 begin = g_get_monotonic_time();

    g_assert_false(gw_clients_connect(clients, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_CONNECTION);
    g_assert_cmpint(g_get_monotonic_time() - begin, >, 8 * G_TIME_SPAN_SECOND);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 12 * G_TIME_SPAN_SECOND);
}

static void
test_server_says_what_it_is(void)
{
    g_autoptr(GwClients) clients = test_clients();
    const GwServerInfo *server = gw_clients_server(clients);

    g_assert_nonnull(server->version);
    g_assert_nonnull(server->set_name);
    g_assert_true(server->has_transactions);
    g_assert_false(server->is_mongos);
    g_assert_cmpint(server->max_bson_bytes, ==, 16 * 1024 * 1024);
}

static void
fill(GwClients *clients, int count)
{
    g_autoptr(GwColl) coll = gw_coll_new(clients, DB, "numbers");

    test_drop(clients, DB);
    for (int n = 0; n < count; n++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(bson_t) doc = BCON_NEW("_id", BCON_INT32(n));

        gw_coll_insert(coll, doc, &error);
        g_assert_no_error(error);
    }
}

static gint64
get_more(GwConn *conn, gint64 cursor, GwSession *session, GError **error)
{
    g_autoptr(bson_t) more = BCON_NEW("getMore", BCON_INT64(cursor), "collection", "numbers",
                                      "batchSize", BCON_INT32(2));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    gw_command_read(conn, DB, more, session, &reply, error);
    return gw_bson_get_int(&reply, "cursor.id", -1);
}

static void
test_cursor_is_read_on_from_any_connection(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwConn) first = NULL;
    g_autoptr(GwConn) second = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) find = BCON_NEW("find", "numbers", "batchSize", BCON_INT32(2));
    g_autoptr(bson_t) count = BCON_NEW("count", "numbers");
    gint64 cursor = 0;

    fill(clients, 7);
    first = gw_conn_take(clients);
    second = gw_conn_take(clients);
    for (int round = 0; round < 2; round++) {
        GwConn *opener = round == 0 ? first : second;
        GwConn *other = round == 0 ? second : first;
        g_auto(bson_t) reply = BSON_INITIALIZER;
        g_auto(bson_t) counted = BSON_INITIALIZER;

        gw_command_read(opener, DB, find, NULL, &reply, &error);
        g_assert_no_error(error);
        gw_command_read(other, DB, count, NULL, &counted, &error);
        g_assert_no_error(error);
        cursor = gw_bson_get_int(&reply, "cursor.id", 0);
        g_assert_cmpint(cursor, !=, 0);
        g_assert_cmpint(get_more(other, cursor, NULL, &error), ==, cursor);
        g_assert_no_error(error);
        g_assert_cmpint(get_more(opener, cursor, NULL, &error), ==, cursor);
        g_assert_no_error(error);
        g_assert_cmpint(get_more(other, cursor, NULL, &error), ==, 0);
        g_assert_no_error(error);
    }
}

static void
test_cursor_of_a_session_stays_in_it(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GError) error = NULL;
    g_autoptr(GwSession) session = NULL;
    g_autoptr(bson_t) find = BCON_NEW("find", "numbers", "batchSize", BCON_INT32(2));

    fill(clients, 5);
    session = gw_session_begin(clients, NULL, &error);
    g_assert_no_error(error);
    for (int round = 0; round < 2; round++) {
        g_auto(bson_t) reply = BSON_INITIALIZER;
        GwConn *conn = gw_session_conn(session);
        gint64 cursor = 0;

        if (round == 1)
            gw_session_transaction_begin(session, NULL, &error);
        gw_command_read(conn, DB, find, session, &reply, &error);
        g_assert_no_error(error);
        cursor = gw_bson_get_int(&reply, "cursor.id", 0);
        g_assert_cmpint(get_more(conn, cursor, session, &error), ==, cursor);
        g_assert_cmpint(get_more(conn, cursor, session, &error), ==, 0);
        g_assert_no_error(error);
    }
    g_assert_true(gw_session_transaction_commit(session, &error));
}

static void
test_concerns_in_a_command_are_not_doubled(void)
{
    g_autofree char *sep = g_strdup(strchr(test_uri(), '?') != NULL ? "&" : "/?");
    g_autofree char *uri = g_strconcat(test_uri(), sep,
                                       "readConcernLevel=majority&w=majority"
                                       "&readPreference=primaryPreferred",
                                       NULL);
    g_autoptr(GwClients) clients = test_clients_at(uri);
    g_autoptr(bson_t) ping = NULL;
    g_autoptr(bson_t) list = NULL;
    g_autoptr(bson_t) find = NULL;
    g_autoptr(bson_t) create = NULL;
    g_autoptr(bson_t) log = NULL;

    fill(clients, 3);
    ping = test_read(clients, DB, "{\"ping\": 1}");
    list = test_read(clients, DB, "{\"listIndexes\": \"numbers\"}");
    find = test_read(clients, DB,
                     "{\"find\": \"numbers\", \"readConcern\": {\"level\": \"local\"}, "
                     "\"$readPreference\": {\"mode\": \"secondaryPreferred\"}}");
    create = test_write(clients, DB, "{\"create\": \"c\", \"writeConcern\": {\"w\": 1}}");
    log = test_write(clients, "admin", "{\"setParameter\": 1, \"logLevel\": 0}");
    g_assert_true(gw_bson_has(find, "cursor.firstBatch.2"));
}

static void
test_server_errors_keep_their_facts(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwConn) conn = gw_conn_take(clients);
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) find =
        BCON_NEW("find", "numbers", "filter", "{", "$nope", BCON_INT32(1), "}");
    g_auto(bson_t) reply = BSON_INITIALIZER;

    g_assert_false(gw_command_read(conn, DB, find, NULL, &reply, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_SERVER);
    g_assert_cmpint(gw_error_info(error)->server_code, ==, 2);
    g_assert_cmpstr(gw_error_info(error)->server_name, ==, "BadValue");
    g_assert_cmpstr(error->message, ==, gw_bson_get_str(&reply, "errmsg"));
}

static void
test_labels_come_with_the_error(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwSession) session = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) find = BCON_NEW("find", "numbers");
    g_auto(bson_t) reply = BSON_INITIALIZER;

    fill(clients, 1);
    session = gw_session_begin(clients, NULL, &error);
    g_assert_true(gw_session_transaction_begin(session, NULL, &error));
    test_fail_command(clients, 1,
                      "{\"failCommands\": [\"find\"], \"errorCode\": 112, "
                      "\"errorLabels\": [\"TransientTransactionError\"]}");
    g_assert_false(gw_command_read(gw_session_conn(session), DB, find, session, &reply, &error));
    g_assert_true(gw_error_has_label(error, "TransientTransactionError"));
    g_assert_cmpint(gw_error_info(error)->server_code, ==, 112);
}

static void
test_read_is_sent_again_after_a_step_down(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(bson_t) reply = NULL;

    fill(clients, 3);
    test_fail_command(clients, 1,
                      "{\"failCommands\": [\"find\"], \"closeConnection\": true, "
                      "\"appName\": \"godwit/test\"}");
    reply = test_read(clients, DB, "{\"find\": \"numbers\"}");
    g_assert_true(gw_bson_has(reply, "cursor.firstBatch.2"));
}

static void
test_aborted_transaction_leaves_nothing(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwWriter) writer = gw_writer_server_new();
    g_autoptr(GwSession) session = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) doc = BCON_NEW("_id", BCON_INT32(99));
    g_autoptr(bson_t) insert = BCON_NEW("insert", "numbers");
    g_autoptr(bson_t) count = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    GwWrite write = {.kind = GW_WRITE_INSERT,
                     .db = DB,
                     .command = insert,
                     .batch_name = "documents",
                     .batch = bson_get_data(doc),
                     .batch_bytes = doc->len,
                     .batch_count = 1};

    fill(clients, 3);
    session = gw_session_begin(clients, NULL, &error);
    write.session = session;
    g_assert_true(gw_session_transaction_begin(session, NULL, &error));
    g_assert_true(gw_session_in_transaction(session));
    gw_writer_apply(writer, gw_session_conn(session), &write, &reply, &error);
    g_assert_no_error(error);
    g_assert_cmpint(gw_bson_get_int(&reply, "n", 0), ==, 1);
    g_assert_true(gw_session_transaction_abort(session, &error));
    count = test_read(clients, DB, "{\"count\": \"numbers\"}");
    g_assert_cmpint(gw_bson_get_int(count, "n", -1), ==, 3);
}

static void
test_transaction_options_reach_the_server(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) options =
        BCON_NEW("causalConsistency", BCON_BOOL(false), "defaultTransactionOptions", "{",
                 "writeConcern", "{", "w", "majority", "j", BCON_BOOL(true), "}", "}");
    g_autoptr(bson_t) transaction =
        BCON_NEW("readConcern", "{", "level", "snapshot", "}", "readPreference", "primary",
                 "maxCommitTimeMS", BCON_INT32(5000), "writeConcern", "{", "w", BCON_INT32(1), "}");
    g_autoptr(bson_t) secondary = BCON_NEW("readPreference", "{", "mode", "secondary", "}");
    g_autoptr(bson_t) find = BCON_NEW("find", "numbers");
    g_autoptr(GwSession) session = gw_session_begin(clients, options, &error);
    g_auto(bson_t) reply = BSON_INITIALIZER;

    g_assert_no_error(error);
    g_assert_true(gw_bson_has(gw_session_lsid(session), "id"));
    g_assert_true(gw_session_transaction_begin(session, transaction, &error));
    g_assert_true(gw_command_read(gw_session_conn(session), DB, find, session, &reply, &error));
    g_assert_true(gw_session_transaction_commit(session, &error));
    g_assert_false(gw_session_transaction_begin(session, secondary, &error));
    g_assert_nonnull(strstr(error->message, "must be primary"));
}

static void
test_duplicate_key_is_told_with_the_collection(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwColl) coll = gw_coll_new(clients, DB, "numbers");
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) doc = BCON_NEW("_id", BCON_INT32(0));

    fill(clients, 1);
    g_assert_false(gw_coll_insert(coll, doc, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_SERVER);
    g_assert_cmpint(gw_error_info(error)->server_code, ==, 11000);
    g_assert_nonnull(strstr(error->message, "'" DB ".numbers'"));
}

static void
test_collection_does_what_it_says(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwColl) coll = gw_coll_new(clients, DB, "numbers");
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) all = bson_new();
    g_autoptr(bson_t) three = BCON_NEW("_id", BCON_INT32(3));
    g_autoptr(bson_t) ninety = BCON_NEW("_id", BCON_INT32(90));
    g_autoptr(bson_t) set = BCON_NEW("$set", "{", "a", BCON_INT32(1), "}");
    g_autoptr(bson_t) pipeline = BCON_NEW("0", "{", "$set", "{", "at", "$$NOW", "}", "}");
    g_autoptr(bson_t) last = BCON_NEW("sort", "{", "_id", BCON_INT32(-1), "}");
    g_autoptr(bson_t) keys = BCON_NEW("a", BCON_INT32(1), "b", BCON_INT32(-1));
    g_autoptr(bson_t) changed = NULL;
    g_autoptr(bson_t) found = NULL;
    g_autoptr(bson_t) none = NULL;
    g_autoptr(bson_t) indexes = NULL;
    g_autoptr(GPtrArray) docs = NULL;
    gint64 count = -1;

    fill(clients, 250);
    docs = gw_coll_find(coll, all, last, &error);
    g_assert_cmpuint(docs->len, ==, 250); /* more than a first batch of 101 */
    g_assert_cmpint(gw_bson_get_int(g_ptr_array_index(docs, 0), "_id", -1), ==, 249);
    g_assert_true(gw_coll_update_one(coll, three, set, &count, &error));
    g_assert_cmpint(count, ==, 1);
    g_assert_true(gw_coll_update_one(coll, ninety, set, NULL, &error));
    g_assert_true(gw_coll_find_and_modify(coll, three, pipeline, false, &changed, &error));
    g_assert_true(gw_bson_has(changed, "at"));
    g_assert_true(gw_coll_delete_one(coll, ninety, &count, &error));
    g_assert_cmpint(count, ==, 1);
    g_assert_true(gw_coll_find_and_modify(coll, ninety, set, false, &none, &error));
    g_assert_null(none);
    g_assert_true(gw_coll_upsert(coll, ninety, set, &error));
    g_assert_true(gw_coll_find_one(coll, ninety, NULL, &found, &error));
    g_assert_cmpint(gw_bson_get_int(found, "a", -1), ==, 1);
    g_assert_true(gw_coll_create_index(coll, keys, NULL, &error));
    indexes = test_read(clients, DB, "{\"listIndexes\": \"numbers\"}");
    g_assert_cmpstr(gw_bson_get_str(indexes, "cursor.firstBatch.1.name"), ==, "a_1_b_-1");
    g_assert_true(gw_coll_delete_many(coll, all, &count, &error));
    g_assert_cmpint(count, ==, 250);
    g_assert_no_error(error);
}

static void
check_reading(const char *json, bool reads)
{
    g_autoptr(bson_t) command = bson_new_from_json((const uint8_t *)json, -1, NULL);

    g_assert_nonnull(command);
    if (gw_command_is_read(command) != reads)
        g_error("%s counts as %s", json, reads ? "writing" : "reading");
}

static void
test_commands_are_told_apart(void)
{
    check_reading("{\"find\": \"a\"}", true);
    check_reading("{\"aggregate\": \"a\", \"pipeline\": [{\"$match\": {\"$out\": 1}}]}", true);
    check_reading("{\"aggregate\": \"a\", \"pipeline\": [{\"$match\": {}}, {\"$out\": \"b\"}]}",
                  false);
    check_reading("{\"aggregate\": 1, \"pipeline\": [{\"$merge\": {\"into\": \"b\"}}]}", false);
    check_reading("{\"explain\": {\"delete\": \"a\"}}", true);
    check_reading("{\"mapReduce\": \"a\", \"out\": {\"inline\": 1}}", true);
    check_reading("{\"mapReduce\": \"a\", \"out\": \"b\"}", false);
    check_reading("{\"mapReduce\": \"a\", \"out\": {\"replace\": \"b\"}}", false);
    check_reading("{\"validate\": \"a\"}", true);
    check_reading("{\"validate\": \"a\", \"repair\": true}", false);
    check_reading("{\"profile\": -1}", true);
    check_reading("{\"profile\": 2}", false);
    check_reading("{\"createUser\": \"a\"}", false);
    check_reading("{\"bulkWrite\": 1}", false);
    check_reading("{\"someCommandOfTheFuture\": 1}", false);
    check_reading("{}", false);
}

static void
check_kind(const char *json, GwWriteKind kind)
{
    g_autoptr(bson_t) command = bson_new_from_json((const uint8_t *)json, -1, NULL);

    g_assert_cmpint(gw_write_kind_of(command), ==, kind);
}

static void
test_writes_have_their_kind(void)
{
    check_kind("{\"insert\": \"a\"}", GW_WRITE_INSERT);
    check_kind("{\"findandmodify\": \"a\"}", GW_WRITE_FIND_AND_MODIFY);
    check_kind("{\"aggregate\": \"a\"}", GW_WRITE_AGGREGATE);
    check_kind("{\"deleteIndexes\": \"a\"}", GW_WRITE_DROP_INDEXES);
    check_kind("{\"renameCollection\": \"a\"}", GW_WRITE_RENAME);
    check_kind("{\"collMod\": \"a\"}", GW_WRITE_COLL_MOD);
    check_kind("{\"grantRolesToUser\": \"a\"}", GW_WRITE_OTHER);
}

static void
test_read_refuses_what_writes(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwConn) conn = gw_conn_take(clients);
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) drop = BCON_NEW("drop", "numbers");
    g_auto(bson_t) reply = BSON_INITIALIZER;

    g_assert_false(gw_command_read(conn, DB, drop, NULL, &reply, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_BUG);
}

static void *
take_and_ping(void *data)
{
    for (int round = 0; round < 20; round++) {
        g_autoptr(bson_t) reply = test_read(data, DB, "{\"ping\": 1}");

        g_assert_true(bson_has_field(reply, "ok"));
    }
    return NULL;
}

static void
test_more_threads_than_connections_share_them(void)
{
    g_autoptr(GwClients) clients = test_clients();
    pthread_t threads[80];

    for (size_t thread = 0; thread < G_N_ELEMENTS(threads); thread++)
        g_assert_cmpint(pthread_create(&threads[thread], NULL, take_and_ping, clients), ==, 0);
    for (size_t thread = 0; thread < G_N_ELEMENTS(threads); thread++)
        pthread_join(threads[thread], NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mongo/uri/errors-keep-the-password-secret",
                    test_uri_errors_keep_the_password);
    g_test_add_func("/mongo/uri/masked-one-hides-user-and-password",
                    test_masked_uri_hides_user_and_password);
    g_test_add_func("/mongo/client/unreachable-server-is-given-up-in-time",
                    test_unreachable_server_is_given_up_in_time);
    g_test_add_func("/mongo/client/default-patience-is-ten-seconds",
                    test_default_patience_is_ten_seconds);
    g_test_add_func("/mongo/client/server-says-what-it-is", test_server_says_what_it_is);
    g_test_add_func("/mongo/client/more-threads-than-connections-share-them",
                    test_more_threads_than_connections_share_them);
    g_test_add_func("/mongo/command/cursor-is-read-on-from-any-connection",
                    test_cursor_is_read_on_from_any_connection);
    g_test_add_func("/mongo/command/cursor-of-a-session-stays-in-it",
                    test_cursor_of_a_session_stays_in_it);
    g_test_add_func("/mongo/command/concerns-are-not-doubled",
                    test_concerns_in_a_command_are_not_doubled);
    g_test_add_func("/mongo/command/server-errors-keep-their-facts",
                    test_server_errors_keep_their_facts);
    g_test_add_func("/mongo/command/labels-come-with-the-error", test_labels_come_with_the_error);
    g_test_add_func("/mongo/command/read-is-sent-again-after-a-lost-connection",
                    test_read_is_sent_again_after_a_step_down);
    g_test_add_func("/mongo/command/reads-and-writes-are-told-apart", test_commands_are_told_apart);
    g_test_add_func("/mongo/command/read-refuses-what-writes", test_read_refuses_what_writes);
    g_test_add_func("/mongo/writer/kinds-of-writes", test_writes_have_their_kind);
    g_test_add_func("/mongo/session/aborted-transaction-leaves-nothing",
                    test_aborted_transaction_leaves_nothing);
    g_test_add_func("/mongo/session/transaction-options-reach-the-server",
                    test_transaction_options_reach_the_server);
    g_test_add_func("/mongo/coll/duplicate-key-names-the-collection",
                    test_duplicate_key_is_told_with_the_collection);
    g_test_add_func("/mongo/coll/each-function-does-what-it-says",
                    test_collection_does_what_it_says);
    return g_test_run();
}

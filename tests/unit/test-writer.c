/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"

#define DB "gw_test_writer"

/* Documents one behind the other, as a GwWrite wants them. */
static void
add(GByteArray *batch, const bson_t *doc)
{
    g_byte_array_append(batch, bson_get_data(doc), doc->len);
}

static GwWrite
write_of(GwWriteKind kind, const bson_t *command, const char *name, const GByteArray *batch,
         size_t count)
{
    return (GwWrite){.kind = kind,
                     .db = DB,
                     .command = command,
                     .batch_name = name,
                     .batch = batch->data,
                     .batch_bytes = batch->len,
                     .batch_count = count};
}

static bool
apply(GwClients *clients, GwWriter *writer, const GwWrite *write, bson_t *out_reply, GError **error)
{
    g_autoptr(GwConn) conn = gw_conn_take(clients);

    return gw_writer_apply(writer, conn, write, out_reply, error);
}

/* Insert _id 0 to count - 1, each filled up with `padding` bytes; the reply is owned. */
static bson_t *
insert_many(GwClients *clients, GwWriter *writer, int count, size_t padding, bool is_ordered)
{
    g_autoptr(GByteArray) batch = g_byte_array_new();
    g_autofree char *text = g_strnfill(padding, 'x');
    g_autoptr(bson_t) command =
        BCON_NEW("insert", "things", "ordered", BCON_BOOL(is_ordered), "comment", "test");
    g_autoptr(GError) error = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    GwWrite write = {0};

    for (int id = 0; id < count; id++) {
        g_autoptr(bson_t) doc = BCON_NEW("_id", BCON_INT32(id), "text", BCON_UTF8(text));

        add(batch, doc);
    }
    write = write_of(GW_WRITE_INSERT, command, "documents", batch, (size_t)count);
    apply(clients, writer, &write, &reply, &error);
    g_assert_no_error(error);
    return bson_copy(&reply);
}

static gint64
count_things(GwClients *clients)
{
    g_autoptr(bson_t) reply = test_read(clients, DB, "{\"count\": \"things\"}");

    return gw_bson_get_int(reply, "n", -1);
}

static gint64
count_commands(GwClients *clients, const char *name)
{
    g_autoptr(bson_t) reply = test_read(clients, "admin", "{\"serverStatus\": 1}");
    g_autofree char *path = g_strdup_printf("metrics.commands.%s.total", name);

    return gw_bson_get_int(reply, path, -1);
}

static void
test_big_batch_goes_out_in_parts(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwWriter) writer = gw_writer_server_new();
    g_autoptr(bson_t) reply = NULL;
    gint64 before = 0;

    test_drop(clients, DB);
    before = count_commands(clients, "insert");
    reply = insert_many(clients, writer, 50, 1000000, true);
    g_assert_cmpint(gw_bson_get_int(reply, "n", 0), ==, 50);
    g_assert_cmpint(gw_bson_get_int(reply, "ok", 0), ==, 1);
    g_assert_cmpint(count_things(clients), ==, 50);
    g_assert_cmpint(count_commands(clients, "insert") - before, ==, 4);
}

static void
test_more_operations_than_one_command_takes(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwWriter) writer = gw_writer_server_new();
    g_autoptr(bson_t) reply = NULL;

    test_drop(clients, DB);
    reply = insert_many(clients, writer, 100001, 1, true);
    g_assert_cmpint(gw_bson_get_int(reply, "n", 0), ==, 100001);
    g_assert_cmpint(count_things(clients), ==, 100001);
}

static void
test_largest_document_still_fits(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwWriter) writer = gw_writer_server_new();
    g_autoptr(bson_t) inserted = NULL;
    g_autoptr(GByteArray) batch = g_byte_array_new();
    g_autoptr(bson_t) command = BCON_NEW("update", "things", "comment", "the largest");
    g_autoptr(bson_t) doc = BCON_NEW("q", "{", "_id", BCON_INT32(0), "}");
    g_autofree char *text = g_strnfill(16 * 1024 * 1024 - 27, 'y');
    g_autoptr(GError) error = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    GwWrite write = {0};

    test_drop(clients, DB);
    /* 27: the document's own length and NUL, _id, and the field's type, name, length and NUL. */
    inserted = insert_many(clients, writer, 1, 16 * 1024 * 1024 - 27 - 1, true);
    g_assert_cmpint(gw_bson_get_int(inserted, "n", 0), ==, 1);
    g_assert_false(gw_bson_has(inserted, "writeErrors"));
    BCON_APPEND(doc, "u", "{", "text", BCON_UTF8(text), "}");
    add(batch, doc);
    write = write_of(GW_WRITE_UPDATE, command, "updates", batch, 1);
    apply(clients, writer, &write, &reply, &error);
    g_assert_no_error(error);
    g_assert_false(gw_bson_has(&reply, "writeErrors"));
    g_assert_cmpint(gw_bson_get_int(&reply, "nModified", 0), ==, 1);
}

static void
test_ordered_batch_stops_at_its_first_error(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwWriter) writer = gw_writer_server_new();
    g_autoptr(bson_t) first = NULL;
    g_autoptr(bson_t) reply = NULL;
    g_autoptr(bson_t) gone = NULL;

    test_drop(clients, DB);
    first = insert_many(clients, writer, 50, 1000000, true);
    gone = test_write(clients, DB,
                      "{\"delete\": \"things\", \"deletes\": "
                      "[{\"q\": {\"_id\": {\"$lt\": 20}}, \"limit\": 0}]}");
    /* 0 to 19 are free, 20 lies in the second command. */
    reply = insert_many(clients, writer, 50, 1000000, true);
    g_assert_cmpint(gw_bson_get_int(reply, "n", -1), ==, 20);
    g_assert_cmpint(gw_bson_get_int(reply, "writeErrors.0.index", -1), ==, 20);
    g_assert_cmpint(gw_bson_get_int(reply, "writeErrors.0.code", -1), ==, 11000);
    g_assert_false(gw_bson_has(reply, "writeErrors.1"));
}

static void
test_unordered_batch_goes_on(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwWriter) writer = gw_writer_server_new();
    g_autoptr(bson_t) first = NULL;
    g_autoptr(bson_t) reply = NULL;
    g_autoptr(bson_t) gone = NULL;

    test_drop(clients, DB);
    first = insert_many(clients, writer, 50, 1000000, false);
    gone = test_write(clients, DB,
                      "{\"delete\": \"things\", \"deletes\": "
                      "[{\"q\": {\"_id\": {\"$nin\": [3, 30, 49]}}, \"limit\": 0}]}");
    reply = insert_many(clients, writer, 50, 1000000, false);
    g_assert_cmpint(gw_bson_get_int(reply, "n", -1), ==, 47);
    g_assert_cmpint(gw_bson_get_int(reply, "writeErrors.0.index", -1), ==, 3);
    g_assert_cmpint(gw_bson_get_int(reply, "writeErrors.1.index", -1), ==, 30);
    g_assert_cmpint(gw_bson_get_int(reply, "writeErrors.2.index", -1), ==, 49);
}

static void
test_upserts_tell_their_place_in_the_batch(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwWriter) writer = gw_writer_tally_new(gw_writer_server_new());
    g_autoptr(GByteArray) batch = g_byte_array_new();
    g_autoptr(bson_t) command = BCON_NEW("update", "things");
    g_autofree char *text = g_strnfill(9 * 1024 * 1024, 'x');
    g_autoptr(GError) error = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    GwWrite write = {0};

    test_drop(clients, DB);
    for (int id = 0; id < 3; id++) {
        g_autoptr(bson_t) operation =
            BCON_NEW("q", "{", "_id", BCON_INT32(id), "}", "u", "{", "$set", "{", "text",
                     BCON_UTF8(text), "}", "}", "upsert", BCON_BOOL(id != 1));

        add(batch, operation);
    }
    write = write_of(GW_WRITE_UPDATE, command, "updates", batch, 3);
    apply(clients, writer, &write, &reply, &error);
    g_assert_no_error(error);
    g_assert_cmpint(gw_bson_get_int(&reply, "n", -1), ==, 2);
    g_assert_cmpint(gw_bson_get_int(&reply, "nModified", -1), ==, 0);
    g_assert_cmpint(gw_bson_get_int(&reply, "upserted.0.index", -1), ==, 0);
    g_assert_cmpint(gw_bson_get_int(&reply, "upserted.1.index", -1), ==, 2);
    g_assert_cmpint(gw_bson_get_int(&reply, "upserted.1._id", -1), ==, 2);
    g_assert_cmpint(gw_writer_tally_counts(writer).upserted, ==, 2);
    g_assert_cmpint(gw_writer_tally_counts(writer).matched, ==, 0);
}

/* Fail the second insert of three so that it is sent again: nothing may be there twice. */
static void
test_lost_connection_is_survived_once(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwWriter) writer = gw_writer_server_new();
    g_autoptr(bson_t) reply = NULL;

    test_drop(clients, DB);
    test_fail_command(clients, 1,
                      "{\"failCommands\": [\"insert\"], \"closeConnection\": true, "
                      "\"appName\": \"godwit/test\"}");
    reply = insert_many(clients, writer, 40, 1000000, true);
    g_assert_cmpint(gw_bson_get_int(reply, "n", 0), ==, 40);
    g_assert_cmpint(count_things(clients), ==, 40);

    test_drop(clients, DB);
    test_fail_command(clients, 1,
                      "{\"failCommands\": [\"insert\"], \"appName\": \"godwit/test\", "
                      "\"writeConcernError\": {\"code\": 91, \"errmsg\": \"shutting down\", "
                      "\"errorLabels\": [\"RetryableWriteError\"]}}");
    g_clear_pointer(&reply, bson_destroy);
    reply = insert_many(clients, writer, 40, 1000000, true);
    g_assert_cmpint(gw_bson_get_int(reply, "n", 0), ==, 40);
    g_assert_cmpint(count_things(clients), ==, 40);
}

static void
test_failure_half_way_says_how_far_it_came(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwWriter) writer = gw_writer_tally_new(gw_writer_server_new());
    g_autoptr(GByteArray) batch = g_byte_array_new();
    g_autofree char *text = g_strnfill(6000000, 'x');
    g_autoptr(bson_t) command = BCON_NEW("insert", "things");
    g_autoptr(bson_t) off = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    GwWrite write = {0};

    test_drop(clients, DB);
    for (int id = 0; id < 6; id++) {
        g_autoptr(bson_t) doc = BCON_NEW("_id", BCON_INT32(id), "text", BCON_UTF8(text));

        add(batch, doc);
    }
    write = write_of(GW_WRITE_INSERT, command, "documents", batch, 6);
    off = test_write(clients, "admin",
                     "{\"configureFailPoint\": \"failCommand\", \"mode\": {\"skip\": 1}, "
                     "\"data\": {\"failCommands\": [\"insert\"], \"errorCode\": 8000, "
                     "\"appName\": \"godwit/test\"}}");
    g_assert_false(apply(clients, writer, &write, &reply, &error));
    g_clear_pointer(&off, bson_destroy);
    off = test_write(clients, "admin",
                     "{\"configureFailPoint\": \"failCommand\", \"mode\": \"off\"}");
    g_assert_cmpint(gw_error_info(error)->server_code, ==, 8000);
    g_assert_cmpint(gw_bson_get_int(&reply, "n", -1), ==, 2);
    g_assert_cmpint(gw_bson_get_int(&reply, "ok", -1), ==, 0);
    g_assert_cmpint(gw_writer_tally_counts(writer).inserted, ==, 2);
    g_assert_cmpint(count_things(clients), ==, 2);
}

static void
test_write_concern_error_is_an_answer(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(bson_t) made = NULL;
    g_autoptr(bson_t) reply = NULL;

    test_drop(clients, DB);
    test_fail_command(clients, 1,
                      "{\"failCommands\": [\"create\"], \"appName\": \"godwit/test\", "
                      "\"writeConcernError\": {\"code\": 64, \"errmsg\": \"waited\"}}");
    made = test_write(clients, DB, "{\"create\": \"c\", \"writeConcern\": {\"w\": 1}}");
    g_assert_cmpint(gw_bson_get_int(made, "writeConcernError.code", 0), ==, 64);
    reply = test_read(clients, DB, "{\"listCollections\": 1}");
    g_assert_cmpstr(gw_bson_get_str(reply, "cursor.firstBatch.0.name"), ==, "c");
}

static void
test_unacknowledged_write_is_sent(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(bson_t) reply = NULL;
    gint64 waited = 0;

    test_drop(clients, DB);
    reply = test_write(clients, DB,
                       "{\"insert\": \"things\", \"documents\": [{\"a\": 1}], "
                       "\"writeConcern\": {\"w\": 0}}");
    for (; count_things(clients) == 0 && waited < 100; waited++)
        g_usleep(20000);
    g_assert_cmpint(count_things(clients), ==, 1);
}

static GwWriteCounts
tally(GwClients *clients, const char *json)
{
    g_autoptr(GwWriter) writer = gw_writer_tally_new(gw_writer_server_new());
    g_autoptr(bson_t) command = bson_new_from_json((const uint8_t *)json, -1, NULL);
    g_autoptr(GError) error = NULL;
    GwWrite write = {.kind = gw_write_kind_of(command), .db = DB, .command = command};
    g_auto(bson_t) reply = BSON_INITIALIZER;

    apply(clients, writer, &write, &reply, &error);
    g_assert_no_error(error);
    return gw_writer_tally_counts(writer);
}

static void
test_tally_counts_what_was_done(void)
{
    g_autoptr(GwClients) clients = test_clients();
    GwWriteCounts counts = {0};

    test_drop(clients, DB);
    counts = tally(clients, "{\"insert\": \"things\", \"documents\": [{\"_id\": 1}, {\"_id\": 2}, "
                            "{\"_id\": 3, \"a\": 1}]}");
    g_assert_cmpint(counts.inserted, ==, 3);
    counts = tally(clients, "{\"update\": \"things\", \"updates\": [{\"q\": {}, \"u\": {\"$set\": "
                            "{\"a\": 1}}, \"multi\": true}]}");
    g_assert_cmpint(counts.matched, ==, 3);
    g_assert_cmpint(counts.modified, ==, 2);
    counts = tally(clients, "{\"findAndModify\": \"things\", \"query\": {\"_id\": 1}, "
                            "\"update\": {\"$set\": {\"a\": 2}}}");
    g_assert_cmpint(counts.modified, ==, 1);
    counts = tally(clients, "{\"findAndModify\": \"things\", \"query\": {\"_id\": 7}, "
                            "\"update\": {\"$set\": {\"a\": 2}}, \"upsert\": true}");
    g_assert_cmpint(counts.upserted, ==, 1);
    counts = tally(clients, "{\"findAndModify\": \"things\", \"query\": {\"_id\": 8}, "
                            "\"remove\": true}");
    g_assert_cmpint(counts.deleted, ==, 0);
    counts = tally(clients, "{\"delete\": \"things\", \"deletes\": [{\"q\": {}, \"limit\": 0}]}");
    g_assert_cmpint(counts.deleted, ==, 4);
    counts = tally(clients, "{\"aggregate\": \"things\", \"pipeline\": [{\"$out\": \"b\"}], "
                            "\"cursor\": {}}");
    g_assert_cmpint(counts.inserted, ==, 0);
}

static void
test_tally_starts_again_after_a_reset(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwWriter) writer = gw_writer_tally_new(gw_writer_server_new());
    g_autoptr(bson_t) reply = NULL;

    test_drop(clients, DB);
    reply = insert_many(clients, writer, 2, 1, true);
    g_assert_cmpint(gw_writer_tally_counts(writer).inserted, ==, 2);
    gw_writer_tally_reset(writer);
    g_assert_cmpint(gw_writer_tally_counts(writer).inserted, ==, 0);
}

/* What was written outside a transaction in the script's session is seen by its next read, and
 * retrying it does not disturb the numbers of its transactions. */
static void
test_session_takes_turns_with_retried_writes(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwWriter) writer = gw_writer_server_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GwSession) session = NULL;
    g_autoptr(bson_t) command = BCON_NEW("insert", "things");
    g_autoptr(bson_t) count = BCON_NEW("count", "things");

    test_drop(clients, DB);
    g_clear_pointer(&session, gw_session_free);
    session = gw_session_begin(clients, NULL, &error);
    for (int round = 0; round < 6; round++) {
        g_autoptr(bson_t) doc = BCON_NEW("_id", BCON_INT32(round));
        g_autoptr(GByteArray) batch = g_byte_array_new();
        g_auto(bson_t) reply = BSON_INITIALIZER;
        g_auto(bson_t) counted = BSON_INITIALIZER;
        GwWrite write = {0};

        add(batch, doc);
        write = write_of(GW_WRITE_INSERT, command, "documents", batch, 1);
        write.session = session;
        if (round % 2 == 1)
            g_assert_true(gw_session_transaction_begin(session, NULL, &error));
        gw_writer_apply(writer, gw_session_conn(session), &write, &reply, &error);
        g_assert_no_error(error);
        if (round % 2 == 1)
            g_assert_true(gw_session_transaction_commit(session, &error));
        gw_command_read(gw_session_conn(session), DB, count, session, &counted, &error);
        g_assert_no_error(error);
        g_assert_cmpint(gw_bson_get_int(&counted, "n", -1), ==, round + 1);
    }
}

static bool
may_not_write(gpointer data, GError **error)
{
    *(int *)data += 1;
    return gw_throw(error, GW_ERROR_LEASE_LOST, "it is shut");
}

static void
test_a_shut_gate_lets_nothing_through(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GwConn) conn = gw_conn_take(clients);
    int asked = 0;
    g_autoptr(GwWriter) writer = gw_writer_gate_new(may_not_write, &asked, gw_writer_server_new());
    g_autoptr(bson_t) command =
        BCON_NEW("insert", "shut", "documents", "[", "{", "_id", BCON_INT32(1), "}", "]");
    g_autoptr(bson_t) count = NULL;
    g_autoptr(GError) error = NULL;
    GwWrite write = {.kind = GW_WRITE_INSERT, .db = DB, .command = command};
    g_auto(bson_t) reply = BSON_INITIALIZER;

    g_assert_false(gw_writer_apply(writer, conn, &write, &reply, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_LEASE_LOST);
    g_assert_cmpint(asked, ==, 1);
    count = test_read(clients, DB, "{\"count\": \"shut\"}");
    g_assert_cmpint(gw_bson_get_int(count, "n", -1), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mongo/writer/big-batch-goes-out-in-parts", test_big_batch_goes_out_in_parts);
    g_test_add_func("/mongo/writer/more-operations-than-one-command-takes",
                    test_more_operations_than_one_command_takes);
    g_test_add_func("/mongo/writer/largest-document-still-fits", test_largest_document_still_fits);
    g_test_add_func("/mongo/writer/ordered-batch-stops-at-its-first-error",
                    test_ordered_batch_stops_at_its_first_error);
    g_test_add_func("/mongo/writer/unordered-batch-goes-on", test_unordered_batch_goes_on);
    g_test_add_func("/mongo/writer/upserts-tell-their-place-in-the-batch",
                    test_upserts_tell_their_place_in_the_batch);
    g_test_add_func("/mongo/writer/lost-connection-is-survived-once",
                    test_lost_connection_is_survived_once);
    g_test_add_func("/mongo/writer/failure-half-way-says-how-far-it-came",
                    test_failure_half_way_says_how_far_it_came);
    g_test_add_func("/mongo/writer/write-concern-error-is-an-answer",
                    test_write_concern_error_is_an_answer);
    g_test_add_func("/mongo/writer/unacknowledged-write-is-sent",
                    test_unacknowledged_write_is_sent);
    g_test_add_func("/mongo/writer/session-takes-turns-with-retried-writes",
                    test_session_takes_turns_with_retried_writes);
    g_test_add_func("/mongo/tally/counts-what-was-done", test_tally_counts_what_was_done);
    g_test_add_func("/mongo/tally/starts-again-after-a-reset",
                    test_tally_starts_again_after_a_reset);
    g_test_add_func("/mongo/gate/shut-lets-nothing-through", test_a_shut_gate_lets_nothing_through);
    return g_test_run();
}

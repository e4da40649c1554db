/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/writer_guard.h"
#include "server.h"

#define DB "gw_test_guard"

/* What the judge was asked, and what it says. */
typedef struct {
    bool says;
    guint asked;
    char *last; /* owned: "drop things" */
} Judge;

static void
judge_clear(Judge *judge)
{
    g_clear_pointer(&judge->last, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Judge, judge_clear)

static bool
judge_may(const GwWriteFacts *facts, const GwWrite *write, gpointer data, GError **error)
{
    Judge *judge = data;

    g_assert_nonnull(write->command);
    judge->asked++;
    g_clear_pointer(&judge->last, g_free);
    judge->last = g_strdup_printf("%s %s", facts->what, facts->coll != NULL ? facts->coll : "-");
    return judge->says || gw_throw(error, GW_ERROR_REFUSED, "no");
}

static bool
send(GwClients *clients, Judge *judge, const char *json, GError **error)
{
    g_autoptr(GwConn) conn = gw_conn_take(clients);
    g_autoptr(GwWriter) writer = gw_writer_guard_new(judge_may, judge, gw_writer_server_new());
    g_autoptr(bson_t) command = bson_new_from_json((const uint8_t *)json, -1, NULL);
    GwWrite write = {.kind = gw_write_kind_of(command), .db = DB, .command = command};
    g_auto(bson_t) reply = BSON_INITIALIZER;

    return gw_writer_apply(writer, conn, &write, &reply, error);
}

static gint64
count_things(GwClients *clients)
{
    g_autoptr(bson_t) reply = test_read(clients, DB, "{\"count\": \"things\"}");

    return gw_bson_get_int(reply, "n", -1);
}

static void
begin(GwClients *clients)
{
    test_drop(clients, DB);
    test_write_only(clients, DB,
                    "{\"insert\": \"things\", \"documents\": [{\"a\": 1}, {\"a\": 2}]}");
}

static void
test_what_only_adds_is_not_asked(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GError) error = NULL;
    g_auto(Judge) judge = {.says = false};

    begin(clients);
    send(clients, &judge, "{\"insert\": \"things\", \"documents\": [{}]}", &error);
    g_assert_no_error(error);
    send(clients, &judge,
         "{\"update\": \"things\", \"updates\": [{\"q\": {}, \"u\": {\"$set\": {\"b\": 1}}}]}",
         &error);
    g_assert_no_error(error);
    g_assert_cmpuint(judge.asked, ==, 0);
    g_assert_cmpint(count_things(clients), ==, 3);
}

typedef struct {
    const char *name;
    const char *command;
    const char *asked;
} Case;

static const Case cases[] = {
    {"drop", "{\"drop\": \"things\"}", "drop things"},
    {"drop-database", "{\"dropDatabase\": 1}", "dropDatabase -"},
    {"delete-many", "{\"delete\": \"things\", \"deletes\": [{\"q\": {}, \"limit\": 0}]}",
     "deleteMany things"},
    {"delete-one", "{\"delete\": \"things\", \"deletes\": [{\"q\": {}, \"limit\": 1}]}",
     "deleteOne things"},
    {"unset",
     "{\"update\": \"things\", \"updates\": [{\"q\": {}, \"u\": {\"$unset\": {\"a\": 1}}}]}",
     "$unset things"},
    {"rename-fields",
     "{\"update\": \"things\", \"updates\": [{\"q\": {}, \"u\": {\"$rename\": {\"a\": \"b\"}}}]}",
     "$rename things"},
    {"expiring-index",
     "{\"createIndexes\": \"things\", \"indexes\": [{\"key\": {\"at\": 1}, \"name\": \"ttl\", "
     "\"expireAfterSeconds\": 1}]}",
     "expireAfterSeconds things"},
    {"expiring-by-change",
     "{\"collMod\": \"things\", \"index\": {\"name\": \"ttl\", \"expireAfterSeconds\": 1}}",
     "expireAfterSeconds things"},
    {"find-and-remove", "{\"findAndModify\": \"things\", \"remove\": true}",
     "findOneAndDelete things"},
    {"out", "{\"aggregate\": \"others\", \"pipeline\": [{\"$out\": \"things\"}], \"cursor\": {}}",
     "$out things"},
    {"drop-indexes", "{\"dropIndexes\": \"things\", \"index\": \"*\"}", "dropIndexes things"},
    {"unknown", "{\"createUser\": \"u\", \"pwd\": \"p\", \"roles\": []}", "createUser u"},
};

static void
test_refused_before_it_happens(gconstpointer data)
{
    const Case *row = data;
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GError) error = NULL;
    g_auto(Judge) judge = {.says = false};

    begin(clients);
    g_assert_false(send(clients, &judge, row->command, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_REFUSED);
    g_assert_cmpstr(judge.last, ==, row->asked);
    g_assert_cmpint(count_things(clients), ==, 2);
}

static void
test_allowed_goes_on(void)
{
    g_autoptr(GwClients) clients = test_clients();
    g_autoptr(GError) error = NULL;
    g_auto(Judge) judge = {.says = true};

    begin(clients);
    g_assert_true(send(clients, &judge, cases[2].command, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(judge.asked, ==, 1);
    g_assert_cmpint(count_things(clients), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mongo/guard/adding-is-not-asked", test_what_only_adds_is_not_asked);
    for (gsize index = 0; index < G_N_ELEMENTS(cases); index++) {
        g_autofree char *path = g_strdup_printf("/mongo/guard/refused/%s", cases[index].name);

        g_test_add_data_func(path, &cases[index], test_refused_before_it_happens);
    }
    g_test_add_func("/mongo/guard/allowed-goes-on", test_allowed_goes_on);
    return g_test_run();
}

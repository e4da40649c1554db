/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests that need a server share: the pool, a database of the test's own, and small ways
 * to send things. Each failure ends the test.
 */
#pragma once

#include "mongo/coll.h"
#include "mongo/command.h"
#include "mongo/writer.h"

static inline const char *
test_uri(void)
{
    const char *uri = g_getenv("GODWIT_TEST_URI");

    if (uri == NULL)
        g_error("GODWIT_TEST_URI is not set: run the tests by tools/test");
    return uri;
}

static inline GwClients *
test_clients_at(const char *uri)
{
    g_autoptr(GError) error = NULL;
    GwClients *clients = gw_clients_open(uri, "godwit/test", &error);

    g_assert_no_error(error);
    gw_clients_connect(clients, &error);
    g_assert_no_error(error);
    return clients;
}

static inline GwClients *
test_clients(void)
{
    return test_clients_at(test_uri());
}

/* Read `json`, which is a command for `db`; the reply is owned. */
static inline bson_t *
test_read(GwClients *clients, const char *db, const char *json)
{
    g_autoptr(GwConn) conn = gw_conn_take(clients);
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) command = bson_new_from_json((const uint8_t *)json, -1, NULL);
    g_auto(bson_t) reply = BSON_INITIALIZER;

    g_assert_nonnull(command);
    gw_command_read(conn, db, command, NULL, &reply, &error);
    g_assert_no_error(error);
    return bson_copy(&reply);
}

/* Send `json`, a command that writes, without a batch; the reply is owned. */
static inline bson_t *
test_write(GwClients *clients, const char *db, const char *json)
{
    g_autoptr(GwConn) conn = gw_conn_take(clients);
    g_autoptr(GwWriter) writer = gw_writer_server_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) command = bson_new_from_json((const uint8_t *)json, -1, NULL);
    GwWrite write = {.kind = gw_write_kind_of(command), .db = db, .command = command};
    g_auto(bson_t) reply = BSON_INITIALIZER;

    g_assert_nonnull(command);
    gw_writer_apply(writer, conn, &write, &reply, &error);
    g_assert_no_error(error);
    return bson_copy(&reply);
}

/* Write where the reply says nothing that the test wants. */
static inline void
test_write_only(GwClients *clients, const char *db, const char *json)
{
    g_autoptr(bson_t) reply = test_write(clients, db, json);

    g_assert_nonnull(reply);
}

static inline void
test_drop(GwClients *clients, const char *db)
{
    test_write_only(clients, db, "{\"dropDatabase\": 1}");
}

/* Let the server fail the next `times` commands of that name: {..} as in failCommand's data. */
static inline void
test_fail_command(GwClients *clients, int times, const char *data)
{
    g_autofree char *json = g_strdup_printf("{\"configureFailPoint\": \"failCommand\", "
                                            "\"mode\": {\"times\": %d}, \"data\": %s}",
                                            times, data);

    test_write_only(clients, "admin", json);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lease against a real server: who gets it, who keeps it, who learns that it is gone.
 */
#include <string.h>

#include "state/lease.h"
#include "unit/server.h"

#define DB "godwit_test_lease"

/* Long enough that no renewal is due while a test runs. */
#define LONG_MS 600000

static GwLeaseParams
params_for(GwClients *clients)
{
    return (GwLeaseParams){
        .clients = clients, .db = DB, .host = "ci-4", .user = "deploy", .pid = 812};
}

static GwClients *
clean_clients(void)
{
    GwClients *clients = test_clients();

    test_drop(clients, DB);
    return clients;
}

static bson_t *
show(GwClients *clients)
{
    g_autoptr(GError) error = NULL;
    bson_t *doc = NULL;

    gw_lease_show(clients, DB, &doc, &error);
    g_assert_no_error(error);
    return doc;
}

static GwLease *
take(const GwLeaseParams *params)
{
    g_autoptr(GError) error = NULL;
    GwLease *lease = gw_lease_take(params, &error);

    g_assert_no_error(error);
    return lease;
}

static void
test_take_says_who_holds_it_and_free_releases(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    GwLeaseParams params = params_for(clients);
    g_autoptr(GwLease) lease = take(&params);
    g_autoptr(bson_t) held = show(clients);
    g_autoptr(bson_t) freed = NULL;

    g_assert_cmpstr(gw_bson_get_str(held, "owner"), ==, "deploy@ci-4");
    g_assert_cmpint(gw_bson_get_int(held, "pid", 0), ==, 812);
    g_assert_false(gw_bson_get_bool(held, "expired", true));
    g_assert_cmpint(gw_bson_get_date_ms(held, "expiresAt", 0) -
                        gw_bson_get_date_ms(held, "renewedAt", 0),
                    ==, 30000);
    g_clear_pointer(&lease, gw_lease_free);
    freed = show(clients);
    g_assert_null(freed);
}

static void
test_a_second_one_is_refused_and_told_who_has_it(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    GwLeaseParams params = params_for(clients);
    g_autoptr(GwLease) lease = take(&params);
    g_autoptr(GError) error = NULL;

    g_assert_null(gw_lease_take(&params, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_LOCKED);
    g_assert_cmpstr(error->message, ==, "'deploy@ci-4' (process 812) is migrating this database");
    g_assert_true(gw_lease_check(lease, NULL));
}

static void
test_the_token_grows_with_each_take_over(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    GwLeaseParams params = params_for(clients);
    g_autoptr(GwLease) lease = take(&params);
    gint64 token = gw_lease_token(lease);

    g_clear_pointer(&lease, gw_lease_free);
    lease = take(&params);
    g_assert_cmpint(gw_lease_token(lease), ==, token + 1);
}

static void
test_names_that_look_like_expressions_stay_text(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    GwLeaseParams params = params_for(clients);
    g_autoptr(GwLease) lease = NULL;
    g_autoptr(bson_t) held = NULL;

    params.host = "$$NOW";
    params.user = "{";
    lease = take(&params);
    held = show(clients);
    g_assert_cmpstr(gw_bson_get_str(held, "owner"), ==, "{@$$NOW");
    g_assert_cmpstr(gw_bson_get_str(held, "host"), ==, "$$NOW");
}

static void
test_an_expired_lease_is_taken_over_and_its_holder_learns_it(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    GwLeaseParams params = params_for(clients);
    g_autoptr(GwLease) first = NULL;
    g_autoptr(GwLease) second = NULL;
    g_autoptr(GError) error = NULL;

    /* As if it had been paused: it never renews, and its time is over. */
    params.ttl_ms = 1;
    params.renew_ms = LONG_MS;
    first = take(&params);
    params.ttl_ms = LONG_MS;
    params.wait_ms = LONG_MS;
    second = take(&params);

    g_assert_false(gw_lease_check(first, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_LEASE_LOST);
    g_assert_true(gw_lease_check(second, NULL));
}

static void
test_a_lost_lease_is_not_released_by_who_lost_it(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    GwLeaseParams params = params_for(clients);
    g_autoptr(GwLease) first = NULL;
    g_autoptr(GwLease) second = NULL;
    g_autoptr(bson_t) held = NULL;

    params.ttl_ms = 1;
    params.renew_ms = LONG_MS;
    first = take(&params);
    params.ttl_ms = params.wait_ms = LONG_MS;
    params.pid = 813;
    second = take(&params);
    g_clear_pointer(&first, gw_lease_free);
    held = show(clients);
    g_assert_nonnull(held);
    g_assert_cmpint(gw_bson_get_int(held, "pid", 0), ==, 813);
}

/* Ask until the server shows another time of renewal. */
static void
wait_for_renewal(GwClients *clients)
{
    g_autoptr(bson_t) before = show(clients);
    gint64 first_ms = gw_bson_get_date_ms(before, "renewedAt", 0);
    gint64 last_ms = first_ms;

    while (last_ms == first_ms) {
        g_autoptr(bson_t) now = show(clients);

        g_assert_nonnull(now);
        last_ms = gw_bson_get_date_ms(now, "renewedAt", 0);
    }
}

static void
test_its_thread_keeps_renewing_it(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    GwLeaseParams params = params_for(clients);
    g_autoptr(GwLease) lease = NULL;

    params.renew_ms = 20;
    lease = take(&params);
    wait_for_renewal(clients);
    wait_for_renewal(clients);
    g_assert_true(gw_lease_check(lease, NULL));
}

static void
test_a_broken_lease_is_free_and_its_holder_learns_it(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    GwLeaseParams params = params_for(clients);
    g_autoptr(GwLease) lease = NULL;
    g_autoptr(GwLease) next = NULL;
    g_autoptr(bson_t) broken = NULL;
    g_autoptr(GError) error = NULL;
    gint64 token = 0;

    params.renew_ms = 20;
    lease = take(&params);
    token = gw_lease_token(lease);
    gw_lease_break(clients, DB, &broken, &error);
    g_assert_no_error(error);
    g_assert_cmpint(gw_bson_get_int(broken, "pid", 0), ==, 812);
    while (gw_lease_check(lease, NULL))
        g_thread_yield();
    next = take(&params);
    g_assert_cmpint(gw_lease_token(next), ==, token + 2);
}

static void
test_breaking_what_is_free_says_that_nobody_had_it(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(bson_t) broken = NULL;
    g_autoptr(GError) error = NULL;

    gw_lease_break(clients, DB, &broken, &error);
    g_assert_no_error(error);
    g_assert_null(broken);
}

/* The server drops the connection of the next renewals; the lease is kept all the same. */
static void
test_renewals_that_fail_are_tried_again(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    GwLeaseParams params = params_for(clients);
    g_autoptr(GwLease) lease = NULL;

    params.renew_ms = 20;
    lease = take(&params);
    test_fail_command(clients, 3,
                      "{\"failCommands\": [\"update\"], \"errorCode\": 50,"
                      "\"appName\": \"godwit/test\"}");
    wait_for_renewal(clients);
    g_assert_true(gw_lease_check(lease, NULL));
}

static void
count_and_interrupt(const char *holder, gpointer data)
{
    g_assert_cmpstr(holder, ==, "'deploy@ci-4' (process 812)");
    *(volatile int *)data += 1;
}

static void
test_waiting_tells_who_is_waited_for_and_ends_on_a_signal(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    GwLeaseParams params = params_for(clients);
    g_autoptr(GwLease) lease = take(&params);
    g_autoptr(GError) error = NULL;
    volatile int interrupted = 0;

    params.wait_ms = LONG_MS;
    params.waiting = count_and_interrupt;
    params.data = (gpointer)&interrupted;
    params.interrupted = &interrupted;
    g_assert_null(gw_lease_take(&params, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_INTERRUPTED);
    g_assert_cmpint(interrupted, ==, 1);
    g_assert_true(gw_lease_check(lease, NULL));
}

#define RIVALS 12

typedef struct {
    GwClients *clients;
    int inside; /* atomic: how many hold it now */
    int turns;  /* atomic: how many held it */
} Rivalry;

static gpointer
compete(gpointer data)
{
    Rivalry *rivalry = data;
    GwLeaseParams params = params_for(rivalry->clients);
    g_autoptr(GwLease) lease = NULL;

    params.wait_ms = LONG_MS;
    lease = take(&params);
    g_assert_cmpint(g_atomic_int_add(&rivalry->inside, 1), ==, 0);
    g_atomic_int_inc(&rivalry->turns);
    (void)g_atomic_int_add(&rivalry->inside, -1); /* the value before tells nothing here */
    return NULL;
}

static void
test_of_many_that_want_it_one_has_it_at_a_time(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    Rivalry rivalry = {.clients = clients};
    GThread *threads[RIVALS];

    for (size_t rival = 0; rival < RIVALS; rival++)
        threads[rival] = g_thread_new("rival", compete, &rivalry);
    for (size_t rival = 0; rival < RIVALS; rival++)
        g_thread_join(threads[rival]);
    g_assert_cmpint(rivalry.turns, ==, RIVALS);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/state/lease/take-and-free", test_take_says_who_holds_it_and_free_releases);
    g_test_add_func("/state/lease/second-is-refused",
                    test_a_second_one_is_refused_and_told_who_has_it);
    g_test_add_func("/state/lease/token-grows", test_the_token_grows_with_each_take_over);
    g_test_add_func("/state/lease/names-stay-text",
                    test_names_that_look_like_expressions_stay_text);
    g_test_add_func("/state/lease/expired-is-taken-over",
                    test_an_expired_lease_is_taken_over_and_its_holder_learns_it);
    g_test_add_func("/state/lease/lost-is-not-released",
                    test_a_lost_lease_is_not_released_by_who_lost_it);
    g_test_add_func("/state/lease/renews", test_its_thread_keeps_renewing_it);
    g_test_add_func("/state/lease/break", test_a_broken_lease_is_free_and_its_holder_learns_it);
    g_test_add_func("/state/lease/break/free", test_breaking_what_is_free_says_that_nobody_had_it);
    g_test_add_func("/state/lease/renewal-is-tried-again", test_renewals_that_fail_are_tried_again);
    g_test_add_func("/state/lease/waiting",
                    test_waiting_tells_who_is_waited_for_and_ends_on_a_signal);
    g_test_add_func("/state/lease/rivals", test_of_many_that_want_it_one_has_it_at_a_time);
    return g_test_run();
}

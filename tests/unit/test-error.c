/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

static void
test_prefix_keeps_code_and_hint(void)
{
    g_autoptr(GError) error = NULL;

    gw_throw(&error, GW_ERROR_LEASE_LOST, "the lease of '%s' was taken over", "ci-4");
    gw_hint(&error, "Run godwit %s.", "lock");
    gw_prefix(&error, "applying '%s'", "003.js");

    g_assert_error(error, GW_ERROR, GW_ERROR_LEASE_LOST);
    g_assert_cmpstr(error->message, ==, "applying '003.js': the lease of 'ci-4' was taken over");
    g_assert_cmpstr(gw_error_hint(error), ==, "Run godwit lock.");
    g_assert_cmpstr(gw_error_name(error), ==, "lease-lost");
    g_assert_cmpint(gw_error_exit_status(error), ==, 4);
}

static void
test_copy_keeps_the_facts(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) copy = NULL;

    gw_throw(&error, GW_ERROR_SCRIPT, "boom");
    gw_error_place(error, "001.js", 4, 2);
    gw_error_place(error, "outer.js", 9, 9);
    copy = g_error_copy(error);
    g_clear_error(&error);

    g_assert_cmpstr(gw_error_info(copy)->file, ==, "001.js");
    g_assert_cmpint(gw_error_info(copy)->line, ==, 4);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/error/prefix-keeps-code-and-hint", test_prefix_keeps_code_and_hint);
    g_test_add_func("/base/error/copy-keeps-the-facts", test_copy_keeps_the_facts);
    return g_test_run();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>

#include "model/level.h"

typedef struct {
    const char *name;
    GwLevelFacts facts;
    GwLevel expected;
} Case;

static const Case cases[] = {
    {"development-is-free", {"development", false, NULL, false}, GW_LEVEL_FREE},
    {"staging-asks", {"staging", false, NULL, false}, GW_LEVEL_ASKS},
    {"own-name-asks", {"team-a", false, NULL, false}, GW_LEVEL_ASKS},
    {"protected-is-guarded", {"production", true, NULL, false}, GW_LEVEL_GUARDED},
    {"own-name-protected", {"live", true, NULL, false}, GW_LEVEL_GUARDED},
    {"development-protected", {"development", true, NULL, false}, GW_LEVEL_GUARDED},
    {"production-unprotected-asks", {"production", false, NULL, false}, GW_LEVEL_ASKS},
    {"same-mark-changes-nothing", {"production", false, "production", true}, GW_LEVEL_ASKS},
    {"mark-of-development", {"development", false, "development", false}, GW_LEVEL_FREE},
    {"mark-of-production-beats-development",
     {"development", false, "production", false},
     GW_LEVEL_GUARDED},
    {"mark-of-production-beats-staging", {"staging", false, "production", false}, GW_LEVEL_GUARDED},
    {"mark-of-staging-beats-development", {"development", false, "staging", false}, GW_LEVEL_ASKS},
    {"protected-mark-of-own-name", {"development", false, "live", true}, GW_LEVEL_GUARDED},
    {"environment-beats-mark", {"production", true, "development", false}, GW_LEVEL_GUARDED},
    {"environment-beats-mark-of-staging", {"production", true, "staging", false}, GW_LEVEL_GUARDED},
};

static void
test_level(gconstpointer data)
{
    const Case *row = data;

    g_assert_cmpint(gw_level_of(&row->facts), ==, row->expected);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize index = 0; index < G_N_ELEMENTS(cases); index++) {
        g_autofree char *path = g_strdup_printf("/model/level/%s", cases[index].name);

        g_test_add_data_func(path, &cases[index], test_level);
    }
    return g_test_run();
}

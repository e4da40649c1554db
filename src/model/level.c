/* SPDX-License-Identifier: Apache-2.0 */
#include "model/level.h"

#include <glib.h>

static GwLevel
level_of_name(const char *environment, bool is_protected)
{
    if (is_protected)
        return GW_LEVEL_GUARDED;
    return g_str_equal(environment, "development") ? GW_LEVEL_FREE : GW_LEVEL_ASKS;
}

static GwLevel
level_of_mark(const GwLevelFacts *facts)
{
    if (facts->mark == NULL || g_str_equal(facts->mark, facts->environment))
        return GW_LEVEL_FREE;
    return level_of_name(facts->mark,
                         facts->is_mark_protected || g_str_equal(facts->mark, "production"));
}

GwLevel
gw_level_of(const GwLevelFacts *facts)
{
    GwLevel own = level_of_name(facts->environment, facts->is_protected);

    return MAX(own, level_of_mark(facts));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rules.h"

#include "engine/dry_run.h"
#include "state/meta.h"

struct GwRules {
    GwProject *project;        /* borrowed */
    const GwRunParams *params; /* borrowed */
    GwMark mark;               /* the database's; empty where it does not count */
    GwLevel level;
    bool is_resetting;
    bool is_unplanned;
};

GwRules *
gw_rules_new(GwProject *project, const GwRunParams *params)
{
    GwRules *rules = g_new0(GwRules, 1);

    rules->project = project;
    rules->params = params;
    rules->level = GW_LEVEL_GUARDED;
    return rules;
}

void
gw_rules_free(GwRules *rules)
{
    if (rules == NULL)
        return;
    gw_mark_clear(&rules->mark);
    g_free(rules);
}

/* A team that runs its migrate-mongo project as it is has NODE_ENV=production in its jobs, and
 * nobody to answer there: that variable alone changes nothing for it. */
static bool
is_assumed(const GwRules *rules)
{
    const char *origin = gw_config_origin(gw_project_config(rules->project), GW_CONFIG_ENVIRONMENT);

    return gw_project_is_migrate_mongo(rules->project) && !g_str_equal(origin, "--env") &&
           !g_str_equal(origin, "GODWIT_ENV");
}

bool
gw_rules_decide(GwRules *rules, GError **error)
{
    const GwConfig *config = gw_project_config(rules->project);
    GwLevelFacts facts = {.environment = gw_project_environment(rules->project)};
    GwMark mark = {0};

    if (!gw_meta_read_mark(gw_project_clients(rules->project), gw_project_database(rules->project),
                           &mark, error))
        return false;
    gw_mark_clear(&rules->mark);
    rules->mark = mark;
    rules->is_resetting = mark.is_resetting;
    if (mark.is_assumed && gw_project_is_migrate_mongo(rules->project))
        gw_mark_clear(&rules->mark);
    facts.mark = rules->mark.environment;
    facts.is_mark_protected = mark.is_protected;
    facts.is_protected = gw_config_bool(config, GW_CONFIG_PROTECTED);
    if (is_assumed(rules)) {
        facts.environment = "development";
        facts.is_protected = false;
    }
    rules->level = gw_level_of(&facts);
    return true;
}

GwLevel
gw_rules_level(const GwRules *rules)
{
    return rules->level;
}

bool
gw_rules_is_resetting(const GwRules *rules)
{
    return rules->is_resetting;
}

GwProject *
gw_rules_project(const GwRules *rules)
{
    return rules->project;
}

const GwRunParams *
gw_rules_params(const GwRules *rules)
{
    return rules->params;
}

const char *
gw_rules_environment(const GwRules *rules)
{
    const char *environment = gw_project_environment(rules->project);
    GwLevelFacts own = {
        .environment = environment,
        .is_protected = gw_config_bool(gw_project_config(rules->project), GW_CONFIG_PROTECTED),
    };

    if (rules->mark.environment != NULL && gw_level_of(&own) != rules->level)
        return rules->mark.environment;
    return environment;
}

bool
gw_rules_mark(GwRules *rules, GError **error)
{
    g_auto(GwMark) mark = {
        .environment = g_strdup(gw_project_environment(rules->project)),
        .is_protected = gw_config_bool(gw_project_config(rules->project), GW_CONFIG_PROTECTED),
        .is_assumed = is_assumed(rules),
    };

    return gw_meta_mark(gw_project_clients(rules->project), gw_project_database(rules->project),
                        &mark, error);
}

GwPolicies
gw_rules_policies(const GwRules *rules)
{
    if (rules->level == GW_LEVEL_GUARDED && !gw_project_is_migrate_mongo(rules->project))
        return (GwPolicies){GW_POLICY_FAIL, GW_POLICY_FAIL, GW_POLICY_FAIL};
    return gw_project_policies(rules->project);
}

bool
gw_rules_check_planned(GwRules *rules, const GPtrArray *pending, GError **error)
{
    gint64 when_ms = 0;

    if (rules->level != GW_LEVEL_GUARDED || pending->len == 0)
        return true;
    if (gw_dry_run_was_made(rules->project, pending, &when_ms))
        return true;
    rules->is_unplanned = rules->params->no_plan;
    if (rules->is_unplanned)
        return true;
    gw_throw(error, GW_ERROR_REFUSED,
             "'%s' wants a dry run of these files before, and there was none",
             gw_rules_environment(rules));
    return gw_hint(error,
                   "Nothing was changed. Try them with godwit up --dry-run, or say godwit up "
                   "--no-plan.");
}

bool
gw_rules_is_unplanned(const GwRules *rules)
{
    return rules->is_unplanned;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the environment asks of a run: how careful it has to be, which policies may not be relaxed,
 * whether the files have to have been tried. What is asked before a write is questions.h's.
 */
#pragma once

#include "engine/project-internal.h"
#include "engine/verbs.h"
#include "model/level.h"

typedef struct GwRules GwRules;

/* Both are borrowed and outlive the rules. */
GwRules *gw_rules_new(GwProject *project, const GwRunParams *params);
void gw_rules_free(GwRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwRules, gw_rules_free)

/* Read the database's mark and decide; before that, the level is the strictest one. */
bool gw_rules_decide(GwRules *rules, GError **error);

GwLevel gw_rules_level(const GwRules *rules);
GwProject *gw_rules_project(const GwRules *rules);        /* borrowed */
const GwRunParams *gw_rules_params(const GwRules *rules); /* borrowed */

/* "production", or the environment that the database is marked with, whichever was stricter.
 * Borrowed until the next gw_rules_decide. */
const char *gw_rules_environment(const GwRules *rules);

/* Whether a reset was begun in this database and has not ended. */
bool gw_rules_is_resetting(const GwRules *rules);

/* Mark the database with this run's environment, unless it is marked. */
bool gw_rules_mark(GwRules *rules, GError **error);

/* The configured policies; where the level is guarded, all of them `fail`. */
GwPolicies gw_rules_policies(const GwRules *rules);

/* Fails with GW_ERROR_REFUSED where the level wants a dry run of `pending` and there was none. */
bool gw_rules_check_planned(GwRules *rules, const GPtrArray *pending, GError **error);

/* Whether the run went on without the dry run that the level wants. */
bool gw_rules_is_unplanned(const GwRules *rules);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which migrations a verb works on, in which order, decided from plain values. Whether the files
 * are fit to run (changed, missing, out of order) is decided here too; nothing is run.
 */
#pragma once

#include "model/config.h"
#include "model/migration.h"

/* How a project names its migrations and matches them with records. godwit matches by id; in a
 * migrate-mongo project any name is allowed, records are matched by the file's name, and nothing is
 * ever changed or out of order. */
typedef struct {
    GwFlavour flavour;
    bool use_file_hash; /* migrate-mongo: a record counts only for a file with its checksum */
} GwPlanRules;
GwPlanRules gw_plan_rules(const GwConfig *config);

typedef enum {
    GW_POLICY_FAIL,
    GW_POLICY_WARN,
    GW_POLICY_ALLOW,
} GwPolicy;

typedef struct {
    GwPolicy changed;
    GwPolicy missing;
    GwPolicy out_of_order;
} GwPolicies;
GwPolicies gw_plan_policies(const GwConfig *config);

/* What the user selected. NULL or 0 = not given. Strings are borrowed. */
typedef struct {
    const char *only; /* an id, a file's name, a number, or an unambiguous beginning of an id */
    const char *to;   /* the same; up: the last to run, down: the last that stays applied */
    const char *run;  /* down: all that this run applied; an unambiguous beginning will do */
    gint64 steps;     /* at most this many */
    bool all;         /* down: everything */
    bool block;       /* down: all that share migrate-mongo's block with the newest */
} GwSelection;

/* Join files and records, in the order of names; records without a file stand at their place among
 * them, and of two records for one migration the newer counts. `files` holds GwMigrationFile,
 * `records` GwRecord; both are borrowed and outlive the result, an owned array of GwMigration. */
GArray *gw_plan_join(const GPtrArray *files, const GPtrArray *records, const GwPlanRules *rules);

/* Two files with one id or one number ("001_a.js" beside "001_b.js"): fails with GW_ERROR_INTEGRITY
 * and names both. */
bool gw_plan_check_unique(const GPtrArray *files, const GwPlanRules *rules, GError **error);

/* Apply the policies: fails with GW_ERROR_INTEGRITY, naming every file concerned and what to do;
 * what is only to be warned of is added to `warnings` (owned char *). */
bool gw_plan_check(const GArray *migrations, const GwPolicies *policies, GPtrArray *warnings,
                   GError **error);

/* The one migration that `text` names: an id, a file's name, a number, or an unambiguous beginning
 * of an id. Borrowed. Fails with GW_ERROR_NOT_FOUND (the nearest id in the hint) or GW_ERROR_USAGE
 * (more than one begins so). */
const GwMigration *gw_plan_find(const GArray *migrations, const char *text, GError **error);

/* What `up` will run, in order: an owned array of borrowed const GwMigration *. All that is not
 * completed runs: a record still "running" is a crashed one, since the caller holds the lease.
 * Fails with GW_ERROR_NOT_FOUND (naming the nearest id) where the selection names what is not
 * there, with GW_ERROR_USAGE where `only` names something applied or parts of the selection
 * contradict. */
GPtrArray *gw_plan_up(const GArray *migrations, const GwSelection *selection, GError **error);

/* What `down` will revert, newest first; the default is one step. "Newest" is by sequence of
 * application, then by its time, then by name. Fails as gw_plan_up does (`only` and `to` have to be
 * applied), and with GW_ERROR_INTEGRITY where the file of one of them is missing. */
GPtrArray *gw_plan_down(const GArray *migrations, const GwSelection *selection, GError **error);

/* How many `up` without a selection would run. */
guint gw_plan_pending(const GArray *migrations);

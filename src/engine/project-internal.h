/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What verbs need of a project and skins do not: its connections.
 */
#pragma once

#include "engine/project.h"
#include "model/plan.h"
#include "mongo/client.h"
#include "state/tracker.h"

/* Valid after gw_project_connect. Borrowed from the project. */
GwClients *gw_project_clients(const GwProject *project);

/* The database's name: configured, else the URI's; in a migrate-mongo project else "test", as
 * there. NULL before gw_project_connect. Borrowed from the project. */
const char *gw_project_database(const GwProject *project);

const char *gw_project_environment(const GwProject *project); /* borrowed */
const volatile int *gw_project_interrupted(const GwProject *project);
const GwObserver *gw_project_observer(const GwProject *project); /* borrowed; func may be NULL */

/* Tell the observer, if there is one. */
void gw_project_emit(const GwProject *project, const GwEvent *event);

/* Ask, if there is somebody. */
GwAnswer gw_project_ask(const GwProject *project, const char *question);

/* The files of the migrations folder: an owned array of GwMigrationFile. */
GPtrArray *gw_project_scan(const GwProject *project, GError **error);

/* gw_plan_join with the project's order of names. */
GArray *gw_project_join(const GwProject *project, const GPtrArray *files, const GPtrArray *records);

/* gw_plan_check_unique with the project's rules. */
bool gw_project_check_unique(const GwProject *project, const GPtrArray *files, GError **error);

/* Whether what is applied is recorded as golang-migrate does it. */
bool gw_project_is_golang_migrate(const GwProject *project);

/* The tracker's collection: configured, else what its format calls it. Borrowed. */
const char *gw_project_tracker_name(const GwProject *project);

/* The tracker in the project's format. Owned. */
GwTracker *gw_project_tracker(const GwProject *project);

/* What the configuration says of changed, missing and out-of-order files. */
GwPolicies gw_project_policies(const GwProject *project);

/* Whether migrate-mongo's own lock is to be kept as well. */
bool gw_project_has_mm_lock(const GwProject *project);

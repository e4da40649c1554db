/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is doing this, and from where: host, user, process, commit. It is for the audit, so what
 * can't be found out is left out rather than failing a migration.
 */
#pragma once

#include "engine/project.h"
#include "state/history.h"

/* Strings are owned. */
typedef struct {
    char *host;
    char *user;
    char *git_commit; /* of the project's folder; NULL = not in git, or no git here */
    gint64 pid;
} GwActor;

void gw_actor_init(GwActor *actor, const char *project_root);
void gw_actor_clear(GwActor *actor);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwActor, gw_actor_clear)

/* Write into the history what is done outside of a run; `entry` says all but by whom and where. */
bool gw_actor_tell_history(const GwProject *project, GwHistoryEntry entry, GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/actor.h"

#include <string.h>
#include <unistd.h>

#include "engine/project-internal.h"

/* `git rev-parse HEAD`, or NULL. */
static char *
read_commit(const char *root)
{
    char *argv[] = {"git", "-C", NULL, "rev-parse", "--verify", "--quiet", "HEAD", NULL};
    g_autofree char *folder = g_strdup(root);
    g_autofree char *answer = NULL;
    int status = 0;

    argv[2] = folder;
    if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                      NULL, &answer, NULL, &status, NULL))
        return NULL;
    if (!g_spawn_check_wait_status(status, NULL) || *g_strstrip(answer) == '\0')
        return NULL;
    return g_steal_pointer(&answer);
}

void
gw_actor_init(GwActor *actor, const char *project_root)
{
    *actor = (GwActor){
        .host = g_strdup(g_get_host_name()),
        .user = g_strdup(g_get_user_name()),
        .git_commit = read_commit(project_root),
        .pid = getpid(),
    };
}

void
gw_actor_clear(GwActor *actor)
{
    g_clear_pointer(&actor->host, g_free);
    g_clear_pointer(&actor->user, g_free);
    g_clear_pointer(&actor->git_commit, g_free);
}

bool
gw_actor_tell_history(const GwProject *project, GwHistoryEntry entry, GError **error)
{
    g_autoptr(GwHistory) history =
        gw_history_new(gw_project_clients(project), gw_project_database(project));
    g_auto(GwActor) actor = {0};

    gw_actor_init(&actor, gw_project_root(project));
    entry.environment = gw_project_environment(project);
    entry.host = actor.host;
    entry.user = actor.user;
    entry.git_commit = actor.git_commit;
    entry.pid = actor.pid;
    return gw_history_add(history, &entry, error);
}

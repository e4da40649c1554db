/* SPDX-License-Identifier: Apache-2.0 */
#include "state/history.h"
#include "engine/project-internal.h"
#include "engine/verbs.h"

GPtrArray *
gw_engine_history(GwProject *project, const char *migration, gint64 limit, GError **error)
{
    g_autoptr(GwHistory) history = NULL;

    if (!gw_project_connect(project, error))
        return NULL;
    history = gw_history_new(gw_project_clients(project), gw_project_database(project));
    return gw_history_list(history, migration, limit, error);
}

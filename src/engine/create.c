/* SPDX-License-Identifier: Apache-2.0 */
#include "project/create.h"

#include "engine/project-internal.h"
#include "engine/verbs.h"

bool
gw_engine_create(GwProject *project, const char *description, int sequential, char **out_path,
                 GError **error)
{
    GwCreateRequest request = {
        .config = gw_project_config(project),
        .root = gw_project_root(project),
        .description = description,
        .sequential = sequential,
        .now_ms = g_get_real_time() / G_TIME_SPAN_MILLISECOND,
    };

    return gw_create_migration(&request, out_path, error);
}

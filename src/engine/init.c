/* SPDX-License-Identifier: Apache-2.0 */
#include "project/init.h"

#include "engine/verbs.h"

bool
gw_engine_init(const GwInitParams *params, GPtrArray **out_done, GError **error)
{
    g_autofree char *folder =
        g_canonicalize_filename(params->folder != NULL ? params->folder : ".", NULL);
    g_autoptr(GPtrArray) done = g_ptr_array_new_with_free_func(g_free);
    GwInitRequest request = {
        .folder = folder,
        .module_system = params->module_system,
        .uri = params->uri,
        .database = params->database,
    };

    if (params->migrate_mongo ? !gw_init_migrate_mongo(&request, done, error)
                              : !gw_init_native(&request, done, error))
        return false;
    *out_done = g_steal_pointer(&done);
    return true;
}

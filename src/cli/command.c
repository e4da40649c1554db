/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <string.h>

#include "base/text.h"

const GwCommandSpec *
gw_command_find(const char *name)
{
    for (gsize i = 0; i < gw_command_count; i++) {
        if (strcmp(gw_commands[i].name, name) == 0)
            return &gw_commands[i];
    }
    return NULL;
}

const char *
gw_command_nearest(const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (gsize i = 0; i < gw_command_count; i++)
        g_ptr_array_add(names, (gpointer)gw_commands[i].name);
    g_ptr_array_add(names, NULL);
    return gw_text_nearest(name, (const char *const *)names->pdata);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/split.h"

bool
gw_split_names(const char *text, char ***out_names, GError **error)
{
    g_auto(GStrv) parts = text != NULL ? g_strsplit(text, ",", -1) : NULL;
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    *out_names = NULL;
    if (text == NULL)
        return true;
    for (guint next = 0; parts[next] != NULL; next++) {
        const char *name = g_strstrip(parts[next]);

        if (name[0] != '\0' && g_hash_table_add(seen, (gpointer)name))
            g_strv_builder_add(names, name);
    }
    if (g_hash_table_size(seen) == 0)
        return gw_throw(error, GW_ERROR_USAGE, "'%s' names no collection", text);
    *out_names = g_strv_builder_end(names);
    return true;
}

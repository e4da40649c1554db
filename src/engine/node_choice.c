/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/node_choice.h"

#include "base/fs.h"
#include "engine/project-internal.h"

static const char marker[] = "godwit-engine:";

/* "node" or "godwit", as a comment of the file has it; NULL = there is none. Owned. */
static char *
marked(const GwMigrationFile *file)
{
    gsize size = 0;
    g_autofree char *text = gw_fs_read(file->path, &size, NULL);
    const char *found = text != NULL ? strstr(text, marker) : NULL;
    g_auto(GStrv) words = NULL;

    if (found == NULL)
        return NULL;
    words = g_strsplit_set(g_strchug((char *)found + strlen(marker)), " \t\r\n*;", 2);
    return g_strdup(words[0]);
}

static bool
is_listed(const GwProject *project, const GwMigrationFile *file)
{
    const char *list = gw_config_str(gw_project_config(project), GW_CONFIG_NODE_FILES);
    g_auto(GStrv) patterns = g_strsplit_set(list != NULL ? list : "", ", ", -1);

    for (gsize row = 0; patterns[row] != NULL; row++) {
        if (*patterns[row] != '\0' && (g_pattern_match_simple(patterns[row], file->id) ||
                                       g_pattern_match_simple(patterns[row], file->name)))
            return true;
    }
    return false;
}

bool
gw_node_runs(const GwProject *project, const GwMigrationFile *file)
{
    g_autofree char *mark = NULL;

    if (g_str_has_suffix(file->name, ".json"))
        return false;
    mark = marked(file);
    if (mark != NULL)
        return g_str_equal(mark, "node");
    return is_listed(project, file) ||
           g_str_equal(gw_config_str(gw_project_config(project), GW_CONFIG_ENGINE), "node");
}

char **
gw_node_command(const GwProject *project)
{
    const GwConfig *config = gw_project_config(project);
    const char *arguments = gw_config_str(config, GW_CONFIG_NODE_ARGUMENTS);
    g_auto(GStrv) words = g_strsplit(arguments != NULL ? arguments : "", " ", -1);
    GPtrArray *command = g_ptr_array_new();

    g_ptr_array_add(command, g_strdup(gw_config_str(config, GW_CONFIG_NODE_PROGRAM)));
    for (gsize row = 0; words[row] != NULL; row++) {
        if (*words[row] != '\0')
            g_ptr_array_add(command, g_strdup(words[row]));
    }
    g_ptr_array_add(command, NULL);
    return (char **)g_ptr_array_free(command, FALSE);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/prompt.h"
#include "cli/report.h"
#include "engine/journal-verbs.h"

static void
write_json(GwJson *json, const GPtrArray *ids)
{
    gw_json_key(json, "baseline");
    gw_json_begin_array(json);
    for (guint i = 0; i < ids->len; i++)
        gw_json_str(json, g_ptr_array_index(ids, i));
    gw_json_end_array(json);
}

static void
print(const GwCli *cli, const GPtrArray *ids)
{
    g_autofree char *count = gw_report_count(ids->len, "migration");

    for (guint i = 0; i < ids->len; i++) {
        g_autofree char *id = gw_terminal_clean(g_ptr_array_index(ids, i));

        (void)fprintf(cli->out.file, "taken as applied %s\n", id);
    }
    (void)fprintf(cli->out.file, "%s taken as applied; none was run\n", count);
}

bool
gw_cmd_baseline(GwCli *cli, GError **error)
{
    const char *id = gw_args_word(cli->args, 0);
    g_autofree char *question = g_strdup_printf("take everything up to '%s' as applied?", id);
    g_autoptr(GPtrArray) ids = NULL;

    if (!gw_prompt_confirm(cli, question, error))
        return false;
    if (!gw_engine_baseline(cli->project, id, &ids, error))
        return false;
    if (cli->json != NULL)
        write_json(cli->json, ids);
    else
        print(cli, ids);
    return true;
}

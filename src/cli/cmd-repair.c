/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/prompt.h"
#include "engine/journal-verbs.h"

/* An empty reason tells the next reader nothing. */
static bool
check_words(const char *status, const char *reason, GError **error)
{
    if (status == NULL)
        return gw_throw(error, GW_ERROR_USAGE, "'repair' needs --status");
    if (reason == NULL || *reason == '\0') {
        gw_throw(error, GW_ERROR_USAGE, "'repair' needs a --reason");
        return gw_hint(error, "It goes into the history: say why the record was wrong.");
    }
    return true;
}

bool
gw_cmd_repair(GwCli *cli, GError **error)
{
    const char *id = gw_args_word(cli->args, 0);
    const char *name = gw_args_str(cli->args, GW_OPTION_ID_STATUS);
    const char *reason = gw_args_str(cli->args, GW_OPTION_ID_REASON);
    g_autofree char *question = NULL;
    GwStatus status = GW_STATUS_PENDING;
    GwStatus before = GW_STATUS_PENDING;

    if (!check_words(name, reason, error) || !gw_status_of_name(name, &status, error))
        return false;
    question = g_strdup_printf("record '%s' as %s, whatever the database holds?", id, name);
    if (!gw_prompt_confirm(cli, question, error))
        return false;
    if (!gw_engine_repair(cli->project, id, status, reason, &before, error))
        return false;

    if (cli->json != NULL) {
        gw_json_add_str(cli->json, "id", id);
        gw_json_add_str(cli->json, "before", gw_status_name(before));
        gw_json_add_str(cli->json, "status", name);
        return true;
    }
    (void)fprintf(cli->out.file, "'%s' was %s and is recorded as %s; no file was run\n", id,
                  gw_status_name(before), name);
    return true;
}

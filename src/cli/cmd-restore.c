/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/report.h"
#include "engine/backup-verbs.h"

static void
print_result(const GwCli *cli, const GwRestoreResult *result)
{
    g_autofree char *collections = gw_report_count(result->collections, "collection");
    g_autofree char *documents = gw_report_count(result->documents, "document");
    g_autofree char *duration = gw_report_duration(result->elapsed_ms);

    (void)fprintf(cli->out.file, "restored %s, %s, in %s\n", collections, documents, duration);
}

bool
gw_cmd_restore(GwCli *cli, GError **error)
{
    GwRestoreVerb params = {
        .path = gw_args_word(cli->args, 0),
        .only = gw_args_str(cli->args, GW_OPTION_ID_ONLY),
        .replaces = gw_args_has(cli->args, GW_OPTION_ID_DROP),
        .is_moved = gw_args_has(cli->args, GW_OPTION_ID_TO_DATABASE),
        .no_backup = gw_args_has(cli->args, GW_OPTION_ID_NO_BACKUP),
        .wait_s = gw_args_int(cli->args, GW_OPTION_ID_WAIT, -1),
    };
    g_auto(GwRestoreResult) result = {0};

    if (!gw_engine_restore(cli->project, &params, &result, error))
        return false;
    if (cli->json == NULL) {
        print_result(cli, &result);
        return true;
    }
    gw_json_add_int(cli->json, "collections", result.collections);
    gw_json_add_int(cli->json, "documents", result.documents);
    gw_json_add_str(cli->json, "run", result.run);
    gw_json_add_int(cli->json, "executionTime", result.elapsed_ms);
    return true;
}

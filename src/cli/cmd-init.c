/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "engine/verbs.h"

static void
write_json(GwJson *json, const GPtrArray *done)
{
    gw_json_key(json, "done");
    gw_json_begin_array(json);
    for (guint i = 0; i < done->len; i++)
        gw_json_str(json, g_ptr_array_index(done, i));
    gw_json_end_array(json);
}

static void
print_done(const GwCli *cli, const GPtrArray *done)
{
    for (guint i = 0; i < done->len; i++) {
        g_autofree char *sentence = gw_terminal_clean(g_ptr_array_index(done, i));

        (void)fprintf(cli->out.file, "%s\n", sentence);
    }
}

bool
gw_cmd_init(GwCli *cli, GError **error)
{
    g_autoptr(GPtrArray) done = NULL;
    GwInitParams params = {
        .module_system = gw_args_str(cli->args, GW_OPTION_ID_MODULE),
        .uri = gw_args_str(cli->args, GW_OPTION_ID_URI),
        .database = gw_args_str(cli->args, GW_OPTION_ID_DATABASE),
        .migrate_mongo = gw_args_has(cli->args, GW_OPTION_ID_MIGRATE_MONGO),
    };

    if (!gw_engine_init(&params, &done, error))
        return false;
    if (cli->json != NULL)
        write_json(cli->json, done);
    else if (params.migrate_mongo)
        (void)fputs("Initialization successful. Please edit the generated "
                    "`migrate-mongo-config.js` file\n",
                    cli->out.file);
    else
        print_done(cli, done);
    return true;
}

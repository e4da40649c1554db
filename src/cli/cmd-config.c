/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/table.h"

static void
add_json(GwJson *json, const GwConfig *config, GwConfigKey key)
{
    g_autofree char *value = gw_config_shown(config, key);

    gw_json_begin_object(json);
    gw_json_add_str(json, "key", gw_config_key_name(key));
    gw_json_add_str(json, "value", value);
    gw_json_add_str(json, "origin", gw_config_origin(config, key));
    gw_json_end_object(json);
}

static void
write_json(GwCli *cli, const GwConfig *config)
{
    gw_json_add_str(cli->json, "file", gw_project_config_path(cli->project));
    gw_json_add_bool(cli->json, "migrateMongo", gw_project_is_migrate_mongo(cli->project));
    gw_json_key(cli->json, "config");
    gw_json_begin_array(cli->json);
    for (guint key = 0; key < GW_CONFIG_KEY_COUNT; key++)
        add_json(cli->json, config, (GwConfigKey)key);
    gw_json_end_array(cli->json);
}

static void
print_table(const GwCli *cli, const GwConfig *config)
{
    static const char *const heads[] = {"key", "value", "from", NULL};
    g_autoptr(GwTable) table = gw_table_new(heads, 1);

    for (guint key = 0; key < GW_CONFIG_KEY_COUNT; key++) {
        g_autofree char *value = gw_config_shown(config, (GwConfigKey)key);

        gw_table_add(table, GW_STYLE_PLAIN, gw_config_key_name((GwConfigKey)key));
        gw_table_add(table, GW_STYLE_PLAIN, value);
        gw_table_add(table, GW_STYLE_DIM, gw_config_origin(config, (GwConfigKey)key));
    }
    gw_table_print(table, &cli->out);
}

bool
gw_cmd_config(GwCli *cli, GError **error)
{
    const GwConfig *config = gw_project_config(cli->project);

    if (cli->json != NULL)
        write_json(cli, config);
    else
        print_table(cli, config);
    return true;
}

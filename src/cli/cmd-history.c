/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bson-json.h"
#include "cli/cli.h"
#include "cli/report.h"
#include "cli/table.h"
#include "engine/verbs.h"

#define DEFAULT_LIMIT 20

static void
write_json(GwJson *json, const GPtrArray *entries)
{
    gw_json_key(json, "history");
    gw_json_begin_array(json);
    for (guint i = 0; i < entries->len; i++)
        gw_bson_json_write(json, g_ptr_array_index(entries, i));
    gw_json_end_array(json);
}

static GwStyle
style_of(const char *result)
{
    if (g_strcmp0(result, "failed") == 0)
        return GW_STYLE_RED;
    return g_strcmp0(result, "rolled_back") == 0 ? GW_STYLE_YELLOW : GW_STYLE_GREEN;
}

/* What a line of the table ends with: why it failed, or what else there is to say. */
static const char *
remark_of(const bson_t *entry)
{
    const char *message = gw_bson_get_str(entry, "error.message");

    return message != NULL ? message : gw_bson_get_str(entry, "detail");
}

static void
add_row(GwTable *table, const bson_t *entry)
{
    const char *user = gw_bson_get_str(entry, "user");
    const char *host = gw_bson_get_str(entry, "host");
    const char *result = gw_bson_get_str(entry, "result");
    bool is_of_one = gw_bson_has(entry, "migrationId");
    g_autofree char *time = gw_report_time(gw_bson_get_date_ms(entry, "at", G_MININT64));
    g_autofree char *who =
        g_strdup_printf("%s@%s", user != NULL ? user : "?", host != NULL ? host : "?");
    g_autofree char *documents =
        is_of_one ? gw_report_number(gw_bson_get_int(entry, "documentsAffected", 0)) : NULL;

    gw_table_add(table, GW_STYLE_DIM, time);
    gw_table_add(table, GW_STYLE_PLAIN, gw_bson_get_str(entry, "action"));
    gw_table_add(table, GW_STYLE_PLAIN, gw_bson_get_str(entry, "migrationId"));
    gw_table_add(table, style_of(result), result);
    gw_table_add(table, GW_STYLE_PLAIN, documents);
    gw_table_add(table, GW_STYLE_PLAIN, who);
    gw_table_add(table, GW_STYLE_DIM, remark_of(entry));
}

static void
print_table(const GwCli *cli, const GPtrArray *entries)
{
    static const char *const heads[] = {"at (UTC)",  "action", "migration", "result",
                                        "documents", "by",     "",          NULL};
    g_autoptr(GwTable) table = gw_table_new(heads, 6);

    if (entries->len == 0)
        (void)fputs("nothing has happened yet\n", cli->out.file);
    for (guint i = 0; i < entries->len; i++)
        add_row(table, g_ptr_array_index(entries, i));
    gw_table_print(table, &cli->out);
}

bool
gw_cmd_history(GwCli *cli, GError **error)
{
    const char *migration = gw_args_str(cli->args, GW_OPTION_ID_MIGRATION);
    gint64 limit = gw_args_int(cli->args, GW_OPTION_ID_LIMIT, DEFAULT_LIMIT);
    g_autoptr(GPtrArray) entries = gw_engine_history(cli->project, migration, limit, error);

    if (entries == NULL)
        return false;
    if (cli->json != NULL)
        write_json(cli->json, entries);
    else
        print_table(cli, entries);
    return true;
}

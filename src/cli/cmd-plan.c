/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report.h"
#include "cli/run-report.h"
#include "cli/table.h"

static const char *
policy_name(GwPolicy policy)
{
    static const char *const names[] = {
        [GW_POLICY_FAIL] = "fail", [GW_POLICY_WARN] = "warn", [GW_POLICY_ALLOW] = "allow"};

    return names[policy];
}

static void
add_row_json(GwJson *json, const GwPlanRow *row, guint position)
{
    gw_json_begin_object(json);
    gw_json_add_int(json, "position", position);
    gw_json_add_str(json, "id", row->id);
    gw_json_add_str(json, "file", row->file);
    gw_json_add_str(json, "status", gw_status_name(row->status));
    gw_json_add_str(json, "checksum", row->checksum);
    gw_json_add_bool(json, "outOfOrder", row->is_out_of_order);
    gw_json_end_object(json);
}

static void
add_policies_json(GwJson *json, const GwPolicies *policies)
{
    gw_json_key(json, "policies");
    gw_json_begin_object(json);
    gw_json_add_str(json, "changed", policy_name(policies->changed));
    gw_json_add_str(json, "missing", policy_name(policies->missing));
    gw_json_add_str(json, "outOfOrder", policy_name(policies->out_of_order));
    gw_json_end_object(json);
}

static void
write_json(GwJson *json, const GwPlanReport *report)
{
    gw_json_key(json, "plan");
    gw_json_begin_array(json);
    for (guint next = 0; next < report->rows->len; next++)
        add_row_json(json, g_ptr_array_index(report->rows, next), next + 1);
    gw_json_end_array(json);
    add_policies_json(json, &report->policies);
    gw_json_key(json, "warnings");
    gw_json_begin_array(json);
    for (guint i = 0; i < report->warnings->len; i++)
        gw_json_str(json, g_ptr_array_index(report->warnings, i));
    gw_json_end_array(json);
    gw_json_add_str(json, "database", report->database);
    gw_json_add_str(json, "environment", report->environment);
}

static void
print(const GwCli *cli, const GwPlanReport *report)
{
    static const char *const heads[] = {"", "migration", "so far", "checksum", NULL};
    g_autoptr(GwTable) table = gw_table_new(heads, 3);
    g_autofree char *count = gw_report_count(report->rows->len, "migration");

    for (guint next = 0; next < report->rows->len; next++) {
        const GwPlanRow *row = g_ptr_array_index(report->rows, next);
        g_autofree char *position = g_strdup_printf("%u", next + 1);

        gw_table_add(table, GW_STYLE_DIM, position);
        gw_table_add(table, GW_STYLE_PLAIN, row->id);
        gw_table_add(table, GW_STYLE_YELLOW, gw_status_name(row->status));
        gw_table_add(table, GW_STYLE_DIM, row->checksum);
    }
    gw_table_print(table, &cli->out);
    (void)fprintf(cli->out.file, "%s%s would be applied to '%s' (%s)\n",
                  report->rows->len > 0 ? "\n" : "", count, report->database, report->environment);
    gw_report_warnings(&cli->err, report->warnings);
}

bool
gw_cmd_plan(GwCli *cli, GError **error)
{
    GwRunParams params = gw_run_params(cli->args);
    g_auto(GwPlanReport) report = {0};
    bool is_ok = gw_engine_plan(cli->project, &params, &report, error);

    /* Where there is no connection, there is no plan. */
    if (report.rows == NULL)
        return is_ok;
    if (cli->json != NULL)
        write_json(cli->json, &report);
    else
        print(cli, &report);
    return is_ok;
}

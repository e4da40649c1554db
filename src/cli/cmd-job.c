/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bar.h"
#include "cli/cli.h"
#include "cli/report.h"
#include "cli/table.h"
#include "engine/job-verbs.h"

#define SHORT_ID 6

static void
add_row(GwJson *json, const GwJobRow *row)
{
    gw_json_begin_object(json);
    gw_json_add_str(json, "id", row->id);
    gw_json_add_str(json, "migration", row->migration);
    gw_json_add_str(json, "direction", row->direction);
    gw_json_add_str(json, "run", row->run);
    gw_json_add_str(json, "state", row->state);
    gw_json_add_date_ms(json, "startedAt", row->started_at_ms);
    gw_json_add_date_ms(json, "endedAt", row->ended_at_ms);
    gw_json_add_date_ms(json, "seenAt", row->seen_at_ms);
    gw_bar_add_json(json, &row->facts);
    gw_json_end_object(json);
}

static void
print_rows(const GwCli *cli, const GPtrArray *rows)
{
    static const char *const heads[] = {
        "job", "migration", "what", "state", "started at (UTC)", "progress", NULL};
    g_autoptr(GwTable) table = gw_table_new(heads, -1);

    for (guint index = 0; index < rows->len; index++) {
        const GwJobRow *row = g_ptr_array_index(rows, index);
        g_autofree char *started = gw_report_time(row->started_at_ms);
        g_autofree char *shown = row->is_active && row->has_facts
                                     ? gw_bar_describe(&cli->out, &row->facts)
                                     : gw_report_count(row->facts.changed, "document");

        gw_table_add(table, GW_STYLE_DIM, row->id + strlen(row->id) - SHORT_ID);
        gw_table_add(table, GW_STYLE_PLAIN, row->migration);
        gw_table_add(table, GW_STYLE_PLAIN, row->direction);
        gw_table_add(table, row->is_active ? GW_STYLE_GREEN : GW_STYLE_PLAIN, row->state);
        gw_table_add(table, GW_STYLE_PLAIN, started);
        gw_table_add(table, GW_STYLE_PLAIN, shown);
    }
    gw_table_print(table, &cli->out);
}

static bool
list(GwCli *cli, GError **error)
{
    g_autoptr(GPtrArray) rows = NULL;

    if (!gw_engine_job_list(cli->project, gw_args_has(cli->args, GW_OPTION_ID_ALL), &rows, error))
        return false;
    if (cli->json == NULL) {
        if (rows->len == 0)
            (void)fputs("nothing is under way\n", cli->out.file);
        print_rows(cli, rows);
        return true;
    }
    gw_json_key(cli->json, "jobs");
    gw_json_begin_array(cli->json);
    for (guint index = 0; index < rows->len; index++)
        add_row(cli->json, g_ptr_array_index(rows, index));
    gw_json_end_array(cli->json);
    return true;
}

static bool
action_of(const char *word, GwJobAction *out_action)
{
    static const char *const words[] = {[GW_JOB_PAUSE] = "pause",
                                        [GW_JOB_RESUME] = "resume",
                                        [GW_JOB_CANCEL] = "cancel",
                                        [GW_JOB_SET] = "set"};

    for (guint action = 0; action < G_N_ELEMENTS(words); action++) {
        if (g_str_equal(word, words[action])) {
            *out_action = (GwJobAction)action;
            return true;
        }
    }
    return false;
}

static bool
check_set(const GwCli *cli, const GwJobParams *params, GError **error)
{
    const bool has_bounds = params->max_rate >= 0 || params->max_lag != NULL;

    if (has_bounds == (params->action == GW_JOB_SET))
        return true;
    if (has_bounds)
        return gw_throw(error, GW_ERROR_USAGE, "--max-rate and --max-lag go with 'job set'");
    gw_throw(error, GW_ERROR_USAGE, "'job set' needs something to set");
    return gw_hint(error,
                   "godwit job set --max-rate 500, or --max-lag 5s; 0 takes the bound away.");
}

bool
gw_cmd_job(GwCli *cli, GError **error)
{
    static const char *const done[] = {[GW_JOB_PAUSE] = "will pause",
                                       [GW_JOB_RESUME] = "will go on",
                                       [GW_JOB_CANCEL] = "will stop, and be taken back",
                                       [GW_JOB_SET] = "will go on at the new pace"};
    const char *word = gw_args_word(cli->args, 0);
    GwJobParams params = {.id = gw_args_word(cli->args, 1),
                          .max_rate = gw_args_int(cli->args, GW_OPTION_ID_MAX_RATE, -1),
                          .max_lag = gw_args_str(cli->args, GW_OPTION_ID_MAX_LAG)};
    g_autofree char *migration = NULL;

    if (word == NULL || g_str_equal(word, "list"))
        return list(cli, error);
    if (!action_of(word, &params.action))
        return gw_throw(error, GW_ERROR_USAGE, "'%s' is nothing that can be done to a job", word);
    if (!check_set(cli, &params, error) ||
        !gw_engine_job_control(cli->project, &params, &migration, error))
        return false;
    if (cli->json != NULL)
        gw_json_add_str(cli->json, "migration", migration);
    else
        (void)fprintf(cli->out.file, "'%s' %s\n", migration, done[params.action]);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "engine/verbs.h"

static void
write_json(GwJson *json, const GPtrArray *findings)
{
    gw_json_key(json, "findings");
    gw_json_begin_array(json);
    for (guint i = 0; i < findings->len; i++) {
        const GwFinding *finding = g_ptr_array_index(findings, i);

        gw_json_begin_object(json);
        gw_json_add_str(json, "what", finding->what);
        gw_json_add_str(json, "found", finding->found);
        gw_json_add_str(json, "hint", finding->hint);
        gw_json_add_bool(json, "ok", finding->is_ok);
        gw_json_add_bool(json, "fatal", finding->is_fatal);
        gw_json_end_object(json);
    }
    gw_json_end_array(json);
}

static void
print_finding(const GwTerminal *out, const GwFinding *finding)
{
    GwStyle style = finding->is_fatal ? GW_STYLE_RED : GW_STYLE_YELLOW;
    g_autofree char *found = gw_terminal_clean(finding->found);

    if (finding->is_ok)
        gw_terminal_put(out, GW_STYLE_GREEN, "ok     ");
    else
        gw_terminal_put(out, style, "%s", finding->is_fatal ? "wrong  " : "look   ");
    (void)fprintf(out->file, "%s: %s\n", finding->what, found);
    if (finding->hint == NULL)
        return;
    (void)fputs("       ", out->file);
    gw_terminal_wrap(out, finding->hint, 7, MIN(out->width, 100));
}

bool
gw_cmd_doctor(GwCli *cli, GError **error)
{
    g_autoptr(GPtrArray) findings = gw_engine_doctor(&cli->params, error);

    if (findings == NULL)
        return false;
    if (cli->json != NULL)
        write_json(cli->json, findings);
    for (guint i = 0; i < findings->len; i++) {
        const GwFinding *finding = g_ptr_array_index(findings, i);

        if (cli->json == NULL)
            print_finding(&cli->out, finding);
        if (finding->is_fatal)
            cli->exit_status = gw_error_code_exit_status(GW_ERROR_FAILED);
    }
    return true;
}

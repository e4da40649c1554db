/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check-formats.h"
#include "cli/cli.h"

static void
print_text(const GwCli *cli, const GwCheckReport *report)
{
    for (guint row = 0; row < report->findings->len; row++) {
        const GwFinding *finding = g_ptr_array_index(report->findings, row);
        g_autofree char *message = gw_terminal_clean(finding->message);

        gw_terminal_put(&cli->out, GW_STYLE_PLAIN, "%s:%d:%d: %s: %s [%s]\n", finding->file,
                        finding->line, finding->column, finding->level, message, finding->rule);
    }
    for (guint row = 0; row < report->files->len; row++) {
        const GwCheckedFile *file = g_ptr_array_index(report->files, row);

        if (g_str_equal(file->runs, "node"))
            gw_terminal_put(&cli->out, GW_STYLE_PLAIN, "%s needs Node\n", file->file);
    }
    gw_terminal_put(&cli->out, GW_STYLE_PLAIN, "%u files, %u errors, %u warnings, %u notes\n",
                    report->files->len, report->errors, report->warnings,
                    report->findings->len - report->errors - report->warnings);
}

static void
show(GwCli *cli, const GwCheckReport *report)
{
    const char *format = gw_args_str(cli->args, GW_OPTION_ID_FORMAT);
    g_autofree char *text = NULL;

    if (cli->json != NULL) {
        gw_check_add_json(cli->json, report);
        return;
    }
    if (g_strcmp0(format, "github") == 0)
        text = gw_check_github(report);
    else if (g_strcmp0(format, "sarif") == 0)
        text = gw_check_sarif(report);
    if (text == NULL)
        print_text(cli, report);
    else
        gw_terminal_put(&cli->out, GW_STYLE_PLAIN, "%s", text);
}

bool
gw_cmd_check(GwCli *cli, GError **error)
{
    g_auto(GwCheckReport) report = {0};
    bool is_strict = gw_args_has(cli->args, GW_OPTION_ID_STRICT);

    if (!gw_engine_check(cli->project, gw_args_has(cli->args, GW_OPTION_ID_LIVE), &report, error))
        return false;
    show(cli, &report);
    if (report.errors > 0)
        return gw_throw(error, GW_ERROR_FAILED, "%u of %u files do not load", report.errors,
                        report.files->len);
    if (is_strict && report.warnings > 0)
        return gw_throw(error, GW_ERROR_FAILED, "there are %u warnings", report.warnings);
    return true;
}

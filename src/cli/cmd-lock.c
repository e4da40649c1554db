/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/prompt.h"
#include "cli/report.h"
#include "engine/verbs.h"

static void
write_json(GwJson *json, const GwLeaseReport *report)
{
    gw_json_add_str(json, "owner", report->owner);
    if (report->owner == NULL)
        return;
    gw_json_add_str(json, "host", report->host);
    gw_json_add_str(json, "user", report->user);
    gw_json_add_int(json, "pid", report->pid);
    gw_json_add_int(json, "token", report->token);
    gw_json_add_date_ms(json, "takenAt", report->taken_at_ms);
    gw_json_add_date_ms(json, "renewedAt", report->renewed_at_ms);
    gw_json_add_date_ms(json, "expiresAt", report->expires_at_ms);
    gw_json_add_bool(json, "expired", report->is_expired);
}

/* "deploy@ci-4 (process 812)". Owned. */
static char *
describe(const GwLeaseReport *report)
{
    g_autofree char *text =
        g_strdup_printf("%s (process %" G_GINT64_FORMAT ")", report->owner, report->pid);

    return gw_terminal_clean(text);
}

static void
print_holder(const GwCli *cli, const GwLeaseReport *report)
{
    g_autofree char *holder = describe(report);
    g_autofree char *taken = gw_report_time(report->taken_at_ms);
    g_autofree char *renewed = gw_report_time(report->renewed_at_ms);

    (void)fprintf(cli->out.file, "%s is migrating since %s UTC, last sign of life %s UTC%s\n",
                  holder, taken, renewed,
                  report->is_expired ? "; it has expired: the next run takes it over" : "");
}

static bool
release(GwCli *cli, const GwLeaseReport *held, GError **error)
{
    g_autofree char *holder = describe(held);
    g_autofree char *question =
        g_strdup_printf("break the lease of %s? Its run will stop.", holder);
    g_auto(GwLeaseReport) broken = {0};

    if (!gw_prompt_confirm(cli, question, error))
        return false;
    if (!gw_engine_lock_release(cli->project, &broken, error))
        return false;
    if (cli->json != NULL) {
        gw_json_add_bool(cli->json, "released", broken.owner != NULL);
        write_json(cli->json, &broken);
        return true;
    }
    if (broken.owner == NULL)
        (void)fputs("nobody is migrating any more\n", cli->out.file);
    else
        (void)fprintf(cli->out.file, "the lease of %s is broken\n", holder);
    return true;
}

bool
gw_cmd_lock(GwCli *cli, GError **error)
{
    bool wants_release = gw_args_has(cli->args, GW_OPTION_ID_RELEASE);
    g_auto(GwLeaseReport) report = {0};

    if (!gw_engine_lock_show(cli->project, &report, error))
        return false;
    if (wants_release && report.owner != NULL)
        return release(cli, &report, error);

    if (cli->json != NULL && wants_release)
        gw_json_add_bool(cli->json, "released", false);
    if (cli->json != NULL)
        write_json(cli->json, &report);
    else if (report.owner == NULL)
        (void)fputs("nobody is migrating\n", cli->out.file);
    else
        print_holder(cli, &report);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/prompt.h"

#include <string.h>
#include <unistd.h>

#define ANSWER_BYTES 256

static bool
can_ask(const GwCli *cli)
{
    return cli->json == NULL && isatty(STDIN_FILENO) != 0 && isatty(fileno(cli->err.file)) != 0;
}

/* Whether the line that is typed is one of `answers`. */
static bool
ask(const GwCli *cli, const char *question, const char *ending, const char *const *answers)
{
    g_autofree char *clean = gw_terminal_clean(question);
    char answer[ANSWER_BYTES] = "";

    gw_terminal_put(&cli->err, GW_STYLE_BOLD, "%s", clean);
    (void)fprintf(cli->err.file, " %s ", ending);
    (void)fflush(cli->err.file);
    if (fgets(answer, sizeof answer, stdin) == NULL)
        return false;
    return g_strv_contains(answers, g_strstrip(answer));
}

static bool
throw_nobody(const char *question, GError **error)
{
    (void)gw_throw(error, GW_ERROR_REFUSED, "this needs a confirmation: %s", question);
    return gw_hint(error, "Add --yes where nobody is there to answer.");
}

static bool
throw_declined(GError **error)
{
    return gw_throw(error, GW_ERROR_REFUSED, "not confirmed: nothing was changed");
}

bool
gw_prompt_confirm(GwCli *cli, const char *question, GError **error)
{
    static const char *const yes[] = {"y", "Y", "yes", "Yes", "YES", NULL};

    if (cli->is_yes)
        return true;
    if (!can_ask(cli))
        return throw_nobody(question, error);
    return ask(cli, question, "[y/N]", yes) || throw_declined(error);
}

bool
gw_prompt_type(GwCli *cli, const char *question, const char *word, GError **error)
{
    const char *const answers[] = {word, NULL};

    if (cli->is_yes)
        return true;
    if (!can_ask(cli))
        return throw_nobody(question, error);
    return ask(cli, question, ">", answers) || throw_declined(error);
}

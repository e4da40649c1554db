/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/prompt.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_BYTES 256
#define LOOK_MS 100

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

/* Until a line was typed. False: interrupted. A signal may reach another thread than this one, so
 * that no system call here would notice. */
static bool
wait_for_line(const GwCli *cli)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

    while (*cli->params.interrupted == 0) {
        if (poll(&input, 1, LOOK_MS) > 0)
            return true;
    }
    return false;
}

static GwAnswer
read_answer(const GwCli *cli, const char *question)
{
    static const char *const yes[] = {"y", "Y", "yes", "Yes", "YES", NULL};
    static const char *const all[] = {"a", "A", "all", "All", "ALL", NULL};
    g_autofree char *clean = gw_terminal_clean(question);
    char answer[ANSWER_BYTES] = "";

    gw_terminal_put(&cli->err, GW_STYLE_BOLD, "%s", clean);
    (void)fputs(" [y/N/a] ", cli->err.file);
    (void)fflush(cli->err.file);
    if (!wait_for_line(cli) || fgets(answer, sizeof answer, stdin) == NULL)
        return GW_ANSWER_NO;
    if (g_strv_contains(all, g_strstrip(answer)))
        return GW_ANSWER_ALL;
    return g_strv_contains(yes, answer) ? GW_ANSWER_YES : GW_ANSWER_NO;
}

GwAnswer
gw_prompt_ask(const char *question, gpointer data)
{
    GwCli *cli = data;
    GwAnswer answer = GW_ANSWER_NOBODY;

    if (cli->is_yes)
        return GW_ANSWER_BEFOREHAND;
    if (!can_ask(cli))
        return GW_ANSWER_NOBODY;
    gw_progress_hold(cli->progress);
    answer = read_answer(cli, question);
    gw_progress_resume(cli->progress, true);
    return answer;
}

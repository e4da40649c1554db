/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include <string.h>

#include "base/error.h"

#define WIDTH_MOST 100
#define INDENT 2
/* Where the second column begins; a longer first one has its text on the next line. */
#define COLUMN 24

static guint
width_of(const GwTerminal *terminal)
{
    return MIN(terminal->width, WIDTH_MOST);
}

static void
print_heading(const GwTerminal *terminal, const char *text)
{
    (void)fputc('\n', terminal->file);
    gw_terminal_put(terminal, GW_STYLE_BOLD, "%s", text);
    (void)fputc('\n', terminal->file);
}

/* A term and what it means, in two columns; one below the other where it is narrow. */
static void
print_row(const GwTerminal *terminal, const char *term, const char *text)
{
    guint columns = gw_terminal_columns(term) + INDENT;
    guint column = terminal->width >= 60 ? COLUMN : INDENT + 4;

    (void)fprintf(terminal->file, "%*s%s", INDENT, "", term);
    if (columns + 2 > column)
        (void)fprintf(terminal->file, "\n%*s", (int)column, "");
    else
        (void)fprintf(terminal->file, "%*s", (int)(column - columns), "");
    gw_terminal_wrap(terminal, text, column, width_of(terminal));
}

static void
print_code(const GwTerminal *terminal, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (gsize i = 0; lines[i] != NULL; i++)
        (void)fprintf(terminal->file, "    %s\n", lines[i]);
}

static void
print_blocks(const GwTerminal *terminal, const GwTextBlock *blocks, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        /* The items of a list stand together. */
        if (i == 0 || blocks[i].kind != GW_BLOCK_ITEM || blocks[i - 1].kind != GW_BLOCK_ITEM)
            (void)fputc('\n', terminal->file);
        if (blocks[i].kind == GW_BLOCK_CODE) {
            print_code(terminal, blocks[i].text);
            continue;
        }
        if (blocks[i].kind == GW_BLOCK_ITEM)
            (void)fputs("- ", terminal->file);
        gw_terminal_wrap(terminal, blocks[i].text, blocks[i].kind == GW_BLOCK_ITEM ? 2 : 0,
                         width_of(terminal));
    }
}

static void
print_options(const GwTerminal *terminal, const GwOptionSpec *options, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        const GwOptionSpec *option = &options[i];
        g_autoptr(GString) term = g_string_new(NULL);

        if (option->letter != 0)
            g_string_append_printf(term, "-%c, ", option->letter);
        g_string_append_printf(term, "--%s", option->name);
        if (option->arg != NULL)
            g_string_append_printf(term, " %s", option->arg);
        print_row(terminal, term->str, option->help);
    }
}

static const char *
meaning_of(int status)
{
#define EXIT_CASE(code, means)                                                                     \
    case code:                                                                                     \
        return means;
    switch (status) {
        GW_EXIT_TABLE(EXIT_CASE)
    default:
        g_assert_not_reached();
    }
}

static void
print_exits(const GwTerminal *terminal, const int *statuses, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_autofree char *status = g_strdup_printf("%d", statuses[i]);

        print_row(terminal, status, meaning_of(statuses[i]));
    }
}

static void
print_examples(const GwTerminal *terminal, const GwCommandSpec *command)
{
    for (gsize i = 0; i < command->example_count; i++) {
        const GwExampleSpec *example = &command->examples[i];

        (void)fprintf(terminal->file, "%*s%s\n", INDENT, "", example->run);
        if (example->note == NULL)
            continue;
        (void)fprintf(terminal->file, "%*s", INDENT + 4, "");
        gw_terminal_wrap(terminal, example->note, INDENT + 4, width_of(terminal));
    }
}

static void
print_arguments(const GwTerminal *terminal, const GwCommandSpec *command)
{
    if (command->argument_count == 0)
        return;
    print_heading(terminal, "Arguments");
    for (gsize i = 0; i < command->argument_count; i++)
        print_row(terminal, command->arguments[i].name, command->arguments[i].help);
}

/* "…" stands in usages; a terminal without UTF-8 gets three dots. */
static void
print_usage(const GwTerminal *terminal, const char *usage)
{
    g_auto(GStrv) parts = g_strsplit(usage, "…", -1);
    g_autofree char *shown = g_strjoinv(terminal->is_utf8 ? "…" : "...", parts);

    gw_terminal_put(terminal, GW_STYLE_BOLD, "Usage:");
    (void)fprintf(terminal->file, " %s\n", shown);
}

void
gw_help_command(const GwTerminal *terminal, const GwCommandSpec *command)
{
    print_usage(terminal, command->usage);
    (void)fprintf(terminal->file, "\n%s.\n", command->summary);
    print_blocks(terminal, command->blocks, command->block_count);
    print_arguments(terminal, command);
    if (command->option_count > 0)
        print_heading(terminal, "Options");
    print_options(terminal, command->options, command->option_count);
    print_heading(terminal, "Options of every command");
    print_options(terminal, gw_global_options, gw_global_option_count);
    print_heading(terminal, "Examples");
    print_examples(terminal, command);
    print_heading(terminal, "Exit status");
    print_exits(terminal, command->exits, command->exit_count);
}

static void
print_group(const GwTerminal *terminal, guint group)
{
    print_heading(terminal, gw_command_groups[group]);
    for (gsize i = 0; i < gw_command_count; i++) {
        if (gw_commands[i].group == group)
            print_row(terminal, gw_commands[i].name, gw_commands[i].summary);
    }
}

void
gw_help_program(const GwTerminal *terminal)
{
    print_usage(terminal, "godwit [OPTION…] COMMAND [ARGUMENT…]");
    (void)fprintf(terminal->file, "\n%s.\n", gw_program_summary);
    for (guint group = 0; gw_command_groups[group] != NULL; group++)
        print_group(terminal, group);
    print_heading(terminal, "Options");
    print_options(terminal, gw_global_options, gw_global_option_count);
    (void)fputc('\n', terminal->file);
    gw_terminal_wrap(terminal, "'godwit help COMMAND' tells more of a command.", 0,
                     width_of(terminal));
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command is: options, arguments, help, the function that runs it. The tables themselves are
 * generated from spec/commands/; nothing about a command is written down a second time.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cli/commands-table.h" /* generated: GwOptionId */

typedef struct GwCli GwCli;

typedef enum {
    GW_OPTION_STRING,
    GW_OPTION_INT,
    GW_OPTION_FLAG,
    GW_OPTION_CHOICE,
} GwOptionType;

typedef struct {
    GwOptionId id;
    GwOptionType type;
    char letter;                /* 0 = none */
    const char *name;           /* without dashes */
    const char *const *aliases; /* NULL = none */
    const char *arg;            /* "ID"; NULL for a flag */
    const char *help;
    const char *const *choices;  /* of GW_OPTION_CHOICE */
    gint64 least;                /* of GW_OPTION_INT */
    int config;                  /* the GwConfigKey that it overrides; -1 = none */
    const char *flag;            /* "--uri": where that value comes from */
    const GwOptionId *conflicts; /* options that can't stand beside it */
    gsize conflict_count;
} GwOptionSpec;

typedef struct {
    const char *name; /* "DESCRIPTION" */
    const char *help;
    const char *const *choices; /* NULL = anything */
    bool is_required;
    bool is_repeated;
} GwArgumentSpec;

typedef struct {
    const char *run;
    const char *note; /* NULL = none */
} GwExampleSpec;

typedef enum {
    GW_BLOCK_PARAGRAPH,
    GW_BLOCK_ITEM,
    GW_BLOCK_CODE,
} GwBlockKind;

typedef struct {
    GwBlockKind kind;
    const char *text;
} GwTextBlock;

/* What must be there before a command runs. */
typedef enum {
    GW_NEED_PROJECT = 1 << 0,     /* a configuration */
    GW_NEED_ANY_PROJECT = 1 << 1, /* a configuration, or an empty one in its place */
    GW_NEED_CONNECTION = 1 << 2,  /* the verb connects by itself; for help only */
    GW_NEED_LEASE = 1 << 3,       /* the verb takes it by itself; for help only */
} GwNeed;

/* Runs the command. True also where the exit status (cli->exit_status) is not 0. */
typedef bool (*GwCommandFunc)(GwCli *cli, GError **error);

typedef struct {
    const char *name;
    const char *summary;
    const char *usage; /* "godwit up [OPTION…]" */
    guint group;       /* in gw_command_groups */
    guint needs;       /* of GwNeed */
    GwCommandFunc run;
    const GwTextBlock *blocks;
    gsize block_count;
    const GwOptionSpec *options;
    gsize option_count;
    const GwArgumentSpec *arguments;
    gsize argument_count;
    const GwExampleSpec *examples;
    gsize example_count;
    const int *exits; /* the statuses that it can end with */
    gsize exit_count;
} GwCommandSpec;

extern const char gw_program_summary[];
extern const char *const gw_command_groups[]; /* ends with NULL */
extern const GwTextBlock *const gw_program_blocks;
extern const gsize gw_program_block_count;
extern const GwOptionSpec gw_global_options[];
extern const gsize gw_global_option_count;
extern const GwCommandSpec gw_commands[];
extern const gsize gw_command_count;

/* The command of that name, or NULL. */
const GwCommandSpec *gw_command_find(const char *name);

/* The known command that `name` was probably meant to be, or NULL. Borrowed. */
const char *gw_command_nearest(const char *name);

/* One file each: cmd-NAME.c. */
bool gw_cmd_backup(GwCli *cli, GError **error);
bool gw_cmd_baseline(GwCli *cli, GError **error);
bool gw_cmd_check(GwCli *cli, GError **error);
bool gw_cmd_config(GwCli *cli, GError **error);
bool gw_cmd_create(GwCli *cli, GError **error);
bool gw_cmd_doctor(GwCli *cli, GError **error);
bool gw_cmd_down(GwCli *cli, GError **error);
bool gw_cmd_help(GwCli *cli, GError **error);
bool gw_cmd_history(GwCli *cli, GError **error);
bool gw_cmd_init(GwCli *cli, GError **error);
bool gw_cmd_job(GwCli *cli, GError **error);
bool gw_cmd_lock(GwCli *cli, GError **error);
bool gw_cmd_plan(GwCli *cli, GError **error);
bool gw_cmd_prune(GwCli *cli, GError **error);
bool gw_cmd_redo(GwCli *cli, GError **error);
bool gw_cmd_undo(GwCli *cli, GError **error);
bool gw_cmd_repair(GwCli *cli, GError **error);
bool gw_cmd_reset(GwCli *cli, GError **error);
bool gw_cmd_restore(GwCli *cli, GError **error);
bool gw_cmd_sandbox(GwCli *cli, GError **error);
bool gw_cmd_status(GwCli *cli, GError **error);
bool gw_cmd_up(GwCli *cli, GError **error);
bool gw_cmd_validate(GwCli *cli, GError **error);

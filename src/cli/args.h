/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line, read by the generated tables: which command, which options with which values,
 * which arguments. It changes nothing and prints nothing.
 */
#pragma once

#include "base/error.h"
#include "cli/command.h"

typedef struct GwArgs GwArgs;

/* Read the words after the program's name; `words` is borrowed and outlives the result. Fails with
 * GW_ERROR_USAGE, naming the nearest right word. Where help or the version is asked for, what else
 * is missing is no failure. */
GwArgs *gw_args_parse(const char *const *words, GError **error);
void gw_args_free(GwArgs *args);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwArgs, gw_args_free)

/* NULL = none was named. */
const GwCommandSpec *gw_args_command(const GwArgs *args);

bool gw_args_has(const GwArgs *args, GwOptionId id);

/* The value of a string or choice, borrowed; NULL = not given. */
const char *gw_args_str(const GwArgs *args, GwOptionId id);
gint64 gw_args_int(const GwArgs *args, GwOptionId id, gint64 missing);

/* The argument at `index`, or NULL. What stands behind `--` counts as an argument as well. */
const char *gw_args_word(const GwArgs *args, guint index);
guint gw_args_word_count(const GwArgs *args);

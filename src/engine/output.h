/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a migration prints: passed on at once, and kept line by line up to a limit, for the tracker.
 */
#pragma once

#include <stdbool.h>

#include "model/event.h"

typedef struct GwOutput GwOutput;

/* `observer` is told of every piece as it comes; at most `limit_bytes` are kept. The strings are
 * borrowed and outlive the output. */
GwOutput *gw_output_new(const GwObserver *observer, const char *migration, const char *file,
                        gsize limit_bytes);
void gw_output_free(GwOutput *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwOutput, gw_output_free)

/* A piece of output, not always whole lines. `data` is the GwOutput: fits GwScriptOutputFunc. */
void gw_output_write(const char *text, gsize bytes, gboolean is_stderr, gpointer data);

/* A remark of the script engine. `data` is the GwOutput: fits GwScriptNoteFunc. */
void gw_output_note(const char *text, gpointer data);

/* The lines kept so far, as valid UTF-8: an owned array of char *, NULL where nothing was printed.
 * `out_truncated` tells whether more was printed. */
GPtrArray *gw_output_lines(const GwOutput *output, bool *out_truncated);

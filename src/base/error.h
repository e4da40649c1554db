/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors: a GError whose message is a sentence for the user, and beside it what a machine wants:
 * the code of spec/errors.toml, a hint, the place in a script, the server's code and labels.
 * Nothing here prints.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/error-codes.h"

#define GW_ERROR gw_error_quark()
GQuark gw_error_quark(void);

/* The facts behind an error that do not belong in its sentence. Borrowed from the error. */
typedef struct {
    char *hint;        /* owned: what to do next, a sentence with a full stop; or NULL */
    char *file;        /* owned: the script at fault, or NULL */
    char *stack;       /* owned: the script's stack, one frame a line, or NULL */
    char *excerpt;     /* owned: the script's line with a caret below, or NULL */
    char *server_name; /* owned: the server's codeName, or NULL */
    char **labels;     /* owned: the server's errorLabels, or NULL */
    int line;          /* in `file`, from 1; 0 = unknown */
    int column;        /* in `line`, from 1; 0 = unknown */
    int server_code;   /* the server's numeric code; 0 = not the server's error */
} GwErrorInfo;

/* Set `error` to `code` with a message (lower case, no full stop). Always returns false, so that a
 * failure is one line: `return gw_throw(error, ...)`. */
bool gw_throw(GError **error, GwErrorCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Put "<what we tried>: " before the message of an error that is set. Always returns false. */
bool gw_prefix(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Attach a hint to an error that is set, replacing one that is there. Always returns false. */
bool gw_hint(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Attach the place in a script. Keeps a place that is there already: the innermost one is right. */
void gw_error_place(GError *error, const char *file, int line, int column);

/* The facts behind `error`, or NULL where its domain is not GW_ERROR. Changing them is for the
 * layer that made the error. */
GwErrorInfo *gw_error_info(const GError *error);

/* The hint of `error`, or NULL. */
const char *gw_error_hint(const GError *error);

/* Whether the server attached `label` (such as "TransientTransactionError"). */
bool gw_error_has_label(const GError *error, const char *label);

/* The name of the error's code as in spec/errors.toml ("lease-lost"); "failed" for other domains.
 */
const char *gw_error_name(const GError *error);

/* The exit status of a process that ends with `error`. */
int gw_error_exit_status(const GError *error);

/* The exit status that errors of this code give. */
int gw_error_code_exit_status(GwErrorCode code);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An error as people read it (sentence, place with the lines around it, hint) and as machines do.
 * Passwords in URIs are masked here as well, whatever the layers below made sure of.
 */
#pragma once

#include "base/error.h"
#include "base/json.h"
#include "cli/terminal.h"

typedef struct {
    const char *prefix; /* "godwit:", or "ERROR:" in a migrate-mongo project */
    bool has_stack;     /* also the script's stack */
} GwComplaintStyle;

/* Print the error. */
void gw_complaint_print(const GwTerminal *terminal, const GError *error,
                        const GwComplaintStyle *style);

/* Add it as the member "error" of the object that is being written. */
void gw_complaint_add_json(GwJson *json, const GError *error);

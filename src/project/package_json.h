/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scripts for a package.json. The rest of the file stays as it is to the byte: indentation, line
 * ends, order of keys.
 */
#pragma once

#include "base/error.h"

typedef struct {
    const char *name;
    const char *command;
} GwPackageScript;

/* "migrate": "godwit up" and the six others; ends with a NULL name. */
extern const GwPackageScript gw_package_scripts[];

/* `text` with those of `scripts` that it lacks. A script of the same name is never replaced: its
 * name goes to `kept` (owned char *). Owned. Fails with GW_ERROR_CONFIG where it is not the JSON of
 * a package; `file` is for the error. */
char *gw_package_add_scripts(const char *file, const char *text, const GwPackageScript *scripts,
                             GPtrArray *kept, GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a new migration. */
#pragma once

#include "model/config.h"

/* What is filled into a template. Borrowed. */
typedef struct {
    const char *id;
    const char *description;
    const char *author;
    const char *created_at; /* "2026-01-31" */
} GwTemplateFacts;

/* The built-in template of a migrate-mongo project or of ours, for the module system. Owned. */
char *gw_template_builtin(GwFlavour flavour, bool is_esm);

/* The first migration-template.* in `<folder>/.template`, else the first .js, .cjs or .mjs file
 * there, else NULL without an error. `out_extension` is owned: ".js". Owned. Fails with
 * GW_ERROR_IO. */
char *gw_template_of_project(const char *folder, char **out_extension, GError **error);

/* `text` with the string literals after the first `id:`, `description:`, `author:` and `createdAt:`
 * (or `=`) that stand at the beginning of a line replaced by the facts. Owned. */
char *gw_template_fill(const char *text, const GwTemplateFacts *facts);

/* Who writes the migration: git's user.name, else $USER, else "unknown". Owned. */
char *gw_template_author(const char *folder);

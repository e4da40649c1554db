/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TypeScript to JavaScript by dropping the types: no type is checked. The work is done by sucrase,
 * in a runtime of its own that is made when the first TypeScript file of the process is met and
 * that no script can reach.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Strings are owned. */
typedef struct {
    char *code;
    char *shifts; /* where the original is: see gw_shifts_find */
} GwStripped;
void gw_stripped_free(GwStripped *stripped);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwStripped, gw_stripped_free)

typedef struct {
    const char *text;
    gsize bytes;
    bool is_commonjs;                /* imports become calls of require() */
    const char *cache;               /* folder that keeps what was stripped; need not exist */
    const volatile int *interrupted; /* not 0: stop; or NULL */
} GwTypescript;

/* The text without its types, from this process's memory, the cache, or anew. Owned. Fails with
 * GW_ERROR_SCRIPT_LOAD, the line and column set, where it does not parse or has what cannot be
 * stripped. A cache that can't be read or written is done without. Threads: any. */
GwStripped *gw_typescript_strip(const GwTypescript *source, GError **error);

/* What a file, JavaScript or TypeScript, calls and imports, and what the rules of `godwit check`
 * say of it: JSON, see typescript/check.js. `has_down` is whether it exports one; `context` is
 * JSON, {file, indexes}: its name, and the `indexes` that the answer for the file before it had.
 * Owned. Fails with GW_ERROR_SCRIPT_LOAD where it does not parse. Threads: any. */
char *gw_typescript_check(const char *text, gsize bytes, bool has_down, const char *context,
                          GError **error);

/* Below: the cache, by itself. */

/* What the result of stripping is known by: 64 hex digits. Owned. */
char *gw_typescript_key(const GwTypescript *source);

/* What is kept under `key`, whole and unchanged, or NULL. Owned. */
GwStripped *gw_typescript_cache_read(const char *folder, const char *key);
void gw_typescript_cache_write(const char *folder, const char *key, const GwStripped *stripped);

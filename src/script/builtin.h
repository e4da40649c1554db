/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JavaScript modules that godwit brings along, as bytecode: read and run when first required.
 * The table is generated; which modules are in it is said in script/js/meson.build.
 */
#pragma once

#include <quickjs.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *name; /* "util", "internal/loader", "npm:bson" */
    const uint8_t *code;
    size_t bytes;
    bool is_public; /* scripts may import it */
} GwBuiltin;

/* Sorted by name. */
extern const GwBuiltin gw_builtins[];
extern const size_t gw_builtin_count;

/* The module of this name, or NULL. */
const GwBuiltin *gw_builtin_find(const char *name);

/* What the module exports; runs it the first time. Answers an exception where it throws or there is
 * no such module. */
JSValue gw_builtin_require(JSContext *js, const char *name);

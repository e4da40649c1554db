/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How C gets into the built-in JavaScript modules: each binding is an object of functions that a
 * module in script/js/ asks for by `binding('fs')`. A user's script can't reach them.
 */
#pragma once

#include <quickjs.h>

#include "script/loop.h"
#include "script/script.h"

/* What a binding may use. Borrowed: JS_GetContextOpaque of the engine's context; lives as long as
 * the context. */
typedef struct {
    const GwScriptParams *params;
    GwLoop *loop;
    JSContext *js;
    gpointer mongo;            /* owned by binding-mongo.c: connections, sessions, cached atoms */
    gpointer child;            /* owned by binding-child.c: the project's own Node; or NULL */
    gpointer http;             /* owned by binding-http.c: requests under way; or NULL */
    struct GwMemory *memory;   /* owned: the heap's bounds */
    struct GwModules *modules; /* owned: what modules.c knows of ES modules */
    GHashTable *shifts;        /* owned: path, owned -> shifts.h's list for it, owned */
    JSValue builtins;          /* owned: built-in modules that have run, by name */
    JSValue bindings;          /* owned: bindings that have been made, by name */
    JSValue exit_error;        /* owned: what gw_engine_exit threw; undefined = not called */
    bool may_gather;           /* no script that was loaded would notice write-behind */
    bool waits_for_majority;   /* see concern.h */
    int exit_status;           /* what process.exit was called with */
} GwEngine;

static inline GwEngine *
gw_engine_of(JSContext *js)
{
    return JS_GetContextOpaque(js);
}

/* Makes the object, or answers an exception. */
typedef JSValue (*GwBindingInit)(JSContext *js);

typedef struct {
    const char *name;
    GwBindingInit init;
} GwBinding;

/* The object of the binding `name`, made when first asked for. */
JSValue gw_binding_get(JSContext *js, const char *name);

/* process.exit(status): remembers it with the place it was called from, and answers an exception
 * that no script can catch. The call of the script fails. */
JSValue gw_engine_exit(JSContext *js, int status);

/* The script reaches for something besides the database, which others may write or see: what it
 * wrote is there for them first, and its next write sees what they did. */
void gw_engine_reach_out(JSContext *js);

/* One file each: binding-NAME.c. All are listed in binding-table.c. */
JSValue gw_binding_bcrypt_init(JSContext *js);
JSValue gw_binding_child_init(JSContext *js);
JSValue gw_binding_console_init(JSContext *js);
JSValue gw_binding_crypto_init(JSContext *js);
JSValue gw_binding_fs_init(JSContext *js);
JSValue gw_binding_http_init(JSContext *js);
JSValue gw_binding_modules_init(JSContext *js);
JSValue gw_binding_mongo_init(JSContext *js);
JSValue gw_binding_os_init(JSContext *js);
JSValue gw_binding_process_init(JSContext *js);
JSValue gw_binding_source_init(JSContext *js); /* module files */
JSValue gw_binding_text_init(JSContext *js);   /* TextEncoder/Decoder, structuredClone, base64 */
JSValue gw_binding_timers_init(JSContext *js);
JSValue gw_binding_util_init(JSContext *js); /* what only the engine knows of a value */

/* Free what bindings keep in the engine, before its context goes. */
void gw_binding_mongo_clear(GwEngine *engine);
void gw_binding_child_clear(GwEngine *engine);
void gw_binding_http_clear(GwEngine *engine);

/* Wait for writes that the driver has answered before they were done. False with an exception. */
bool gw_binding_mongo_settle(GwEngine *engine);

/* How many pieces of work of those are in flight in the loop. */
guint gw_binding_mongo_settled(const GwEngine *engine);

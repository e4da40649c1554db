/* SPDX-License-Identifier: Apache-2.0 */
#include "script/engine.h"

#include <sys/resource.h>

#include "script/builtin.h"
#include "script/errors.h"
#include "script/memory.h"
#include "script/modules.h"

enum {
    DEFAULT_MEMORY_BYTES = 1 << 30,
    MAX_STACK_BYTES = 4 << 20,
};

/* Half of what the thread has: the engine's C code and ours need the rest. */
static size_t
stack_bytes(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return MAX_STACK_BYTES;
    return MIN((size_t)limit.rlim_cur / 2, MAX_STACK_BYTES);
}

static GwEngine *
make_engine(const GwScriptParams *params)
{
    GwEngine *engine = g_new0(GwEngine, 1);
    JSRuntime *runtime;

    engine->memory =
        gw_memory_new(params->memory_bytes > 0 ? params->memory_bytes : DEFAULT_MEMORY_BYTES);
    runtime = gw_memory_new_runtime(engine->memory);
    g_assert(runtime != NULL);
    JS_SetMaxStackSize(runtime, stack_bytes());
    JS_SetCanBlock(runtime, false);
    engine->params = params;
    engine->may_gather = params->write_behind;
    engine->waits_for_majority = params->node != NULL; /* whose sources nobody looks at here */
    engine->js = JS_NewContext(runtime);
    g_assert(engine->js != NULL);
    JS_SetContextOpaque(engine->js, engine);
    engine->exit_error = JS_UNDEFINED;
    engine->shifts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    engine->builtins = JS_NewObjectProto(engine->js, JS_NULL);
    engine->bindings = JS_NewObjectProto(engine->js, JS_NULL);
    engine->loop = gw_loop_new(engine->js, params);
    engine->modules = gw_modules_new(engine);
    return engine;
}

GwEngine *
gw_engine_new(const GwScriptParams *params, GError **error)
{
    g_autoptr(GwEngine) engine = make_engine(params);
    JSValue result = gw_builtin_require(engine->js, "internal/globals");

    if (JS_IsException(result)) {
        gw_throw_script(error, GW_ERROR_BUG, engine, JS_GetException(engine->js));
        gw_prefix(error, "starting the JavaScript engine");
        return NULL;
    }
    JS_FreeValue(engine->js, result);
    return g_steal_pointer(&engine);
}

void
gw_engine_free(GwEngine *engine)
{
    JSRuntime *runtime;

    if (engine == NULL)
        return;
    gw_engine_enter(engine);
    runtime = JS_GetRuntime(engine->js);
    gw_binding_child_clear(engine);
    gw_binding_http_clear(engine);
    gw_binding_mongo_clear(engine);
    gw_loop_free(engine->loop);
    gw_modules_free(engine->modules);
    JS_FreeValue(engine->js, engine->exit_error);
    JS_FreeValue(engine->js, engine->bindings);
    JS_FreeValue(engine->js, engine->builtins);
    JS_FreeContext(engine->js);
    JS_FreeRuntime(runtime);
    gw_memory_free(engine->memory);
    g_hash_table_unref(engine->shifts);
    g_free(engine);
}

void
gw_engine_enter(GwEngine *engine)
{
    JS_UpdateStackTop(JS_GetRuntime(engine->js));
}

void
gw_engine_reach_out(JSContext *js)
{
    GwWriter *writer = gw_engine_of(js)->params->writer;

    /* A failure stays with the writer: it fails the script's next call, and the migration. */
    if (writer != NULL)
        (void)gw_writer_settle(writer, NULL);
}

JSValue
gw_engine_exit(JSContext *js, int status)
{
    GwEngine *engine = gw_engine_of(js);
    JSValue thrown;

    JS_ThrowPlainError(js, "process.exit(%d) was called", status);
    thrown = JS_GetException(js);
    JS_SetUncatchableError(js, thrown);
    JS_FreeValue(js, engine->exit_error);
    engine->exit_error = JS_DupValue(js, thrown);
    engine->exit_status = status;
    return JS_Throw(js, thrown);
}

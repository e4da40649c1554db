/* SPDX-License-Identifier: Apache-2.0 */
#include "script/script.h"

#include "script/builtin.h"
#include "script/engine.h"
#include "script/errors.h"

/* How long timers are waited for that a function left behind. A timeout that guards something
 * (Promise.race) is mostly longer, and nothing depends on it any more. */
enum {
    GRACE_US = 5 * G_USEC_PER_SEC
};

struct GwScript {
    GwScriptParams params; /* owned: its strings */
    GwEngine *engine;      /* owned */
    JSValue run;           /* owned: what internal/run exports */
    JSValue handles;       /* owned: {db, client}; undefined until they are needed */
};

/* What is being waited for. */
typedef struct {
    GwErrorCode code;
    const char *what; /* "up()" */
} Call;

void
gw_script_facts_clear(GwScriptFacts *facts)
{
    g_clear_pointer(&facts->id, g_free);
    g_clear_pointer(&facts->description, g_free);
    g_clear_pointer(&facts->author, g_free);
    g_clear_pointer(&facts->created_at, g_free);
}

GwScript *
gw_script_new(const GwScriptParams *params, GError **error)
{
    g_autoptr(GwScript) script = g_new0(GwScript, 1);

    script->run = JS_UNDEFINED;
    script->handles = JS_UNDEFINED;
    script->params = *params;
    script->params.root = g_strdup(params->root);
    script->params.database = g_strdup(params->database);
    script->engine = gw_engine_new(&script->params, error);
    if (script->engine == NULL)
        return NULL;
    script->run = gw_builtin_require(script->engine->js, "internal/run");
    if (JS_IsException(script->run)) {
        gw_throw_script(error, GW_ERROR_BUG, script->engine, JS_GetException(script->engine->js));
        return NULL;
    }
    return g_steal_pointer(&script);
}

void
gw_script_free(GwScript *script)
{
    if (script == NULL)
        return;
    if (script->engine != NULL) {
        JS_FreeValue(script->engine->js, script->handles);
        JS_FreeValue(script->engine->js, script->run);
    }
    gw_engine_free(script->engine);
    g_free((char *)script->params.root);
    g_free((char *)script->params.database);
    g_free(script);
}

/* Calls a function of internal/run; frees the arguments. */
static JSValue
invoke(GwScript *script, const char *function, int argc, JSValue *take_arguments)
{
    JSContext *js = script->engine->js;
    JSValue method = JS_GetPropertyStr(js, script->run, function);
    JSValue result = JS_Call(js, method, script->run, argc, (JSValueConst *)take_arguments);

    for (int row = 0; row < argc; row++)
        JS_FreeValue(js, take_arguments[row]);
    JS_FreeValue(js, method);
    return result;
}

static bool
throw_stopped(GwScript *script, const Call *call, GError **error)
{
    GwEngine *engine = script->engine;

    if (gw_loop_is_interrupted(engine->loop))
        return gw_throw(error, GW_ERROR_INTERRUPTED, "%s was %s", call->what,
                        gw_loop_is_cancelled(engine->loop) ? "cancelled" : "interrupted");
    gw_throw_script(error, call->code, engine, JS_DupValue(engine->js, engine->exit_error));
    return gw_hint(error, "A script that godwit runs has to return or throw instead.");
}

/* Something that nobody awaits went wrong. */
static bool
throw_failure(GwScript *script, const Call *call, GError **error)
{
    bool is_rejection = false;
    JSValue failure = gw_loop_take_failure(script->engine->loop, &is_rejection);

    gw_throw_script(error, call->code, script->engine, failure);
    if (is_rejection)
        gw_hint(error,
                "The promise that failed is not awaited: put 'await' or 'return' before it.");
    return false;
}

static bool
throw_end(GwScript *script, const Call *call, GwLoopEnd end, GError **error)
{
    if (end == GW_LOOP_STOPPED)
        return throw_stopped(script, call, error);
    if (end == GW_LOOP_FAILED)
        return throw_failure(script, call, error);
    return gw_throw(error, call->code,
                    "%s never settled: it awaits a promise that nothing will resolve", call->what);
}

/* Wait for a promise. `out_value` is owned by the caller. */
static bool
settle(GwScript *script, const Call *call, JSValue take_promise, JSValue *out_value, GError **error)
{
    GwEngine *engine = script->engine;
    JSContext *js = engine->js;
    GwLoopEnd end;
    JSValue result;
    bool is_rejected;

    if (JS_IsException(take_promise)) {
        JSValue thrown = JS_GetException(js);

        if (gw_loop_is_interrupted(engine->loop) || !JS_IsUndefined(engine->exit_error)) {
            JS_FreeValue(js, thrown);
            return throw_stopped(script, call, error);
        }
        return gw_throw_script(error, call->code, engine, thrown);
    }
    end = gw_loop_run(engine->loop, take_promise);
    if (end != GW_LOOP_DONE) {
        JS_FreeValue(js, take_promise);
        return throw_end(script, call, end, error);
    }
    is_rejected = JS_PromiseState(js, take_promise) == JS_PROMISE_REJECTED;
    result = JS_PromiseResult(js, take_promise);
    JS_FreeValue(js, take_promise);
    if (is_rejected)
        return gw_throw_script(error, call->code, engine, result);
    *out_value = result;
    return true;
}

static void note(GwScript *script, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
note(GwScript *script, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list arguments;

    if (script->params.note == NULL)
        return;
    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    script->params.note(text, script->params.data);
}

/* A function is done when all that it started is done. */
static bool
drain(GwScript *script, const Call *call, GError **error)
{
    bool was_busy =
        gw_loop_is_busy_beside(script->engine->loop, gw_binding_mongo_settled(script->engine));
    guint dropped = 0;
    GwLoopEnd end = gw_loop_drain(script->engine->loop, GRACE_US, &dropped);

    if (end != GW_LOOP_DONE)
        return throw_end(script, call, end, error);
    if (dropped > 0)
        note(script, "%s left %u timer%s behind: dropped", call->what, dropped,
             dropped == 1 ? "" : "s");
    else if (was_busy)
        note(script, "%s did not await all of its work: godwit has waited for it", call->what);
    return true;
}

static char *
take_text(GwScript *script, JSValueConst facts, const char *name)
{
    JSContext *js = script->engine->js;
    JSValue value = JS_GetPropertyStr(js, facts, name);
    const char *text = JS_IsString(value) ? JS_ToCString(js, value) : NULL;
    char *copy = text != NULL ? g_utf8_make_valid(text, -1) : NULL;

    JS_FreeCString(js, text);
    JS_FreeValue(js, value);
    return copy;
}

static bool
take_bool(GwScript *script, JSValueConst facts, const char *name)
{
    JSContext *js = script->engine->js;
    JSValue value = JS_GetPropertyStr(js, facts, name);
    bool is_true = JS_ToBool(js, value) > 0;

    JS_FreeValue(js, value);
    return is_true;
}

bool
gw_script_load(GwScript *script, const char *path, GwScriptFacts *out_facts, GError **error)
{
    const Call call = {GW_ERROR_SCRIPT_LOAD, "loading the file"};
    JSContext *js = script->engine->js;
    JSValue argument = JS_NewString(js, path);
    JSValue facts = JS_UNDEFINED;

    gw_engine_enter(script->engine);
    if (!settle(script, &call, invoke(script, "load", 1, &argument), &facts, error))
        return false;
    *out_facts = (GwScriptFacts){
        .id = take_text(script, facts, "id"),
        .description = take_text(script, facts, "description"),
        .author = take_text(script, facts, "author"),
        .created_at = take_text(script, facts, "createdAt"),
        .has_up = take_bool(script, facts, "hasUp"),
        .has_down = take_bool(script, facts, "hasDown"),
        .has_validate = take_bool(script, facts, "hasValidate"),
    };
    JS_FreeValue(js, facts);
    return true;
}

/* {db, client}, made by the driver's module; undefined in an engine without a database. */
static bool
open_handles(GwScript *script, GError **error)
{
    JSContext *js = script->engine->js;
    JSValue module;
    JSValue open;
    JSValue name;

    if (script->params.clients == NULL || !JS_IsUndefined(script->handles))
        return true;
    module = gw_builtin_require(js, "mongodb/handles");
    open = JS_IsException(module) ? JS_EXCEPTION : JS_GetPropertyStr(js, module, "open");
    name =
        script->params.database != NULL ? JS_NewString(js, script->params.database) : JS_UNDEFINED;
    script->handles =
        JS_IsException(open) ? JS_EXCEPTION : JS_Call(js, open, module, 1, (JSValueConst *)&name);
    JS_FreeValue(js, name);
    JS_FreeValue(js, open);
    JS_FreeValue(js, module);
    if (!JS_IsException(script->handles))
        return true;
    script->handles = JS_UNDEFINED;
    return gw_throw_script(error, GW_ERROR_SCRIPT, script->engine, JS_GetException(js));
}

static JSValue
get_handle(GwScript *script, const char *name)
{
    if (JS_IsUndefined(script->handles))
        return JS_UNDEFINED;
    return JS_GetPropertyStr(script->engine->js, script->handles, name);
}

static void
note_callback(GwScript *script, const char *function, const char *what)
{
    JSContext *js = script->engine->js;
    JSValue name = JS_NewString(js, function);
    JSValue answer = invoke(script, "takesCallback", 1, &name);

    if (JS_IsException(answer))
        JS_FreeValue(js, JS_GetException(js));
    else if (JS_ToBool(js, answer) > 0)
        note(script, "%s takes a callback: it is done when that is called", what);
    JS_FreeValue(js, answer);
}

bool
gw_script_call(GwScript *script, const char *function, GError **error)
{
    g_autofree char *what = g_strconcat(function, "()", NULL);
    const Call call = {GW_ERROR_SCRIPT, what};
    JSContext *js = script->engine->js;
    JSValue arguments[3];
    JSValue answer = JS_UNDEFINED;
    bool is_false;

    gw_engine_enter(script->engine);
    if (!open_handles(script, error))
        return false;
    note_callback(script, function, what);
    arguments[0] = JS_NewString(js, function);
    arguments[1] = get_handle(script, "db");
    arguments[2] = get_handle(script, "client");
    if (!settle(script, &call, invoke(script, "call", 3, arguments), &answer, error))
        return false;
    is_false = JS_IsBool(answer) && JS_ToBool(js, answer) == 0;
    JS_FreeValue(js, answer);
    if (!gw_binding_mongo_settle(script->engine))
        return gw_throw_script(error, GW_ERROR_SCRIPT, script->engine, JS_GetException(js));
    if (!drain(script, &call, error))
        return false;
    if (is_false && g_str_equal(function, "validate"))
        return gw_throw(error, GW_ERROR_SCRIPT, "validate() answered false");
    return true;
}

/* Through JSON, which leaves out what is no data. */
static bson_t *
to_bson(GwScript *script, JSValueConst value, GError **error)
{
    JSContext *js = script->engine->js;
    JSValue json = JS_JSONStringify(js, value, JS_UNDEFINED, JS_UNDEFINED);
    const char *text;
    bson_error_t cause;
    bson_t *config;

    if (JS_IsException(json)) {
        gw_throw_script(error, GW_ERROR_SCRIPT_LOAD, script->engine, JS_GetException(js));
        return NULL;
    }
    text = JS_ToCString(js, json);
    config = text != NULL ? bson_new_from_json((const uint8_t *)text, -1, &cause) : NULL;
    if (config == NULL)
        gw_throw(error, GW_ERROR_SCRIPT_LOAD, "what it exports cannot be read: %s",
                 text != NULL ? cause.message : "no text");
    JS_FreeCString(js, text);
    JS_FreeValue(js, json);
    return config;
}

bson_t *
gw_script_eval_config(GwScript *script, const char *path, GError **error)
{
    const Call call = {GW_ERROR_SCRIPT_LOAD, "the configuration file"};
    JSContext *js = script->engine->js;
    JSValue argument = JS_NewString(js, path);
    JSValue value = JS_UNDEFINED;
    bson_t *config;

    gw_engine_enter(script->engine);
    if (!settle(script, &call, invoke(script, "readConfig", 1, &argument), &value, error))
        return NULL;
    config = to_bson(script, value, error);
    JS_FreeValue(js, value);
    return config;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "script/builtin.h"

#include <stdlib.h>

#include "script/binding.h"

static int
compare_name(const void *name, const void *row)
{
    return strcmp(name, ((const GwBuiltin *)row)->name);
}

const GwBuiltin *
gw_builtin_find(const char *name)
{
    return bsearch(name, gw_builtins, gw_builtin_count, sizeof gw_builtins[0], compare_name);
}

/* An npm package requires its own dependencies by their plain names. */
static const GwBuiltin *
find_from(const char *base, const char *name)
{
    const char *plain = g_str_has_prefix(name, "node:") ? name + strlen("node:") : name;
    g_autofree char *sibling = NULL;
    const GwBuiltin *found = NULL;
    gsize end = strlen(plain);

    if (!g_str_has_prefix(base, "npm:"))
        return gw_builtin_find(plain);
    /* `require('buffer/')` is how a package says that it means the one from npm. */
    while (end > 0 && plain[end - 1] == '/')
        end--;
    sibling = g_strdup_printf("npm:%.*s", (int)end, plain);
    found = gw_builtin_find(sibling);
    return found != NULL ? found : gw_builtin_find(plain);
}

static JSValue
require_from(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv, int magic,
             JSValueConst *data)
{
    const char *base = JS_ToCString(js, data[0]);
    const char *name = argc > 0 ? JS_ToCString(js, argv[0]) : NULL;
    JSValue exports = JS_EXCEPTION;

    if (base != NULL && name != NULL) {
        const GwBuiltin *found = find_from(base, name);

        exports = gw_builtin_require(js, found != NULL ? found->name : name);
    }
    JS_FreeCString(js, name);
    JS_FreeCString(js, base);
    return exports;
}

static JSValue
binding_of(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const char *name = argc > 0 ? JS_ToCString(js, argv[0]) : NULL;
    JSValue object = name != NULL ? gw_binding_get(js, name) : JS_EXCEPTION;

    JS_FreeCString(js, name);
    return object;
}

/* Calls the module's wrapper with (exports, require, module, binding). */
static JSValue
call_wrapper(JSContext *js, const GwBuiltin *builtin, JSValueConst module)
{
    JSValue wrapper = JS_ReadObject(js, builtin->code, builtin->bytes, JS_READ_OBJ_BYTECODE);
    JSValue function = JS_IsException(wrapper) ? JS_EXCEPTION : JS_EvalFunction(js, wrapper);
    JSValue name = JS_NewString(js, builtin->name);
    JSValue require = JS_NewCFunctionData(js, require_from, 1, 0, 1, (JSValueConst *)&name);
    JSValue exports = JS_GetPropertyStr(js, module, "exports");
    JSValue binding = JS_NewCFunction(js, binding_of, "binding", 1);
    JSValueConst arguments[] = {exports, require, module, binding};
    JSValue result = JS_EXCEPTION;

    if (!JS_IsException(function))
        result = JS_Call(js, function, JS_UNDEFINED, G_N_ELEMENTS(arguments), arguments);
    JS_FreeValue(js, binding);
    JS_FreeValue(js, exports);
    JS_FreeValue(js, require);
    JS_FreeValue(js, name);
    JS_FreeValue(js, function);
    return result;
}

/* Is in the cache before it runs, as CommonJS has it for modules that require each other; a module
 * that throws is taken out again. */
static JSValue
run_module(JSContext *js, const GwBuiltin *builtin)
{
    GwEngine *engine = gw_engine_of(js);
    JSValue module = JS_NewObject(js);
    JSValue result;

    JS_SetPropertyStr(js, module, "exports", JS_NewObject(js));
    JS_SetPropertyStr(js, engine->builtins, builtin->name, JS_DupValue(js, module));
    result = call_wrapper(js, builtin, module);
    if (JS_IsException(result)) {
        JSAtom atom = JS_NewAtom(js, builtin->name);

        JS_DeleteProperty(js, engine->builtins, atom, 0);
        JS_FreeAtom(js, atom);
        JS_FreeValue(js, module);
        return JS_EXCEPTION;
    }
    JS_FreeValue(js, result);
    return module;
}

JSValue
gw_builtin_require(JSContext *js, const char *name)
{
    const GwBuiltin *builtin = gw_builtin_find(name);
    JSValue module;
    JSValue exports;

    if (builtin == NULL)
        return JS_ThrowReferenceError(js, "there is no built-in module '%s'", name);
    module = JS_GetPropertyStr(js, gw_engine_of(js)->builtins, builtin->name);
    if (JS_IsUndefined(module))
        module = run_module(js, builtin);
    if (JS_IsException(module))
        return JS_EXCEPTION;
    exports = JS_GetPropertyStr(js, module, "exports");
    JS_FreeValue(js, module);
    return exports;
}

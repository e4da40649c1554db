/* SPDX-License-Identifier: Apache-2.0 */
#include "script/modules.h"

#include "script/behind.h"
#include "script/concern.h"
#include "script/module-graph.h"

struct GwModules {
    GwEngine *engine;     /* borrowed */
    GwModuleGraph *graph; /* owned */
    JSValue loader;       /* owned: what internal/loader exports; undefined until attached */
    int load_depth;       /* loads that are under way, one inside the other */
    int require_depth;    /* require() of an ES module that are under way */
    bool has_running;     /* some node may be GW_MODULE_RUNNING */
};

static GwModules *
modules_of(JSContext *js)
{
    return gw_engine_of(js)->modules;
}

/* Calls a function of the loader with strings. */
static JSValue
ask_loader(JSContext *js, const char *function, const char *first, const char *second)
{
    JSValue loader = modules_of(js)->loader;
    JSValue method = JS_GetPropertyStr(js, loader, function);
    JSValue arguments[] = {JS_NewString(js, first),
                           second != NULL ? JS_NewString(js, second) : JS_UNDEFINED};
    JSValue answer = JS_Call(js, method, loader, 2, (JSValueConst *)arguments);

    JS_FreeValue(js, arguments[1]);
    JS_FreeValue(js, arguments[0]);
    JS_FreeValue(js, method);
    return answer;
}

/* What is evaluated next: everything that this module imports and that has not been yet. */
static void
begin_running(GwModules *modules, const char *name)
{
    gw_module_graph_move(modules->graph, name, GW_MODULE_LOADED, GW_MODULE_RUNNING);
    modules->has_running = true;
}

static JSValue
throw_broken(JSContext *js, const char *name)
{
    return JS_ThrowReferenceError(js, "'%s' failed to load before", name);
}

/* The engine's callback: the full name of a module that `base` imports. */
static char *
normalize(JSContext *js, const char *base, const char *name, void *opaque)
{
    GwModules *modules = opaque;
    JSValue answer = ask_loader(js, "resolveImport", name, base);
    const char *resolved = JS_IsException(answer) ? NULL : JS_ToCString(js, answer);
    const GwModuleNode *node;
    char *copy = NULL;

    JS_FreeValue(js, answer);
    if (resolved == NULL)
        return NULL;
    node = gw_module_graph_find(modules->graph, resolved);
    if (node != NULL && node->state == GW_MODULE_BROKEN) {
        throw_broken(js, resolved);
    } else {
        copy = js_strdup(js, resolved);
        if (modules->load_depth > 0)
            gw_module_graph_add_import(modules->graph, base, resolved);
        else if (node != NULL)
            begin_running(modules, resolved);
    }
    JS_FreeCString(js, resolved);
    return copy;
}

/* A module made of values: hand them out when it is linked. */
static int
export_values(JSContext *js, JSModuleDef *module)
{
    JSValue values = JS_GetModulePrivateValue(js, module);
    JSPropertyEnum *names = NULL;
    uint32_t count = 0;
    int result = JS_GetOwnPropertyNames(js, &names, &count, values, JS_GPN_STRING_MASK);

    for (uint32_t row = 0; result == 0 && row < count; row++) {
        const char *name = JS_AtomToCString(js, names[row].atom);

        result = name == NULL ? -1
                              : JS_SetModuleExport(js, module, name,
                                                   JS_GetProperty(js, values, names[row].atom));
        JS_FreeCString(js, name);
    }
    if (names != NULL)
        JS_FreePropertyEnum(js, names, count);
    JS_FreeValue(js, values);
    return result;
}

static JSModuleDef *
make_values_module(JSContext *js, const char *name, JSValueConst values)
{
    JSModuleDef *module = JS_NewCModule(js, name, export_values);
    JSPropertyEnum *names = NULL;
    uint32_t count = 0;
    int result = module == NULL
                     ? -1
                     : JS_GetOwnPropertyNames(js, &names, &count, values, JS_GPN_STRING_MASK);

    for (uint32_t row = 0; result == 0 && row < count; row++) {
        const char *export_name = JS_AtomToCString(js, names[row].atom);

        result = export_name == NULL ? -1 : JS_AddModuleExport(js, module, export_name);
        JS_FreeCString(js, export_name);
    }
    if (names != NULL)
        JS_FreePropertyEnum(js, names, count);
    if (result < 0)
        return NULL;
    JS_SetModulePrivateValue(js, module, JS_DupValue(js, values));
    return module;
}

static JSModuleDef *
compile_module(JSContext *js, const char *name, JSValueConst source)
{
    size_t bytes = 0;
    const char *text = JS_ToCStringLen(js, &bytes, source);
    JSModuleDef *module = NULL;
    JSValue compiled;
    JSValue meta;

    if (text == NULL)
        return NULL;
    compiled = JS_Eval(js, text, bytes, name, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
    gw_behind_note_source(gw_engine_of(js), name, text, bytes);
    gw_concern_note_source(gw_engine_of(js), text, bytes);
    JS_FreeCString(js, text);
    if (JS_IsException(compiled))
        return NULL;
    module = JS_VALUE_GET_PTR(compiled);
    JS_FreeValue(js, compiled); /* the context keeps it */
    meta = JS_GetImportMeta(js, module);
    if (!JS_IsException(meta)) {
        JSValueConst arguments[2] = {meta, JS_UNDEFINED};
        JSValue loader = modules_of(js)->loader;
        JSValue method = JS_GetPropertyStr(js, loader, "fillMeta");
        JSValue file = JS_NewString(js, name);

        arguments[1] = file;
        JS_FreeValue(js, JS_Call(js, method, loader, 2, arguments));
        JS_FreeValue(js, file);
        JS_FreeValue(js, method);
    }
    JS_FreeValue(js, meta);
    return module;
}

/* The loader answers a string: the source of an ES module; or an object: the exports. */
static JSModuleDef *
load(JSContext *js, const char *name, const char *type)
{
    GwModules *modules = modules_of(js);
    GwModuleNode *node = gw_module_graph_add(modules->graph, name);
    JSValue answer;
    JSModuleDef *module = NULL;

    node->state = GW_MODULE_LOADING;
    modules->load_depth++;
    answer = ask_loader(js, "loadImport", name, type);
    if (JS_IsString(answer))
        module = compile_module(js, name, answer);
    else if (!JS_IsException(answer))
        module = make_values_module(js, name, answer);
    JS_FreeValue(js, answer);
    modules->load_depth--;
    if (module == NULL) {
        gw_module_graph_break(modules->graph, name);
        return NULL;
    }
    node->module = module;
    node->state = GW_MODULE_LOADED;
    return module;
}

/* The engine's callback: the module of that name, which it does not know yet. */
static JSModuleDef *
load_import(JSContext *js, const char *name, void *opaque, JSValueConst attributes)
{
    GwModules *modules = opaque;
    JSValue type =
        JS_IsObject(attributes) ? JS_GetPropertyStr(js, attributes, "type") : JS_UNDEFINED;
    const char *type_name = JS_IsString(type) ? JS_ToCString(js, type) : NULL;
    JSModuleDef *module = load(js, name, type_name);

    JS_FreeCString(js, type_name);
    JS_FreeValue(js, type);
    if (module != NULL && modules->load_depth == 0)
        begin_running(modules, name);
    return module;
}

static JSValue
throw_cycle(JSContext *js, const char *name)
{
    JS_ThrowPlainError(js,
                       "cannot require() the ES module '%s' while it is being loaded: "
                       "import it instead",
                       name);
    return JS_EXCEPTION;
}

/* Evaluates a loaded module and waits for it, also where it has a top-level await. */
static JSValue
evaluate(JSContext *js, const char *name, JSModuleDef *module)
{
    GwModules *modules = modules_of(js);
    GwLoop *loop = gw_engine_of(js)->loop;
    int load_depth = modules->load_depth;
    JSValue promise;
    JSValue result = JS_UNDEFINED;

    begin_running(modules, name);
    modules->load_depth = 0;
    modules->require_depth++;
    promise = JS_EvalFunction(js, JS_DupValue(js, JS_MKPTR(JS_TAG_MODULE, module)));
    if (JS_IsException(promise)) {
        result = JS_EXCEPTION;
    } else {
        gw_loop_handle(loop, promise);
        if (JS_PromiseState(js, promise) == JS_PROMISE_PENDING &&
            gw_loop_run(loop, promise) != GW_LOOP_DONE)
            result = JS_ThrowPlainError(js, "the top-level await of '%s' never settled", name);
        else if (JS_PromiseState(js, promise) == JS_PROMISE_REJECTED)
            result = JS_Throw(js, JS_PromiseResult(js, promise));
    }
    JS_FreeValue(js, promise);
    modules->require_depth--;
    modules->load_depth = load_depth;
    gw_module_graph_move(modules->graph, name, GW_MODULE_RUNNING, GW_MODULE_DONE);
    return result;
}

static JSValue
require_module(JSContext *js, const char *name)
{
    GwModules *modules = modules_of(js);
    const GwModuleNode *node = gw_module_graph_find(modules->graph, name);
    JSModuleDef *module = node != NULL ? node->module : NULL;

    if (node != NULL && node->state == GW_MODULE_BROKEN)
        return throw_broken(js, name);
    if (node != NULL && node->state == GW_MODULE_LOADING)
        return throw_cycle(js, name);
    if (module == NULL)
        module = load(js, name, NULL);
    if (module == NULL)
        return JS_EXCEPTION;
    if (gw_module_graph_has(modules->graph, name, GW_MODULE_LOADING) ||
        gw_module_graph_has(modules->graph, name, GW_MODULE_RUNNING))
        return throw_cycle(js, name);
    if (JS_IsException(evaluate(js, name, module)))
        return JS_EXCEPTION;
    return JS_GetModuleNamespace(js, module);
}

/* requireModule(path): the namespace of an ES module, at once. */
static JSValue
binding_require_module(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const char *name = JS_ToCString(js, argv[0]);
    JSValue result = name != NULL ? require_module(js, name) : JS_EXCEPTION;

    JS_FreeCString(js, name);
    return result;
}

/* importModule(path): a promise of the namespace, as import() gives. */
static JSValue
binding_import_module(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const char *name = JS_ToCString(js, argv[0]);
    JSValue result = name != NULL ? JS_LoadModule(js, "/", name) : JS_EXCEPTION;

    JS_FreeCString(js, name);
    return result;
}

/* attach({resolveImport, loadImport, fillMeta}) */
static JSValue
binding_attach(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    GwModules *modules = modules_of(js);

    JS_FreeValue(js, modules->loader);
    modules->loader = JS_DupValue(js, argv[0]);
    return JS_UNDEFINED;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("attach", 1, binding_attach),
    JS_CFUNC_DEF("importModule", 1, binding_import_module),
    JS_CFUNC_DEF("requireModule", 1, binding_require_module),
};

JSValue
gw_binding_modules_init(JSContext *js)
{
    JSValue object = JS_NewObject(js);

    JS_SetPropertyFunctionList(js, object, functions, G_N_ELEMENTS(functions));
    return object;
}

GwModules *
gw_modules_new(GwEngine *engine)
{
    GwModules *modules = g_new0(GwModules, 1);

    modules->engine = engine;
    modules->graph = gw_module_graph_new();
    modules->loader = JS_UNDEFINED;
    JS_SetModuleLoaderFunc2(JS_GetRuntime(engine->js), normalize, load_import, NULL, modules);
    return modules;
}

void
gw_modules_free(GwModules *modules)
{
    if (modules == NULL)
        return;
    JS_FreeValue(modules->engine->js, modules->loader);
    gw_module_graph_free(modules->graph);
    g_free(modules);
}

void
gw_modules_job_ended(GwModules *modules)
{
    if (!modules->has_running || modules->require_depth > 0)
        return;
    modules->has_running = false;
    gw_module_graph_move_all(modules->graph, GW_MODULE_RUNNING, GW_MODULE_DONE);
}

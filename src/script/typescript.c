/* SPDX-License-Identifier: Apache-2.0 */
#include "script/typescript.h"

#include <quickjs.h>

#include "script/builtin.h"

enum {
    STACK_BYTES = 2 << 20,
};

typedef struct {
    JSContext *js;
    JSValue strip;                   /* owned: a function of typescript/strip */
    JSValue check;                   /* owned: the other one */
    const volatile int *interrupted; /* borrowed, while a text is stripped */
} Stripper;

/* One for the process, and what it has made: each migration has an engine of its own, and none
 * should pay again for loading sucrase (10 ms), or for a helper that all of them import. */
static GMutex mutex;
static Stripper *stripper;
static GHashTable *known; /* key, owned -> GwStripped, owned */

void
gw_stripped_free(GwStripped *stripped)
{
    if (stripped == NULL)
        return;
    g_free(stripped->code);
    g_free(stripped->shifts);
    g_free(stripped);
}

static GwStripped *
stripped_copy(const GwStripped *from)
{
    GwStripped *copy = g_new0(GwStripped, 1);

    copy->code = g_strdup(from->code);
    copy->shifts = g_strdup(from->shifts);
    return copy;
}

/* Its modules import each other as './name', and folders by their index. */
static char *
normalize(JSContext *js, const char *base, const char *name, void *opaque)
{
    g_autofree char *folder = g_path_get_dirname(base);
    g_autofree char *joined = g_build_filename("/", name[0] == '.' ? folder : "", name, NULL);
    g_autofree char *path = g_canonicalize_filename(joined, "/");
    g_autofree char *index = g_strconcat(path + 1, "/index", NULL);

    return js_strdup(js, gw_builtin_find(path + 1) != NULL ? path + 1 : index);
}

static JSModuleDef *
load(JSContext *js, const char *name, void *opaque)
{
    const GwBuiltin *builtin = gw_builtin_find(name);
    JSModuleDef *module;
    JSValue object;

    if (builtin == NULL) {
        JS_ThrowReferenceError(js, "there is no module '%s'", name);
        return NULL;
    }
    object = JS_ReadObject(js, builtin->code, builtin->bytes, JS_READ_OBJ_BYTECODE);
    if (JS_IsException(object))
        return NULL;
    module = JS_VALUE_GET_PTR(object);
    JS_FreeValue(js, object); /* the context keeps it */
    return module;
}

static int
is_interrupted(JSRuntime *runtime, void *opaque)
{
    const Stripper *self = opaque;

    return self->interrupted != NULL && *self->interrupted != 0;
}

/* Evaluates typescript/strip and all that it imports. */
static void
load_functions(Stripper *self)
{
    JSContext *js = self->js;
    const GwBuiltin *builtin = gw_builtin_find("typescript/strip");
    JSValue module = JS_ReadObject(js, builtin->code, builtin->bytes, JS_READ_OBJ_BYTECODE);
    JSValue promise;
    JSValue names;

    g_assert(!JS_IsException(module) && JS_ResolveModule(js, module) == 0);
    promise = JS_EvalFunction(js, JS_DupValue(js, module));
    g_assert(JS_PromiseState(js, promise) == JS_PROMISE_FULFILLED);
    names = JS_GetModuleNamespace(js, JS_VALUE_GET_PTR(module));
    self->strip = JS_GetPropertyStr(js, names, "strip");
    self->check = JS_GetPropertyStr(js, names, "check");
    JS_FreeValue(js, names);
    JS_FreeValue(js, promise);
    JS_FreeValue(js, module);
}

static Stripper *
stripper_new(void)
{
    Stripper *self = g_new0(Stripper, 1);
    JSRuntime *runtime = JS_NewRuntime();

    JS_SetMaxStackSize(runtime, STACK_BYTES);
    JS_SetModuleLoaderFunc(runtime, normalize, load, NULL);
    JS_SetInterruptHandler(runtime, is_interrupted, self);
    self->js = JS_NewContext(runtime);
    load_functions(self);
    return self;
}

static char *
take_text(JSContext *js, JSValueConst object, const char *name)
{
    JSValue value = JS_GetPropertyStr(js, object, name);
    const char *text = JS_IsString(value) ? JS_ToCString(js, value) : NULL;
    char *copy = g_strdup(text);

    JS_FreeCString(js, text);
    JS_FreeValue(js, value);
    return copy;
}

static int
take_number(JSContext *js, JSValueConst object, const char *name)
{
    JSValue value = JS_GetPropertyStr(js, object, name);
    int32_t number = 0;

    JS_ToInt32(js, &number, value);
    JS_FreeValue(js, value);
    return number;
}

/* {code, shifts}, or {message, line, column}. */
static GwStripped *
read_answer(JSContext *js, JSValueConst answer, GError **error)
{
    g_autoptr(GwStripped) stripped = g_new0(GwStripped, 1);
    g_autofree char *message = take_text(js, answer, "message");

    stripped->code = take_text(js, answer, "code");
    stripped->shifts = take_text(js, answer, "shifts");
    if (stripped->code != NULL && stripped->shifts != NULL)
        return g_steal_pointer(&stripped);
    gw_throw(error, GW_ERROR_SCRIPT_LOAD, "%s",
             message != NULL ? message : "its types cannot be stripped");
    if (error != NULL)
        gw_error_place(*error, "", take_number(js, answer, "line"),
                       take_number(js, answer, "column"));
    return NULL;
}

static GwStripped *
strip_anew(const GwTypescript *source, GError **error)
{
    GwStripped *stripped = NULL;
    JSContext *js;
    JSValue arguments[2];
    JSValue answer;

    if (stripper == NULL)
        stripper = stripper_new();
    js = stripper->js;
    JS_UpdateStackTop(JS_GetRuntime(js));
    stripper->interrupted = source->interrupted;
    arguments[0] = JS_NewStringLen(js, source->text, source->bytes);
    arguments[1] = JS_NewBool(js, source->is_commonjs);
    answer = JS_Call(js, stripper->strip, JS_UNDEFINED, 2, (JSValueConst *)arguments);
    stripper->interrupted = NULL;
    if (JS_IsException(answer)) {
        JS_FreeValue(js, JS_GetException(js));
        gw_throw(error, GW_ERROR_INTERRUPTED, "stripping its types was interrupted");
    } else {
        stripped = read_answer(js, answer, error);
    }
    JS_FreeValue(js, answer);
    JS_FreeValue(js, arguments[0]);
    return stripped;
}

/* The lock is held. */
static GwStripped *
find_or_strip(const GwTypescript *source, const char *key, GError **error)
{
    g_autoptr(GwStripped) stripped = NULL;

    if (known == NULL)
        known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify)gw_stripped_free);
    if (g_hash_table_contains(known, key))
        return stripped_copy(g_hash_table_lookup(known, key));
    stripped = gw_typescript_cache_read(source->cache, key);
    if (stripped == NULL) {
        stripped = strip_anew(source, error);
        if (stripped == NULL)
            return NULL;
        gw_typescript_cache_write(source->cache, key, stripped);
    }
    g_hash_table_insert(known, g_strdup(key), stripped_copy(stripped));
    return g_steal_pointer(&stripped);
}

GwStripped *
gw_typescript_strip(const GwTypescript *source, GError **error)
{
    g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&mutex);
    g_autofree char *key = gw_typescript_key(source);

    return find_or_strip(source, key, error);
}

char *
gw_typescript_check(const char *text, gsize bytes, bool has_down, const char *context,
                    GError **error)
{
    g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&mutex);
    char *json = NULL;
    JSContext *js;
    JSValue arguments[3];
    JSValue answer;
    const char *found;

    if (stripper == NULL)
        stripper = stripper_new();
    js = stripper->js;
    JS_UpdateStackTop(JS_GetRuntime(js));
    arguments[0] = JS_NewStringLen(js, text, bytes);
    arguments[2] = JS_NewString(js, context);
    arguments[1] = JS_NewBool(js, has_down);
    answer = JS_Call(js, stripper->check, JS_UNDEFINED, 3, (JSValueConst *)arguments);
    found = JS_IsException(answer) ? NULL : JS_ToCString(js, answer);
    json = g_strdup(found);
    if (json == NULL) {
        JS_FreeValue(js, JS_GetException(js));
        gw_throw(error, GW_ERROR_SCRIPT_LOAD, "it does not parse");
    }
    JS_FreeCString(js, found);
    JS_FreeValue(js, answer);
    JS_FreeValue(js, arguments[2]);
    JS_FreeValue(js, arguments[0]);
    return json;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <sys/stat.h>

#include "script/behind.h"
#include "script/binding.h"
#include "script/builtin.h"
#include "script/concern.h"
#include "script/typescript.h"

enum {
    NO_FILE,
    IS_FILE,
    IS_FOLDER
};

static const char wrapper_head[] =
    "(function (exports, require, module, __filename, __dirname) {\n\n";
static const char wrapper_tail[] = "\n})";

/* stat(path): 0 nothing there, 1 a file, 2 a folder. */
static JSValue
binding_stat(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const char *path = JS_ToCString(js, argv[0]);
    struct stat facts;
    int kind = NO_FILE;

    if (path == NULL)
        return JS_EXCEPTION;
    if (stat(path, &facts) == 0)
        kind = S_ISDIR(facts.st_mode) ? IS_FOLDER : IS_FILE;
    JS_FreeCString(js, path);
    return JS_NewInt32(js, kind);
}

/* realpath(path): without symbolic links; the path itself where that can't be told. */
static JSValue
binding_realpath(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const char *path = JS_ToCString(js, argv[0]);
    char *real;
    JSValue answer;

    if (path == NULL)
        return JS_EXCEPTION;
    real = realpath(path, NULL);
    answer = JS_NewString(js, real != NULL ? real : path);
    (free)(real); /* of the C library, not GLib's */
    JS_FreeCString(js, path);
    return answer;
}

static int
line_at(const char *text, const char *place)
{
    int line = 1;

    for (; text < place; text++)
        line += *text == '\n';
    return line;
}

static JSValue
throw_placed(JSContext *js, JSValue error, const char *file, int line)
{
    JS_SetPropertyStr(js, error, "fileName", JS_NewString(js, file));
    JS_SetPropertyStr(js, error, "lineNumber", JS_NewInt32(js, line));
    return JS_Throw(js, error);
}

static JSValue
make_text(JSContext *js, const char *path, const char *text, gsize bytes)
{
    const char *wrong = NULL;

    if (!g_utf8_validate_len(text, bytes, &wrong)) {
        int line = line_at(text, wrong);

        return throw_placed(
            js, JS_NewSyntaxError(js, "line %d holds bytes that are not UTF-8", line), path, line);
    }
    if (bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        return JS_NewStringLen(js, text + 3, bytes - 3);
    return JS_NewStringLen(js, text, bytes);
}

/* read(path): the text of a file without its byte order mark. */
static JSValue
binding_read(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const char *path = JS_ToCString(js, argv[0]);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize bytes = 0;
    JSValue answer;

    if (path == NULL)
        return JS_EXCEPTION;
    if (g_file_get_contents(path, &text, &bytes, &error))
        answer = make_text(js, path, text, bytes);
    else
        answer = JS_ThrowPlainError(js, "%s", error->message);
    JS_FreeCString(js, path);
    return answer;
}

static JSValue
throw_unstripped(JSContext *js, const char *path, const GError *error)
{
    const GwErrorInfo *info = gw_error_info(error);
    JSValue thrown = JS_NewSyntaxError(js, "%s", error->message);

    if (info == NULL)
        return JS_Throw(js, thrown);
    JS_SetPropertyStr(js, thrown, "columnNumber", JS_NewInt32(js, info->column));
    return throw_placed(js, thrown, path, info->line);
}

/* stripTypes(path, source, isCommonJs): JavaScript; remembers where errors in it are in the file.
 */
static JSValue
binding_strip_types(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    GwEngine *engine = gw_engine_of(js);
    g_autofree char *cache = g_build_filename(engine->params->root, ".godwit", "cache", NULL);
    const char *path = JS_ToCString(js, argv[0]);
    GwTypescript source = {.cache = cache, .interrupted = engine->params->interrupted};
    g_autoptr(GwStripped) stripped = NULL;
    g_autoptr(GError) error = NULL;
    JSValue answer = JS_EXCEPTION;

    source.text = JS_ToCStringLen(js, &source.bytes, argv[1]);
    source.is_commonjs = JS_ToBool(js, argv[2]) > 0;
    if (path != NULL && source.text != NULL) {
        stripped = gw_typescript_strip(&source, &error);
        answer =
            stripped != NULL ? JS_NewString(js, stripped->code) : throw_unstripped(js, path, error);
    }
    if (stripped != NULL)
        g_hash_table_insert(engine->shifts, g_strdup(path), g_steal_pointer(&stripped->shifts));
    JS_FreeCString(js, source.text);
    JS_FreeCString(js, path);
    return answer;
}

/* A brace too many closes the wrapper, one too few swallows its end: the engine then complains
 * about a line behind the last. The bare text gives the right place. */
static void
improve_syntax_error(JSContext *js, const char *source, size_t bytes, const char *path)
{
    JSValue thrown = JS_GetException(js);
    g_autofree char *behind = g_strdup_printf("%s:%d:", path, line_at(source, source + bytes) + 1);
    JSValue stack = JS_GetPropertyStr(js, thrown, "stack");
    const char *place = JS_ToCString(js, stack);
    JSValue again = JS_UNDEFINED;

    if (place != NULL && strstr(place, behind) != NULL)
        again = JS_Eval(js, source, bytes, path, JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
    JS_FreeCString(js, place);
    JS_FreeValue(js, stack);
    if (JS_IsException(again)) {
        JS_FreeValue(js, thrown);
        return;
    }
    JS_FreeValue(js, again);
    JS_Throw(js, thrown);
}

/* compile(source, path): the CommonJS function. The engine takes line 0 as "not said", so the
 * wrapper begins on line -1 for the source to begin on line 1, in column 1. */
static JSValue
binding_compile(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    size_t bytes = 0;
    const char *source = JS_ToCStringLen(js, &bytes, argv[0]);
    const char *path = JS_ToCString(js, argv[1]);
    g_autoptr(GString) wrapped = g_string_new(wrapper_head);
    JSEvalOptions options = {.version = JS_EVAL_OPTIONS_VERSION, .line_num = -1};
    JSValue function = JS_EXCEPTION;

    if (source != NULL && path != NULL) {
        gsize start = wrapped->len;

        g_string_append_len(wrapped, source, (gssize)bytes);
        if (g_str_has_prefix(wrapped->str + start, "#!"))
            memcpy(wrapped->str + start, "//", 2);
        g_string_append(wrapped, wrapper_tail);
        options.filename = path;
        function = JS_Eval2(js, wrapped->str, wrapped->len, &options);
        gw_behind_note_source(gw_engine_of(js), path, source, bytes);
        gw_concern_note_source(gw_engine_of(js), source, bytes);
        if (JS_IsException(function))
            improve_syntax_error(js, source, bytes, path);
    }
    JS_FreeCString(js, path);
    JS_FreeCString(js, source);
    return function;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("compile", 2, binding_compile),        JS_CFUNC_DEF("read", 1, binding_read),
    JS_CFUNC_DEF("realpath", 1, binding_realpath),      JS_CFUNC_DEF("stat", 1, binding_stat),
    JS_CFUNC_DEF("stripTypes", 3, binding_strip_types),
};

static JSValue
list_public(JSContext *js)
{
    JSValue names = JS_NewArray(js);
    uint32_t count = 0;

    for (size_t row = 0; row < gw_builtin_count; row++) {
        if (gw_builtins[row].is_public)
            JS_SetPropertyUint32(js, names, count++, JS_NewString(js, gw_builtins[row].name));
    }
    return names;
}

JSValue
gw_binding_source_init(JSContext *js)
{
    const GwScriptParams *params = gw_engine_of(js)->params;
    JSValue object = JS_NewObject(js);

    JS_SetPropertyFunctionList(js, object, functions, G_N_ELEMENTS(functions));
    JS_SetPropertyStr(js, object, "publicModules", list_public(js));
    JS_SetPropertyStr(js, object, "root", JS_NewString(js, params->root));
    JS_SetPropertyStr(js, object, "mayLeaveRoot", JS_NewBool(js, params->may_leave_root));
    JS_SetPropertyStr(js, object, "listsInTransaction",
                      JS_NewBool(js, params->lists_in_transaction));
    return object;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "script/errors.h"

#include "script/excerpt.h"
#include "script/memory.h"
#include "script/shifts.h"

enum {
    CAUSES_MAX = 4,
    SHOWN_BYTES_MAX = 400,
};

/* Property `name` as a string, or NULL: a getter that throws is none of our business. */
static char *
get_text(JSContext *js, JSValueConst object, const char *name)
{
    JSValue value = JS_GetPropertyStr(js, object, name);
    const char *text = JS_IsString(value) ? JS_ToCString(js, value) : NULL;
    char *copy = text != NULL ? g_utf8_make_valid(text, -1) : NULL;

    if (JS_IsException(value))
        JS_FreeValue(js, JS_GetException(js));
    JS_FreeCString(js, text);
    JS_FreeValue(js, value);
    return copy;
}

static int
get_number(JSContext *js, JSValueConst object, const char *name)
{
    JSValue value = JS_GetPropertyStr(js, object, name);
    int32_t number = 0;

    if (JS_IsException(value))
        JS_FreeValue(js, JS_GetException(js));
    else if (JS_IsNumber(value))
        JS_ToInt32(js, &number, value);
    JS_FreeValue(js, value);
    return number;
}

/* A thrown value that is no error: as text, or as JSON. */
static char *
show_value(JSContext *js, JSValueConst value)
{
    JSValue json = JS_UNDEFINED;
    const char *text = NULL;
    char *shown;

    if (JS_IsObject(value))
        json = JS_JSONStringify(js, value, JS_UNDEFINED, JS_UNDEFINED);
    if (JS_IsException(json))
        JS_FreeValue(js, JS_GetException(js));
    if (JS_IsString(json) || !JS_IsObject(value))
        text = JS_ToCString(js, JS_IsString(json) ? json : value);
    if (JS_HasException(js))
        JS_FreeValue(js, JS_GetException(js));
    shown = text != NULL ? g_utf8_make_valid(text, (gssize)MIN(strlen(text), SHOWN_BYTES_MAX))
                         : g_strdup("a value that cannot be shown");
    JS_FreeCString(js, text);
    JS_FreeValue(js, json);
    return shown;
}

static void append_error(GString *out, JSContext *js, JSValueConst thrown, int depth);

/* What an AggregateError (Promise.any, or a bulk of work) holds. */
static void
append_parts(GString *out, JSContext *js, JSValueConst thrown, int depth)
{
    JSValue parts = JS_GetPropertyStr(js, thrown, "errors");
    int64_t count = 0;

    if (JS_IsArray(parts) && JS_GetLength(js, parts, &count) == 0) {
        for (int64_t row = 0; row < MIN(count, CAUSES_MAX); row++) {
            JSValue part = JS_GetPropertyInt64(js, parts, row);

            g_string_append(out, row == 0 ? " (" : "; ");
            append_error(out, js, part, depth + 1);
            JS_FreeValue(js, part);
        }
        if (count > CAUSES_MAX)
            g_string_append_printf(out, "; and %d more", (int)(count - CAUSES_MAX));
        if (count > 0)
            g_string_append_c(out, ')');
    }
    JS_FreeValue(js, parts);
}

static void
append_cause(GString *out, JSContext *js, JSValueConst thrown, int depth)
{
    JSValue cause = JS_GetPropertyStr(js, thrown, "cause");

    if (JS_IsException(cause)) {
        JS_FreeValue(js, JS_GetException(js));
        return;
    }
    if (!JS_IsUndefined(cause) && !JS_IsNull(cause)) {
        g_string_append(out, ": ");
        append_error(out, js, cause, depth + 1);
    }
    JS_FreeValue(js, cause);
}

/* As `error.message` has it: the name only where there is nothing else. */
static void
append_error(GString *out, JSContext *js, JSValueConst thrown, int depth)
{
    g_autofree char *message = JS_IsObject(thrown) ? get_text(js, thrown, "message") : NULL;
    g_autofree char *name = JS_IsObject(thrown) ? get_text(js, thrown, "name") : NULL;
    g_autofree char *shown = NULL;

    if (message == NULL && !JS_IsError(thrown)) {
        shown = show_value(js, thrown);
        g_string_append(out, shown);
        return;
    }
    if (message != NULL && *message != '\0')
        g_string_append(out, message);
    else
        g_string_append(out, name != NULL ? name : "an error without a message");
    if (depth >= CAUSES_MAX)
        return;
    if (g_strcmp0(name, "AggregateError") == 0)
        append_parts(out, js, thrown, depth);
    append_cause(out, js, thrown, depth);
}

static char *
message_of(const GwEngine *engine, JSValueConst thrown)
{
    g_autoptr(GString) out = g_string_new(NULL);

    if (JS_IsNull(thrown) && gw_memory_is_spent(engine->memory))
        g_string_append(out, "out of memory");
    else if (JS_IsUndefined(thrown) || JS_IsNull(thrown))
        g_string_append_printf(out, "rejected with %s: no reason was given",
                               JS_IsNull(thrown) ? "null" : "undefined");
    else
        append_error(out, engine->js, thrown, 0);
    return g_strdup(g_strstrip(out->str));
}

/* "    at name (file:line:column)" or "    at file:line:column". Answers the file, owned, or NULL.
 */
static char *
parse_frame(const char *frame, int *out_line, int *out_column)
{
    g_autoptr(GRegex) form =
        g_regex_new("^\\s*at (?:.* \\()?(.+?):(\\d+)(?::(\\d+))?\\)?$", G_REGEX_DOTALL, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *line = NULL;
    g_autofree char *column = NULL;

    if (!g_regex_match(form, frame, 0, &match))
        return NULL;
    line = g_match_info_fetch(match, 2);
    column = g_match_info_fetch(match, 3);
    *out_line = (int)g_ascii_strtoll(line, NULL, 10);
    *out_column = column != NULL ? (int)g_ascii_strtoll(column, NULL, 10) : 0;
    return g_match_info_fetch(match, 1);
}

/* A path inside the project is shown relative to it. */
static const char *
shorten(const GwEngine *engine, const char *path)
{
    const char *root = engine->params->root;
    gsize bytes = strlen(root);

    if (g_str_has_prefix(path, root) && path[bytes] == '/')
        return path + bytes + 1;
    return path;
}

typedef struct {
    char *file; /* owned or NULL: absolute */
    int line;
    int column;
    char *maker;    /* owned or NULL: "at Name (", the frame of the error's own constructor */
    bool is_own;    /* thrown by the user's own code, not by a function that it called */
    GString *stack; /* owned: frames of the user's own files */
} Place;

static void
place_clear(Place *place)
{
    g_free(place->file);
    g_free(place->maker);
    g_string_free(place->stack, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static void
append_frame(Place *place, const GwEngine *engine, const char *frame)
{
    int line = 0;
    int column = 0;
    g_autofree char *file = parse_frame(frame, &line, &column);
    g_auto(GStrv) parts = NULL;

    if (file == NULL || file[0] != '/')
        return;
    gw_shifts_apply(g_hash_table_lookup(engine->shifts, file), &line, &column);
    parts = g_strsplit(frame, file, 2);
    g_string_append_printf(place->stack, "%s%s%s:%d:%d%s", place->stack->len > 0 ? "\n" : "",
                           g_strchug(parts[0]), shorten(engine, file), line, column,
                           g_str_has_suffix(frame, ")") ? ")" : "");
    if (place->file != NULL)
        return;
    place->file = g_steal_pointer(&file);
    place->line = line;
    place->column = column;
}

/* The engine counts the constructor of a class that extends Error as the place; people mean the
 * `new`.
 */
static char *
get_constructor_frame(JSContext *js, JSValueConst thrown)
{
    JSValue constructor = JS_GetPropertyStr(js, thrown, "constructor");
    g_autofree char *name = JS_IsObject(constructor) ? get_text(js, constructor, "name") : NULL;

    if (JS_IsException(constructor))
        JS_FreeValue(js, JS_GetException(js));
    JS_FreeValue(js, constructor);
    return name != NULL && *name != '\0' ? g_strdup_printf("at %s (", name) : NULL;
}

static void
find_place(Place *place, GwEngine *engine, JSValueConst thrown)
{
    JSContext *js = engine->js;
    g_autofree char *text = get_text(js, thrown, "stack");
    g_auto(GStrv) frames = g_strsplit(text != NULL ? text : "", "\n", -1);

    /* What has a place of its own, such as a JSON file that doesn't parse. */
    place->file = get_text(js, thrown, "fileName");
    if (place->file != NULL) {
        place->line = get_number(js, thrown, "lineNumber");
        place->column = get_number(js, thrown, "columnNumber");
    }
    place->maker = get_constructor_frame(js, thrown);
    for (char **frame = frames; *frame != NULL; frame++) {
        if (place->maker != NULL && place->stack->len == 0 && strstr(*frame, place->maker) != NULL)
            continue;
        append_frame(place, engine, *frame);
        if (frame == frames)
            place->is_own = place->stack->len > 0;
    }
}

/* What the server answered is in the error's own fields. */
static void
copy_server_facts(GwErrorInfo *info, JSContext *js, JSValueConst thrown)
{
    g_autofree char *name = get_text(js, thrown, "name");
    g_autoptr(GPtrArray) labels = NULL;
    JSValue list;
    int64_t count = 0;

    if (name == NULL || !g_str_has_prefix(name, "Mongo"))
        return;
    info->server_code = get_number(js, thrown, "code");
    info->server_name = get_text(js, thrown, "codeName");
    list = JS_GetPropertyStr(js, thrown, "errorLabels");
    labels = g_ptr_array_new_with_free_func(g_free);
    if (JS_IsArray(list) && JS_GetLength(js, list, &count) == 0) {
        for (int64_t row = 0; row < count; row++) {
            g_autofree char *key = g_strdup_printf("%d", (int)row);
            char *label = get_text(js, list, key);

            if (label != NULL)
                g_ptr_array_add(labels, label);
        }
    }
    JS_FreeValue(js, list);
    if (labels->len == 0)
        return;
    g_ptr_array_add(labels, NULL);
    info->labels = (char **)g_ptr_array_steal(labels, NULL);
}

static void
add_facts(GError *error, GwEngine *engine, const Place *place, JSValueConst thrown)
{
    GwErrorInfo *info = gw_error_info(error);

    if (place->file != NULL) {
        gw_error_place(error, shorten(engine, place->file), place->line, place->column);
        info->excerpt = gw_excerpt(place->file, place->line, place->column);
    }
    if (place->stack->len > 0)
        info->stack = g_strdup(place->stack->str);
    if (JS_IsObject(thrown))
        copy_server_facts(info, engine->js, thrown);
}

/* A file that has `import` is no CommonJS, and one that has `require` expects it. */
static void
add_hint(GError **error, JSContext *js, JSValueConst thrown, const char *message)
{
    g_autofree char *own = JS_IsObject(thrown) ? get_text(js, thrown, "godwitHint") : NULL;
    static const char *const words[] = {"require is not defined",    "module is not defined",
                                        "exports is not defined",    "__dirname is not defined",
                                        "__filename is not defined", NULL};

    if (own != NULL)
        gw_hint(error, "%s", own);
    else if (g_strv_contains(words, message))
        gw_hint(error, "The file is an ES module, since it has 'import', 'export' or an 'await' at "
                       "its top: use 'import' in it, or wrap the 'await' in a function.");
}

/* Whether the engine could not parse a file of JavaScript. */
static bool
is_syntax_error(JSContext *js, JSValueConst thrown)
{
    g_autofree char *name = JS_IsObject(thrown) ? get_text(js, thrown, "name") : NULL;
    g_autofree char *file = JS_IsObject(thrown) ? get_text(js, thrown, "fileName") : NULL;

    return g_strcmp0(name, "SyntaxError") == 0 && file == NULL;
}

bool
gw_throw_script(GError **error, GwErrorCode code, GwEngine *engine, JSValue take_thrown)
{
    JSContext *js = engine->js;
    g_autofree char *message = message_of(engine, take_thrown);
    bool is_syntax = code == GW_ERROR_SCRIPT_LOAD && is_syntax_error(js, take_thrown);
    g_auto(Place) place = {.stack = g_string_new(NULL)};
    g_autofree char *better = NULL;
    g_autoptr(GError) made = NULL;

    if (JS_IsObject(take_thrown))
        find_place(&place, engine, take_thrown);
    if (place.is_own)
        better = gw_excerpt_name_callee(message, place.file, place.line, place.column);
    if (is_syntax && g_str_has_suffix(message, ": ''"))
        gw_throw(&made, code, "syntax error: unexpected end of the file");
    else
        gw_throw(&made, code, "%s%s", is_syntax ? "syntax error: " : "",
                 better != NULL ? better : message);
    add_hint(&made, js, take_thrown, message);
    add_facts(made, engine, &place, take_thrown);
    JS_FreeValue(js, take_thrown);
    g_propagate_error(error, g_steal_pointer(&made));
    return false;
}

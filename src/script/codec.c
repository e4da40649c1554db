/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>

#include "script/codec-parts.h"

static const char *const class_names[GW_BSON_CLASSES] = {
    "Binary", "BSONRegExp", "BSONSymbol", "Code",   "DBRef",     "Decimal128", "Double",
    "Int32",  "Long",       "MaxKey",     "MinKey", "Timestamp", "BSONError",  "BSONVersionError",
};

static const char *const atom_texts[GW_ATOMS] = {
#define X(name, text) text,
    GW_CODEC_ATOMS(X)
#undef X
};

static JSValue
property_of_global(JSContext *js, const char *object, const char *property)
{
    JSValue global = JS_GetGlobalObject(js);
    JSValue holder = JS_GetPropertyStr(js, global, object);
    JSValue value = property ? JS_GetPropertyStr(js, holder, property) : JS_DupValue(js, holder);

    JS_FreeValue(js, holder);
    JS_FreeValue(js, global);
    return value;
}

static JSClassID
class_of_new(JSContext *js, const char *constructor)
{
    JSValue class = property_of_global(js, constructor, NULL);
    JSValue sample = JS_CallConstructor(js, class, 0, NULL);
    const JSClassID id = JS_GetClassID(sample);

    JS_FreeValue(js, sample);
    JS_FreeValue(js, class);
    return id;
}

static void
remember_builtins(GwCodec *codec)
{
    JSContext *js = codec->js;
    JSValue prototype = property_of_global(js, "Date", "prototype");

    codec->date_get_time = JS_GetPropertyStr(js, prototype, "getTime");
    JS_FreeValue(js, prototype);
    codec->array_from = property_of_global(js, "Array", "from");
    codec->regexp = property_of_global(js, "RegExp", NULL);
    codec->array_class = class_of_new(js, "Array");
    codec->date_class = class_of_new(js, "Date");
    codec->map_class = class_of_new(js, "Map");
}

GwCodec *
gw_codec_new(JSContext *js)
{
    GwCodec *codec = g_new0(GwCodec, 1);

    codec->js = js;
    codec->keys = gw_keys_new(js);
    codec->loader = JS_UNDEFINED;
    for (guint i = 0; i < GW_BSON_CLASSES; i++)
        codec->classes[i] = JS_UNDEFINED;
    for (guint i = 0; i < GW_ATOMS; i++)
        codec->atoms[i] = JS_NewAtom(js, atom_texts[i]);
    remember_builtins(codec);
    codec->object_id = JS_UNDEFINED;
    g_assert(gw_object_id_init(codec));
    return codec;
}

void
gw_codec_free(GwCodec *codec)
{
    JSContext *js = codec ? codec->js : NULL;

    if (!codec)
        return;

    for (guint i = 0; i < GW_ATOMS; i++)
        JS_FreeAtom(js, codec->atoms[i]);
    for (guint i = 0; i < GW_BSON_CLASSES; i++)
        JS_FreeValue(js, codec->classes[i]);
    JS_FreeValue(js, codec->loader);
    JS_FreeValue(js, codec->object_id);
    JS_FreeValue(js, codec->date_get_time);
    JS_FreeValue(js, codec->array_from);
    JS_FreeValue(js, codec->regexp);
    gw_keys_free(codec->keys);
    g_free(codec);
}

void
gw_codec_set_classes(GwCodec *codec, JSValueConst loader)
{
    JS_FreeValue(codec->js, codec->loader);
    codec->loader = JS_DupValue(codec->js, loader);
}

static bool
load_classes(GwCodec *codec)
{
    JSContext *js = codec->js;
    JSValue module = JS_UNDEFINED;

    if (JS_IsUndefined(codec->loader)) {
        JS_ThrowTypeError(js, "the BSON classes are not loaded here");
        return false;
    }
    module = JS_Call(js, codec->loader, JS_UNDEFINED, 0, NULL);
    if (JS_IsException(module))
        return false;
    for (guint i = 0; i < GW_BSON_CLASSES; i++) {
        JS_FreeValue(js, codec->classes[i]);
        codec->classes[i] = JS_GetPropertyStr(js, module, class_names[i]);
    }
    JS_FreeValue(js, module);
    return true;
}

JSValueConst
gw_codec_class(GwCodec *codec, GwBsonClass which)
{
    if (JS_IsUndefined(codec->classes[which]) && !load_classes(codec))
        return JS_UNDEFINED;

    return codec->classes[which];
}

JSValue
gw_codec_make(GwCodec *codec, GwBsonClass which, int count, JSValue *take_arguments)
{
    JSContext *js = codec->js;
    JSValueConst class = gw_codec_class(codec, which);
    JSValue made = JS_EXCEPTION;
    bool good = !JS_IsUndefined(class);

    for (int i = 0; i < count; i++)
        good = good && !JS_IsException(take_arguments[i]);
    if (good)
        made = JS_CallConstructor(js, class, count, (JSValueConst *)take_arguments);
    for (int i = 0; i < count; i++)
        JS_FreeValue(js, take_arguments[i]);
    return made;
}

bool
gw_codec_throw(GwCodec *codec, GwBsonClass which, const char *format, ...)
{
    g_autofree char *message = NULL;
    JSValue text = JS_UNDEFINED;
    JSValue error = JS_UNDEFINED;
    va_list arguments;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);

    text = JS_NewString(codec->js, message);
    error = gw_codec_make(codec, which, 1, &text);
    if (!JS_IsException(error))
        JS_Throw(codec->js, error);
    return false;
}

JSValue
gw_codec_buffer(JSContext *js, const uint8_t *bytes, size_t count)
{
    JSValue from = property_of_global(js, "Buffer", "from");
    JSValue class = JS_UNDEFINED;
    JSValue memory = JS_UNDEFINED;
    JSValue buffer = JS_UNDEFINED;

    if (JS_IsException(from))
        JS_FreeValue(js, JS_GetException(js));
    if (!JS_IsFunction(js, from)) {
        JS_FreeValue(js, from);
        return JS_NewUint8ArrayCopy(js, bytes, count);
    }
    class = property_of_global(js, "Buffer", NULL);
    memory = JS_NewArrayBufferCopy(js, bytes, count);
    buffer = JS_Call(js, from, class, 1, (JSValueConst *)&memory);
    JS_FreeValue(js, class);
    JS_FreeValue(js, from);
    JS_FreeValue(js, memory);
    return buffer;
}

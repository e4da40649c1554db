/* SPDX-License-Identifier: Apache-2.0 */
#include <bson/bson.h>

#include "script/binding.h"
#include "script/codec-parts.h"
#include "script/objectid.h"

typedef struct {
    uint8_t bytes[12];
} ObjectId;

static GwCodec *
codec_of(JSContext *js)
{
    return gw_codec_of(js);
}

static void
finalize(JSRuntime *runtime, JSValueConst value)
{
    JSClassID class = JS_INVALID_CLASS_ID;

    g_free(JS_GetAnyOpaque(value, &class));
}

const uint8_t *
gw_object_id_bytes(const GwCodec *codec, JSValueConst value)
{
    const ObjectId *id = JS_GetOpaque(value, codec->object_id_class);

    return id ? id->bytes : NULL;
}

bool
gw_object_id_parse(const char *text, size_t length, uint8_t out_bytes[12])
{
    if (length != 24)
        return false;
    for (guint i = 0; i < 12; i++) {
        const int high = g_ascii_xdigit_value(text[2 * i]);
        const int low = g_ascii_xdigit_value(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out_bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static JSValue
make(GwCodec *codec, JSValueConst prototype, const uint8_t *bytes)
{
    JSValue object = JS_NewObjectProtoClass(codec->js, prototype, codec->object_id_class);
    ObjectId *id = NULL;

    if (JS_IsException(object))
        return object;
    id = g_new(ObjectId, 1);
    memcpy(id->bytes, bytes, 12);
    JS_SetOpaque(object, id);
    return object;
}

JSValue
gw_object_id_make(GwCodec *codec, const uint8_t *bytes)
{
    JSValue prototype = JS_GetClassProto(codec->js, codec->object_id_class);
    JSValue object = make(codec, prototype, bytes);

    JS_FreeValue(codec->js, prototype);
    return object;
}

/* The four 24-bit words that bson 7 keeps as properties. They make two ObjectIds unequal for those
 * who compare or clone objects by their properties (lodash does). */
static uint32_t
word_of(const uint8_t *bytes, int which)
{
    const uint8_t *at = bytes + 3 * which;

    return (uint32_t)(at[0] << 16 | at[1] << 8 | at[2]);
}

static bool
bytes_of_words(GwCodec *codec, JSValueConst value, uint8_t out_bytes[12])
{
    JSContext *js = codec->js;

    for (int i = 0; i < 4; i++) {
        JSValue word = JS_GetProperty(js, value, codec->atoms[GW_ATOM_I0 + i]);
        const bool is_number = JS_IsNumber(word);
        int32_t number = 0;

        if (!is_number || JS_ToInt32(js, &number, word) < 0) {
            JS_FreeValue(js, word);
            return false;
        }
        out_bytes[3 * i] = (uint8_t)(number >> 16);
        out_bytes[3 * i + 1] = (uint8_t)(number >> 8);
        out_bytes[3 * i + 2] = (uint8_t)number;
    }
    return true;
}

bool
gw_object_id_of_foreign(GwCodec *codec, JSValueConst value, uint8_t out_bytes[12])
{
    JSContext *js = codec->js;
    const uint8_t *own = gw_object_id_bytes(codec, value);
    JSValue hex = JS_UNDEFINED;
    const char *text = NULL;
    size_t length = 0;
    bool good = false;

    if (own) {
        memcpy(out_bytes, own, 12);
        return true;
    }
    if (bytes_of_words(codec, value, out_bytes))
        return true;
    if (JS_HasException(js))
        return false;
    hex = JS_Invoke(js, value, codec->atoms[GW_ATOM_TO_HEX_STRING], 0, NULL);
    text = JS_IsException(hex) ? NULL : JS_ToCStringLen(js, &length, hex);
    good = text && gw_object_id_parse(text, length, out_bytes);
    if (text && !good)
        gw_codec_throw(codec, GW_BSON_ERROR, "an ObjectId says that it is '%s'", text);
    JS_FreeCString(js, text);
    JS_FreeValue(js, hex);
    return good;
}

static bool
refuse(GwCodec *codec, const char *why)
{
    return gw_codec_throw(codec, GW_BSON_ERROR, "%s", why);
}

static bool
bytes_of_string(GwCodec *codec, JSValueConst value, uint8_t out_bytes[12])
{
    size_t length = 0;
    const char *text = JS_ToCStringLen(codec->js, &length, value);
    const bool good = text && gw_object_id_parse(text, length, out_bytes);

    JS_FreeCString(codec->js, text);
    return good || (text && refuse(codec, "input must be a 24 character hex string, 12 byte "
                                          "Uint8Array, or an integer"));
}

static bool
bytes_of_array(GwCodec *codec, JSValueConst value, uint8_t out_bytes[12])
{
    size_t count = 0;
    const uint8_t *bytes = JS_GetUint8Array(codec->js, &count, value);

    if (!bytes && JS_HasException(codec->js))
        return false;
    if (count != 12)
        return refuse(codec, "Argument passed in does not match the accepted types");
    memcpy(out_bytes, bytes, 12);
    return true;
}

/* Something with an `id`: an ObjectId of another copy, or what looks like one. */
static bool
bytes_of_object(GwCodec *codec, JSValueConst value, uint8_t out_bytes[12])
{
    JSContext *js = codec->js;
    JSValue id = JS_GetPropertyStr(js, value, "id");
    bool good = false;

    if (JS_IsException(id))
        return false;
    if (JS_IsUndefined(id))
        good = refuse(codec, "Argument passed in does not match the accepted types");
    else if (JS_GetTypedArrayType(id) == JS_TYPED_ARRAY_UINT8)
        good = bytes_of_array(codec, id, out_bytes);
    else if (JS_IsString(id))
        good = bytes_of_string(codec, id, out_bytes);
    else
        good = refuse(codec, "Argument passed in must have an id that is of type string or Buffer");
    JS_FreeValue(js, id);
    return good;
}

static bool
bytes_of_any(GwCodec *codec, JSValueConst value, uint8_t out_bytes[12])
{
    if (JS_IsString(value))
        return bytes_of_string(codec, value, out_bytes);
    if (JS_GetTypedArrayType(value) == JS_TYPED_ARRAY_UINT8)
        return bytes_of_array(codec, value, out_bytes);
    if (!JS_IsObject(value))
        return refuse(codec, "Argument passed in does not match the accepted types");
    if (gw_object_id_bytes(codec, value) || bytes_of_words(codec, value, out_bytes))
        return gw_object_id_of_foreign(codec, value, out_bytes);

    return !JS_HasException(codec->js) && bytes_of_object(codec, value, out_bytes);
}

static void
fresh_bytes(uint8_t out_bytes[12])
{
    bson_oid_t oid;

    bson_oid_init(&oid, NULL);
    memcpy(out_bytes, oid.bytes, 12);
}

JSValue
gw_object_id_of_document(JSContext *js, JSValueConst document, bool adds_id)
{
    GwCodec *codec = codec_of(js);
    const JSAtom name = codec->atoms[GW_ATOM_UNDERSCORE_ID];
    JSValue id = JS_GetProperty(js, document, name);
    uint8_t bytes[12];

    if (!adds_id || !(JS_IsUndefined(id) || JS_IsNull(id)))
        return id;
    fresh_bytes(bytes);
    id = gw_object_id_make(codec, bytes);
    if (!JS_IsException(id) && JS_SetProperty(js, document, name, JS_DupValue(js, id)) < 0) {
        JS_FreeValue(js, id);
        return JS_EXCEPTION;
    }
    return id;
}

static void
note_call(JSContext *js, GwCodec *codec)
{
    const GwScriptParams *params = gw_engine_of(js)->params;

    if (!codec->has_noted_call && params->note != NULL)
        params->note("ObjectId() without new is not in driver 7 any more; godwit still runs it: "
                     "write new ObjectId()",
                     params->data);
    codec->has_noted_call = true;
}

/* Also without `new`: driver 3 allowed it, and files of that age are still run. */
static JSValue
construct(JSContext *js, JSValueConst new_target, int count, JSValueConst *arguments)
{
    GwCodec *codec = codec_of(js);
    uint8_t bytes[12];
    JSValue prototype = JS_UNDEFINED;
    JSValue object = JS_UNDEFINED;

    if (count == 0 || JS_IsUndefined(arguments[0]) || JS_IsNull(arguments[0]))
        fresh_bytes(bytes);
    else if (!bytes_of_any(codec, arguments[0], bytes))
        return JS_EXCEPTION;
    if (JS_IsUndefined(new_target)) {
        note_call(js, codec);
        return gw_object_id_make(codec, bytes);
    }

    prototype = JS_GetPropertyStr(js, new_target, "prototype");
    object = JS_IsException(prototype) ? JS_EXCEPTION : make(codec, prototype, bytes);
    JS_FreeValue(js, prototype);
    return object;
}

/* The bytes of `this`; NULL with an exception. */
static const uint8_t *
bytes_of_this(JSContext *js, JSValueConst this_value, uint8_t room[12])
{
    GwCodec *codec = codec_of(js);
    const uint8_t *own = gw_object_id_bytes(codec, this_value);

    if (own)
        return own;
    if (JS_IsObject(this_value) && bytes_of_words(codec, this_value, room))
        return room;
    JS_ThrowTypeError(js, "this is not an ObjectId");
    return NULL;
}

static JSValue
to_hex_string(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t room[12];
    const uint8_t *bytes = bytes_of_this(js, this_value, room);
    char text[24];

    if (!bytes)
        return JS_EXCEPTION;
    for (guint i = 0; i < 12; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return JS_NewStringLen(js, text, 24);
}

static JSValue
get_timestamp(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    uint8_t room[12];
    const uint8_t *bytes = bytes_of_this(js, this_value, room);
    uint32_t seconds = 0;

    if (!bytes)
        return JS_EXCEPTION;
    memcpy(&seconds, bytes, 4);
    return JS_NewDate(js, GUINT32_FROM_BE(seconds) * 1000.0);
}

static JSValue
get_id(JSContext *js, JSValueConst this_value)
{
    uint8_t room[12];
    const uint8_t *bytes = bytes_of_this(js, this_value, room);

    return bytes ? gw_codec_buffer(js, bytes, 12) : JS_EXCEPTION;
}

static JSValue
equals_text(JSContext *js, const uint8_t *bytes, JSValueConst text)
{
    uint8_t other[12];
    size_t length = 0;
    const char *hex = JS_ToCStringLen(js, &length, text);
    const bool same =
        hex && gw_object_id_parse(hex, length, other) && memcmp(bytes, other, 12) == 0;

    JS_FreeCString(js, hex);
    return hex ? JS_NewBool(js, same) : JS_EXCEPTION;
}

static JSValue
equals(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwCodec *codec = codec_of(js);
    uint8_t room[12];
    uint8_t other_room[12];
    const uint8_t *bytes = bytes_of_this(js, this_value, room);
    const uint8_t *other = bytes ? gw_object_id_bytes(codec, arguments[0]) : NULL;

    if (!bytes)
        return JS_EXCEPTION;
    if (JS_IsString(arguments[0]))
        return equals_text(js, bytes, arguments[0]);
    if (!JS_IsObject(arguments[0]))
        return JS_FALSE;
    if (!other && gw_object_id_of_foreign(codec, arguments[0], other_room))
        other = other_room;
    if (!other)
        JS_FreeValue(js, JS_GetException(js));
    return JS_NewBool(js, other && memcmp(bytes, other, 12) == 0);
}

static int
own_word(JSContext *js, JSPropertyDescriptor *out_property, JSValueConst object, JSAtom property)
{
    GwCodec *codec = codec_of(js);
    const uint8_t *bytes = NULL;

    for (int i = 0; i < 4; i++) {
        if (property != codec->atoms[GW_ATOM_I0 + i])
            continue;
        bytes = gw_object_id_bytes(codec, object);
        if (bytes && out_property)
            *out_property = (JSPropertyDescriptor){
                .flags = JS_PROP_ENUMERABLE | JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE,
                .value = JS_NewInt32(js, (int32_t)word_of(bytes, i)),
                .getter = JS_UNDEFINED,
                .setter = JS_UNDEFINED,
            };
        return bytes != NULL;
    }
    return 0;
}

static int
own_words(JSContext *js, JSPropertyEnum **out_names, uint32_t *out_count, JSValueConst object)
{
    GwCodec *codec = codec_of(js);
    JSPropertyEnum *names = js_mallocz(js, 4 * sizeof(JSPropertyEnum));

    if (!names)
        return -1;
    for (int i = 0; i < 4; i++)
        names[i] = (JSPropertyEnum){.is_enumerable = true,
                                    .atom = JS_DupAtom(js, codec->atoms[GW_ATOM_I0 + i])};
    *out_names = names;
    *out_count = 4;
    return 0;
}

static JSClassExoticMethods words = {
    .get_own_property = own_word,
    .get_own_property_names = own_words,
};

static const JSClassDef class_definition = {
    .class_name = "ObjectId",
    .finalizer = finalize,
    .exotic = &words,
};

static const JSCFunctionListEntry methods[] = {
    JS_CFUNC_DEF("toHexString", 0, to_hex_string),
    JS_CFUNC_DEF("toJSON", 0, to_hex_string),
    JS_CFUNC_DEF("getTimestamp", 0, get_timestamp),
    JS_CFUNC_DEF("equals", 1, equals),
    JS_CGETSET_DEF("id", get_id, NULL),
};

bool
gw_object_id_init(GwCodec *codec)
{
    JSContext *js = codec->js;
    JSRuntime *runtime = JS_GetRuntime(js);
    JSValue prototype = JS_NewObject(js);

    /* Ids are counted per runtime, so one that is remembered from another runtime may be taken. */
    do {
        codec->object_id_class = 0;
        JS_NewClassID(runtime, &codec->object_id_class);
    } while (JS_IsRegisteredClass(runtime, codec->object_id_class));
    if (JS_NewClass(runtime, codec->object_id_class, &class_definition) < 0)
        return false;

    JS_SetPropertyFunctionList(js, prototype, methods, G_N_ELEMENTS(methods));
    codec->object_id =
        JS_NewCFunction2(js, construct, "ObjectId", 1, JS_CFUNC_constructor_or_func, 0);
    JS_SetConstructor(js, codec->object_id, prototype);
    JS_SetClassProto(js, codec->object_id_class, prototype);
    return true;
}

JSValue
gw_object_id_class(JSContext *js)
{
    return JS_DupValue(js, codec_of(js)->object_id);
}

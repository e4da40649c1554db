/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "script/codec-parts.h"
#include "script/codec-writer.h"

static bool put_value(Writer *writer, Name name, JSValueConst value, const Frame *up);

static bool
put_number(Writer *writer, Name name, double value)
{
    /* The driver's rule: whole numbers that fit are int32, but -0 stays what it is. */
    if (value >= INT32_MIN && value <= INT32_MAX && value == floor(value) &&
        !(value == 0 && signbit(value))) {
        gw_writer_put_name(writer, 0x10, name);
        gw_bytes_append_int32(writer->out, (int32_t)value);
        return true;
    }
    gw_writer_put_name(writer, 0x01, name);
    gw_bytes_append_double(writer->out, value);
    return true;
}

static bool
put_bigint(Writer *writer, Name name, JSValueConst value)
{
    int64_t number = 0;
    JSValue back = JS_UNDEFINED;
    bool same = false;

    if (JS_ToBigInt64(writer->js, &number, value) < 0)
        return false;
    back = JS_NewBigInt64(writer->js, number);
    same = JS_IsStrictEqual(writer->js, value, back);
    JS_FreeValue(writer->js, back);
    /* The driver keeps the low 64 bits without a word; a number that turns into another is no
     * migration that anyone wants. */
    if (!same)
        return gw_codec_throw(writer->codec, GW_BSON_ERROR,
                              "BigInt at '%.*s' does not fit into 64 bits", (int)name.bytes,
                              name.text);
    gw_writer_put_name(writer, 0x12, name);
    gw_bytes_append_int64(writer->out, number);
    return true;
}

static bool
put_date(Writer *writer, Name name, JSValueConst value)
{
    JSValue time = JS_Call(writer->js, writer->codec->date_get_time, value, 0, NULL);
    double ms = 0;

    if (JS_IsException(time) || JS_ToFloat64(writer->js, &ms, time) < 0)
        return false;
    gw_writer_put_name(writer, 0x09, name);
    /* An invalid Date is 1970, as in the driver. */
    gw_bytes_append_int64(writer->out, isnan(ms) ? 0 : (int64_t)ms);
    return true;
}

static bool
put_regexp(Writer *writer, Name name, JSValueConst value)
{
    g_autofree char *flags = gw_writer_text(writer, value, GW_ATOM_FLAGS, NULL);
    g_autofree char *source = NULL;
    size_t bytes = 0;

    source = flags ? gw_writer_text(writer, value, GW_ATOM_SOURCE, &bytes) : NULL;
    if (!source)
        return false;
    if (strlen(source) != bytes)
        return gw_codec_throw(writer->codec, GW_BSON_ERROR, "value %s must not contain null bytes",
                              source);
    gw_writer_put_name(writer, 0x0B, name);
    gw_bytes_append(writer->out, source, bytes + 1);
    /* `g` goes out as `s` and comes back as `g`: that is what the driver does. */
    gw_bytes_append(writer->out, "i", strchr(flags, 'i') ? 1 : 0);
    gw_bytes_append(writer->out, "s", strchr(flags, 'g') ? 1 : 0);
    gw_bytes_append(writer->out, "m", strchr(flags, 'm') ? 1 : 0);
    gw_bytes_append_byte(writer->out, 0);
    return true;
}

static bool
put_bytes(Writer *writer, Name name, JSValueConst value)
{
    size_t count = 0;
    const uint8_t *bytes = JS_IsArrayBuffer(value) ? JS_GetArrayBuffer(writer->js, &count, value)
                                                   : JS_GetUint8Array(writer->js, &count, value);

    if (!bytes && count > 0)
        return false;
    gw_writer_put_name(writer, 0x05, name);
    gw_bytes_append_int32(writer->out, (int32_t)count);
    gw_bytes_append_byte(writer->out, 0);
    gw_bytes_append(writer->out, bytes, count);
    return true;
}

static bool
put_property(Writer *writer, JSValueConst object, JSAtom atom, const Frame *frame)
{
    GwKey *key = gw_keys_by_atom(writer->codec->keys, atom);
    g_autofree char *text = NULL;
    Name name = {0};
    JSValue value = JS_UNDEFINED;
    bool good = false;

    if (key) {
        name = (Name){key->text, key->bytes};
    } else {
        text = gw_writer_atom_text(writer, atom, &name.bytes);
        if (!text)
            return false;
        name.text = text;
    }
    if (key ? key->has_nul : strlen(name.text) != name.bytes)
        return gw_codec_throw(writer->codec, GW_BSON_ERROR, "key %s must not contain null bytes",
                              name.text);
    value = JS_GetProperty(writer->js, object, atom);
    good = !JS_IsException(value) && put_value(writer, name, value, frame);
    JS_FreeValue(writer->js, value);
    return good;
}

/* The server would only do it itself, document by document. */
static void
move_id_to_front(const Writer *writer, JSPropertyEnum *properties, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const JSPropertyEnum id = properties[i];

        if (id.atom != writer->codec->atoms[GW_ATOM_UNDERSCORE_ID])
            continue;
        memmove(properties + 1, properties, i * sizeof *properties);
        properties[0] = id;
        return;
    }
}

static bool
put_properties(Writer *writer, JSValueConst object, const Frame *frame)
{
    JSPropertyEnum *properties = NULL;
    uint32_t count = 0;
    bool good = true;

    if (JS_GetOwnPropertyNames(writer->js, &properties, &count, object,
                               JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY) < 0)
        return false;
    if (frame->up == NULL && (writer->flags & GW_ENCODE_ID_FIRST))
        move_id_to_front(writer, properties, count);
    for (uint32_t i = 0; i < count && good; i++)
        good = put_property(writer, object, properties[i].atom, frame);
    JS_FreePropertyEnum(writer->js, properties, count);
    return good;
}

static bool
put_items(Writer *writer, JSValueConst array, const Frame *frame)
{
    int64_t length = 0;
    char digits[24];
    bool good = true;

    if (JS_GetLength(writer->js, array, &length) < 0)
        return false;
    for (int64_t i = 0; i < length && good; i++) {
        JSValue value = JS_GetPropertyInt64(writer->js, array, i);
        const Name name = {digits, gw_writer_digits(digits, (uint64_t)i)};

        good = !JS_IsException(value) && put_value(writer, name, value, frame);
        JS_FreeValue(writer->js, value);
    }
    return good;
}

/* One [key, value] pair of a Map. */
static bool
put_entry(Writer *writer, JSValueConst pair, const Frame *frame)
{
    JSValue key = JS_GetPropertyUint32(writer->js, pair, 0);
    JSValue value = JS_GetPropertyUint32(writer->js, pair, 1);
    g_autofree char *text = NULL;
    size_t bytes = 0;
    bool good = false;

    if (!JS_IsString(key))
        JS_ThrowTypeError(writer->js, "the keys of a Map that is stored have to be strings");
    else
        text = gw_writer_string(writer, key, &bytes);
    if (text && strlen(text) != bytes)
        good = gw_codec_throw(writer->codec, GW_BSON_ERROR, "key %s must not contain null bytes",
                              text);
    else if (text)
        good = put_value(writer, (Name){text, bytes}, value, frame);
    JS_FreeValue(writer->js, key);
    JS_FreeValue(writer->js, value);
    return good;
}

static bool
put_entries(Writer *writer, JSValueConst map, const Frame *frame)
{
    JSValue pairs = JS_Call(writer->js, writer->codec->array_from, JS_UNDEFINED, 1, &map);
    int64_t length = 0;
    bool good = !JS_IsException(pairs) && JS_GetLength(writer->js, pairs, &length) >= 0;

    for (int64_t i = 0; i < length && good; i++) {
        JSValue pair = JS_GetPropertyInt64(writer->js, pairs, i);

        good = put_entry(writer, pair, frame);
        JS_FreeValue(writer->js, pair);
    }
    JS_FreeValue(writer->js, pairs);
    return good;
}

static bool
is_circular(JSValueConst value, const Frame *up)
{
    for (; up; up = up->up)
        if (up->object == JS_VALUE_GET_PTR(value))
            return true;
    return false;
}

static bool
put_content(Writer *writer, JSValueConst value, const Frame *frame)
{
    const JSClassID class = JS_GetClassID(value);

    if (class == writer->codec->array_class)
        return put_items(writer, value, frame);
    if (class == writer->codec->map_class)
        return put_entries(writer, value, frame);
    return put_properties(writer, value, frame);
}

bool
gw_writer_put_body(Writer *writer, JSValueConst value, const Frame *up)
{
    const Frame frame = {JS_VALUE_GET_PTR(value), up, up ? up->depth + 1 : 1,
                         JS_GetClassID(value) == writer->codec->array_class};
    const size_t start = writer->out->used;

    if (is_circular(value, up))
        return gw_codec_throw(writer->codec, GW_BSON_ERROR,
                              "Cannot convert circular structure to BSON");
    if (frame.depth > GW_CODEC_MOST_DEPTH)
        return gw_codec_throw(writer->codec, GW_BSON_ERROR,
                              "the document is nested more than %d levels deep",
                              GW_CODEC_MOST_DEPTH);
    gw_bytes_append_int32(writer->out, 0);
    if (!put_content(writer, value, &frame))
        return false;
    gw_bytes_append_byte(writer->out, 0);
    gw_bytes_put_int32(writer->out, start, (int32_t)(writer->out->used - start));
    return true;
}

static bool
put_plain_object(Writer *writer, Name name, JSValueConst value, const Frame *up)
{
    const bool is_array = JS_GetClassID(value) == writer->codec->array_class;
    JSValue tag = JS_UNDEFINED;
    bool good = false;

    if (!is_array) {
        tag = JS_GetProperty(writer->js, value, writer->codec->atoms[GW_ATOM_BSONTYPE]);
        if (JS_IsException(tag))
            return false;
    }
    if (!JS_IsUndefined(tag) && !JS_IsNull(tag)) {
        good = gw_writer_put_class(writer, name, value, tag, up);
        JS_FreeValue(writer->js, tag);
        return good;
    }
    gw_writer_put_name(writer, is_array ? 0x04 : 0x03, name);
    return gw_writer_put_body(writer, value, up);
}

static bool
put_object(Writer *writer, Name name, JSValueConst value, const Frame *up)
{
    if (JS_GetClassID(value) == writer->codec->date_class)
        return put_date(writer, name, value);
    if (JS_IsRegExp(value))
        return put_regexp(writer, name, value);
    if (JS_GetTypedArrayType(value) == JS_TYPED_ARRAY_UINT8 || JS_IsArrayBuffer(value))
        return put_bytes(writer, name, value);

    return put_plain_object(writer, name, value, up);
}

/* `value.toBSON()`; what that answers is not asked for its own toBSON. */
static bool
put_converted(Writer *writer, Name name, JSValueConst value, JSValueConst to_bson, const Frame *up)
{
    JSValue converted = JS_Call(writer->js, to_bson, value, 0, NULL);
    bool good = false;

    if (JS_IsObject(converted) && !JS_IsFunction(writer->js, converted))
        good = put_object(writer, name, converted, up);
    else
        good = !JS_IsException(converted) && put_value(writer, name, converted, up);
    JS_FreeValue(writer->js, converted);
    return good;
}

static bool
put_any_object(Writer *writer, Name name, JSValueConst value, const Frame *up)
{
    const uint8_t *id = gw_object_id_bytes(writer->codec, value);
    JSValue to_bson = JS_UNDEFINED;
    bool good = false;

    if (id) {
        gw_writer_put_name(writer, 0x07, name);
        gw_bytes_append(writer->out, id, 12);
        return true;
    }
    to_bson = JS_GetProperty(writer->js, value, writer->codec->atoms[GW_ATOM_TO_BSON]);
    if (JS_IsException(to_bson))
        return false;
    if (JS_IsFunction(writer->js, to_bson))
        good = put_converted(writer, name, value, to_bson, up);
    else if (JS_IsFunction(writer->js, value))
        good =
            !(writer->flags & GW_ENCODE_FUNCTIONS) || gw_writer_put_function(writer, name, value);
    else
        good = put_object(writer, name, value, up);
    JS_FreeValue(writer->js, to_bson);
    return good;
}

static bool
put_undefined(Writer *writer, Name name, const Frame *up)
{
    if (up->is_array || !(writer->flags & GW_ENCODE_IGNORE_UNDEFINED))
        gw_writer_put_name(writer, 0x0A, name);
    return true;
}

static bool
put_value(Writer *writer, Name name, JSValueConst value, const Frame *up)
{
    double number = 0;

    if (JS_IsObject(value))
        return put_any_object(writer, name, value, up);
    if (JS_IsString(value))
        return gw_writer_put_string(writer, 0x02, name, value);
    if (JS_IsNumber(value))
        return JS_ToFloat64(writer->js, &number, value) == 0 && put_number(writer, name, number);
    if (JS_IsUndefined(value))
        return put_undefined(writer, name, up);
    if (JS_IsBigInt(value))
        return put_bigint(writer, name, value);
    if (JS_IsSymbol(value))
        return true;

    gw_writer_put_name(writer, JS_IsNull(value) ? 0x0A : 0x08, name);
    if (JS_IsBool(value))
        gw_bytes_append_byte(writer->out, JS_VALUE_GET_BOOL(value) ? 1 : 0);
    return true;
}

static const char *
problem_with_root(Writer *writer, JSValueConst document)
{
    JSContext *js = writer->js;
    JSValue tag = JS_UNDEFINED;
    bool is_value = false;

    if (!JS_IsObject(document) || JS_IsFunction(js, document))
        return "serialize does not support non-object as the root input";
    if (JS_GetClassID(document) == writer->codec->array_class)
        return "serialize does not support an array as the root input";
    if (JS_GetClassID(document) == writer->codec->date_class || JS_IsRegExp(document) ||
        JS_GetTypedArrayType(document) >= 0 || JS_IsArrayBuffer(document))
        return "date, regexp, typedarray, and arraybuffer cannot be BSON documents";
    tag = JS_GetProperty(js, document, writer->codec->atoms[GW_ATOM_BSONTYPE]);
    is_value = JS_IsString(tag);
    JS_FreeValue(js, tag);
    return is_value ? "BSON types cannot be serialized as a document" : NULL;
}

/* A root's toBSON has to answer an object. */
static bool
put_root(Writer *writer, JSValueConst document)
{
    JSValue to_bson = JS_GetProperty(writer->js, document, writer->codec->atoms[GW_ATOM_TO_BSON]);
    JSValue root = JS_UNDEFINED;
    bool good = false;

    if (JS_IsException(to_bson))
        return false;
    root = JS_IsFunction(writer->js, to_bson) ? JS_Call(writer->js, to_bson, document, 0, NULL)
                                              : JS_DupValue(writer->js, document);
    if (!JS_IsException(root) && !JS_IsObject(root))
        good = gw_codec_throw(writer->codec, GW_BSON_ERROR,
                              "toBSON function did not return an object");
    else
        good = !JS_IsException(root) && gw_writer_put_body(writer, root, NULL);
    JS_FreeValue(writer->js, root);
    JS_FreeValue(writer->js, to_bson);
    return good;
}

bool
gw_codec_encode(GwCodec *codec, JSValueConst document, GwEncodeFlags flags, GwBytes *out)
{
    Writer writer = {codec, codec->js, out, flags};
    const size_t before = out->used;
    const char *problem = NULL;

    if (JS_IsNull(document) || JS_IsUndefined(document)) {
        gw_bytes_append_int32(out, 5);
        gw_bytes_append_byte(out, 0);
        return true;
    }
    problem = problem_with_root(&writer, document);
    if (problem)
        return gw_codec_throw(codec, GW_BSON_ERROR, "%s", problem);
    if (put_root(&writer, document))
        return true;

    out->used = before;
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The classes of bson are known by what they say of themselves and read through what all versions
 * of that package have in common, since a project may bring its own copy in node_modules.
 */
#include "script/codec-writer.h"

typedef struct {
    Writer *writer;
    Name name;
    JSValueConst value;
    const Frame *up;
} Element;

static bool
get_int(const Element *element, int atom, int32_t *out_number)
{
    JSContext *js = element->writer->js;
    JSValue value = JS_GetProperty(js, element->value, element->writer->codec->atoms[atom]);
    const bool good = !JS_IsException(value) && JS_ToInt32(js, out_number, value) == 0;

    JS_FreeValue(js, value);
    return good;
}

static bool
call_int(const Element *element, int method, int32_t *out_number)
{
    JSContext *js = element->writer->js;
    JSValue value = JS_Invoke(js, element->value, element->writer->codec->atoms[method], 0, NULL);
    const bool good = !JS_IsException(value) && JS_ToInt32(js, out_number, value) == 0;

    JS_FreeValue(js, value);
    return good;
}

static bool
put_object_id(const Element *element)
{
    uint8_t id[12];

    if (!gw_object_id_of_foreign(element->writer->codec, element->value, id))
        return false;
    gw_writer_put_name(element->writer, 0x07, element->name);
    gw_bytes_append(element->writer->out, id, 12);
    return true;
}

static bool
put_two_words(const Element *element, uint8_t type)
{
    int32_t low = 0;
    int32_t high = 0;

    if (!call_int(element, GW_ATOM_GET_LOW_BITS, &low) ||
        !call_int(element, GW_ATOM_GET_HIGH_BITS, &high))
        return false;
    gw_writer_put_name(element->writer, type, element->name);
    gw_bytes_append_int32(element->writer->out, low);
    gw_bytes_append_int32(element->writer->out, high);
    return true;
}

static bool
put_long(const Element *element)
{
    return put_two_words(element, 0x12);
}

static bool
put_timestamp(const Element *element)
{
    return put_two_words(element, 0x11);
}

static bool
put_double(const Element *element)
{
    JSContext *js = element->writer->js;
    JSValue value =
        JS_GetProperty(js, element->value, element->writer->codec->atoms[GW_ATOM_VALUE]);
    double number = 0;
    const bool good = !JS_IsException(value) && JS_ToFloat64(js, &number, value) == 0;

    JS_FreeValue(js, value);
    if (!good)
        return false;
    gw_writer_put_name(element->writer, 0x01, element->name);
    gw_bytes_append_double(element->writer->out, number);
    return true;
}

static bool
put_int32(const Element *element)
{
    int32_t number = 0;

    if (!get_int(element, GW_ATOM_VALUE, &number))
        return false;
    gw_writer_put_name(element->writer, 0x10, element->name);
    gw_bytes_append_int32(element->writer->out, number);
    return true;
}

static bool
put_decimal128(const Element *element)
{
    GwCodec *codec = element->writer->codec;
    JSContext *js = codec->js;
    JSValue value = JS_GetProperty(js, element->value, codec->atoms[GW_ATOM_BYTES]);
    size_t count = 0;
    const uint8_t *bytes = JS_IsException(value) ? NULL : JS_GetUint8Array(js, &count, value);
    bool good = bytes && count >= 16;

    if (good) {
        gw_writer_put_name(element->writer, 0x13, element->name);
        gw_bytes_append(element->writer->out, bytes, 16);
    } else if (bytes) {
        good = gw_codec_throw(codec, GW_BSON_ERROR, "a Decimal128 has to have 16 bytes");
    }
    JS_FreeValue(js, value);
    return good;
}

static bool
put_binary_bytes(const Element *element, const uint8_t *bytes, size_t count, uint8_t sub_type)
{
    GwBytes *out = element->writer->out;

    gw_writer_put_name(element->writer, 0x05, element->name);
    gw_bytes_append_int32(out, (int32_t)(sub_type == 2 ? count + 4 : count));
    gw_bytes_append_byte(out, sub_type);
    if (sub_type == 2)
        gw_bytes_append_int32(out, (int32_t)count);
    gw_bytes_append(out, bytes, count);
    return true;
}

static bool
put_binary(const Element *element)
{
    GwCodec *codec = element->writer->codec;
    int32_t position = 0;
    int32_t sub_type = 0;
    JSValue buffer = JS_UNDEFINED;
    size_t count = 0;
    const uint8_t *bytes = NULL;
    bool good = false;

    if (!get_int(element, GW_ATOM_POSITION, &position) ||
        !get_int(element, GW_ATOM_SUB_TYPE, &sub_type))
        return false;
    buffer = JS_GetProperty(codec->js, element->value, codec->atoms[GW_ATOM_BUFFER]);
    bytes = JS_IsException(buffer) ? NULL : JS_GetUint8Array(codec->js, &count, buffer);
    if (bytes || (position == 0 && !JS_HasException(codec->js)))
        good = put_binary_bytes(element, bytes, MIN(count, (size_t)MAX(position, 0)),
                                (uint8_t)sub_type);
    JS_FreeValue(codec->js, buffer);
    return good;
}

static bool
put_scope(const Element *element, const char *code, size_t bytes, JSValueConst scope)
{
    GwBytes *out = element->writer->out;
    size_t start = 0;

    gw_writer_put_name(element->writer, 0x0F, element->name);
    start = out->used;
    gw_bytes_append_int32(out, 0);
    gw_bytes_append_int32(out, (int32_t)(bytes + 1));
    gw_bytes_append(out, code, bytes + 1);
    if (!gw_writer_put_body(element->writer, scope, element->up))
        return false;
    gw_bytes_put_int32(out, start, (int32_t)(out->used - start));
    return true;
}

static bool
put_code(const Element *element)
{
    GwCodec *codec = element->writer->codec;
    size_t bytes = 0;
    g_autofree char *code = gw_writer_text(element->writer, element->value, GW_ATOM_CODE, &bytes);
    JSValue scope = JS_UNDEFINED;
    bool good = true;

    if (!code)
        return false;
    scope = JS_GetProperty(codec->js, element->value, codec->atoms[GW_ATOM_SCOPE]);
    if (JS_IsException(scope))
        return false;
    if (JS_IsObject(scope)) {
        good = put_scope(element, code, bytes, scope);
    } else {
        gw_writer_put_name(element->writer, 0x0D, element->name);
        gw_bytes_append_int32(element->writer->out, (int32_t)(bytes + 1));
        gw_bytes_append(element->writer->out, code, bytes + 1);
    }
    JS_FreeValue(codec->js, scope);
    return good;
}

static bool
put_symbol(const Element *element)
{
    GwCodec *codec = element->writer->codec;
    JSValue text = JS_GetProperty(codec->js, element->value, codec->atoms[GW_ATOM_VALUE]);
    const bool good =
        !JS_IsException(text) && gw_writer_put_string(element->writer, 0x0E, element->name, text);

    JS_FreeValue(codec->js, text);
    return good;
}

static int
compare_chars(const void *left, const void *right)
{
    return *(const char *)left - *(const char *)right;
}

static bool
put_regexp(const Element *element)
{
    Writer *writer = element->writer;
    size_t pattern_bytes = 0;
    size_t option_bytes = 0;
    g_autofree char *pattern =
        gw_writer_text(writer, element->value, GW_ATOM_PATTERN, &pattern_bytes);
    g_autofree char *options =
        pattern ? gw_writer_text(writer, element->value, GW_ATOM_OPTIONS, &option_bytes) : NULL;

    if (!options)
        return false;
    if (strlen(pattern) != pattern_bytes || strlen(options) != option_bytes)
        return gw_codec_throw(writer->codec, GW_BSON_ERROR,
                              "pattern %s must not contain null bytes", pattern);
    qsort(options, option_bytes, 1, compare_chars);
    gw_writer_put_name(writer, 0x0B, element->name);
    gw_bytes_append(writer->out, pattern, pattern_bytes + 1);
    gw_bytes_append(writer->out, options, option_bytes + 1);
    return true;
}

static void
copy_property(JSContext *js, JSValueConst from, JSAtom property, JSValueConst to, JSAtom name)
{
    JSValue value = JS_GetProperty(js, from, property);

    if (JS_IsUndefined(value) || JS_IsNull(value))
        JS_FreeValue(js, value);
    else
        JS_DefinePropertyValue(js, to, name, value, JS_PROP_C_W_E);
}

static void
copy_fields(JSContext *js, JSValueConst from, JSValueConst to)
{
    JSPropertyEnum *properties = NULL;
    uint32_t count = 0;

    if (!JS_IsObject(from) || JS_GetOwnPropertyNames(js, &properties, &count, from,
                                                     JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY) < 0)
        return;
    for (uint32_t i = 0; i < count; i++)
        JS_DefinePropertyValue(js, to, properties[i].atom,
                               JS_GetProperty(js, from, properties[i].atom), JS_PROP_C_W_E);
    JS_FreePropertyEnum(js, properties, count);
}

static bool
put_dbref(const Element *element)
{
    GwCodec *codec = element->writer->codec;
    const JSAtom *atoms = codec->atoms;
    JSContext *js = codec->js;
    Writer inner = *element->writer;
    JSValue document = JS_NewObject(js);
    JSValue fields = JS_GetProperty(js, element->value, atoms[GW_ATOM_FIELDS]);
    bool good = false;

    copy_property(js, element->value, atoms[GW_ATOM_COLLECTION], document, atoms[GW_ATOM_REF]);
    copy_property(js, element->value, atoms[GW_ATOM_OID], document, atoms[GW_ATOM_ID]);
    copy_property(js, element->value, atoms[GW_ATOM_DB], document, atoms[GW_ATOM_DOLLAR_DB]);
    copy_fields(js, fields, document);
    inner.flags |= GW_ENCODE_IGNORE_UNDEFINED;
    gw_writer_put_name(&inner, 0x03, element->name);
    good = gw_writer_put_body(&inner, document, element->up);
    JS_FreeValue(js, fields);
    JS_FreeValue(js, document);
    return good;
}

static bool
put_min_key(const Element *element)
{
    gw_writer_put_name(element->writer, 0xFF, element->name);
    return true;
}

static bool
put_max_key(const Element *element)
{
    gw_writer_put_name(element->writer, 0x7F, element->name);
    return true;
}

static const struct {
    const char *tag;
    bool (*put)(const Element *element);
} putters[] = {
    {"ObjectId", put_object_id},    {"ObjectID", put_object_id}, {"Long", put_long},
    {"Timestamp", put_timestamp},   {"Double", put_double},      {"Int32", put_int32},
    {"Decimal128", put_decimal128}, {"Binary", put_binary},      {"Code", put_code},
    {"BSONSymbol", put_symbol},     {"Symbol", put_symbol},      {"BSONRegExp", put_regexp},
    {"DBRef", put_dbref},           {"MinKey", put_min_key},     {"MaxKey", put_max_key},
};

bool
gw_writer_put_class(Writer *writer, Name name, JSValueConst value, JSValueConst tag,
                    const Frame *up)
{
    const Element element = {writer, name, value, up};
    g_autofree char *text = gw_writer_string(writer, tag, NULL);

    if (!text)
        return false;
    for (guint i = 0; i < G_N_ELEMENTS(putters); i++)
        if (g_str_equal(text, putters[i].tag))
            return putters[i].put(&element);

    return gw_codec_throw(writer->codec, GW_BSON_ERROR, "Unrecognized or invalid _bsontype: %s",
                          text);
}

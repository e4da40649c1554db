/* SPDX-License-Identifier: Apache-2.0 */
/* The values of BSON elements as JavaScript has them. */
#include "script/codec-reader.h"

static const int64_t largest_safe = (int64_t)1 << 53;

static JSValue
make(Reader *reader, GwBsonClass which, JSValue take_first, JSValue take_second)
{
    JSValue arguments[] = {take_first, take_second};

    return gw_codec_make(reader->codec, which, JS_IsUndefined(take_second) ? 1 : 2, arguments);
}

static JSValue
take_double(Reader *reader)
{
    int64_t bits = 0;
    double number = 0;

    if (!gw_reader_take_int64(reader, &bits))
        return JS_EXCEPTION;
    memcpy(&number, &bits, 8);
    if (reader->flags & GW_DECODE_KEEP_VALUES)
        return make(reader, GW_BSON_DOUBLE, JS_NewFloat64(reader->js, number), JS_UNDEFINED);
    return JS_NewFloat64(reader->js, number);
}

static JSValue
take_int32(Reader *reader)
{
    int32_t number = 0;

    if (!gw_reader_take_int32(reader, &number))
        return JS_EXCEPTION;
    if (reader->flags & GW_DECODE_KEEP_VALUES)
        return make(reader, GW_BSON_INT32, JS_NewInt32(reader->js, number), JS_UNDEFINED);
    return JS_NewInt32(reader->js, number);
}

static JSValue
take_int64(Reader *reader)
{
    int64_t number = 0;
    const bool keep = reader->flags & (GW_DECODE_KEEP_LONGS | GW_DECODE_KEEP_VALUES);

    if (!gw_reader_take_int64(reader, &number))
        return JS_EXCEPTION;
    if (reader->flags & GW_DECODE_BIGINT)
        return JS_NewBigInt64(reader->js, number);
    if (!keep && number >= -largest_safe && number <= largest_safe)
        return JS_NewInt64(reader->js, number);
    return make(reader, GW_BSON_LONG, JS_NewInt32(reader->js, (int32_t)number),
                JS_NewInt32(reader->js, (int32_t)(number >> 32)));
}

static JSValue
take_date(Reader *reader)
{
    int64_t ms = 0;

    if (!gw_reader_take_int64(reader, &ms))
        return JS_EXCEPTION;
    return JS_NewDate(reader->js, (double)ms);
}

static JSValue
take_boolean(Reader *reader)
{
    const uint8_t *byte = gw_reader_take(reader, 1);

    if (!byte)
        return JS_EXCEPTION;
    if (*byte > 1) {
        gw_reader_fail(reader, "illegal boolean type value");
        return JS_EXCEPTION;
    }
    return JS_NewBool(reader->js, *byte);
}

static JSValue
take_object_id(Reader *reader)
{
    const uint8_t *bytes = gw_reader_take(reader, 12);

    return bytes ? gw_object_id_make(reader->codec, bytes) : JS_EXCEPTION;
}

static JSValue
take_decimal128(Reader *reader)
{
    const uint8_t *bytes = gw_reader_take(reader, 16);

    if (!bytes)
        return JS_EXCEPTION;
    return make(reader, GW_BSON_DECIMAL128, gw_codec_buffer(reader->js, bytes, 16), JS_UNDEFINED);
}

/* Subtype 2 has its length twice. */
static bool
take_old_length(Reader *reader, int32_t *size)
{
    int32_t inner = 0;

    if (!gw_reader_take_int32(reader, &inner))
        return false;
    if (inner < 0 || inner != *size - 4)
        return gw_reader_fail(reader, "Binary type with subtype 0x02 contains a wrong size");
    *size = inner;
    return true;
}

static JSValue
to_uuid(Reader *reader, JSValue take_binary)
{
    JSValue uuid =
        JS_IsException(take_binary)
            ? JS_EXCEPTION
            : JS_Invoke(reader->js, take_binary, reader->codec->atoms[GW_ATOM_TO_UUID], 0, NULL);

    JS_FreeValue(reader->js, take_binary);
    return uuid;
}

static JSValue
take_binary(Reader *reader)
{
    int32_t size = 0;
    const uint8_t *sub_type = NULL;
    const uint8_t *bytes = NULL;
    JSValue binary = JS_UNDEFINED;

    if (!gw_reader_take_int32(reader, &size))
        return JS_EXCEPTION;
    sub_type = gw_reader_take(reader, 1);
    if (!sub_type || (*sub_type == 2 && !take_old_length(reader, &size)))
        return JS_EXCEPTION;
    if (size < 0) {
        gw_reader_fail(reader, "Negative binary type element size found");
        return JS_EXCEPTION;
    }
    bytes = gw_reader_take(reader, (size_t)size);
    if (!bytes)
        return JS_EXCEPTION;
    if ((reader->flags & GW_DECODE_BUFFERS) && !(reader->flags & GW_DECODE_KEEP_VALUES))
        return gw_codec_buffer(reader->js, bytes, (size_t)size);
    binary = make(reader, GW_BSON_BINARY, gw_codec_buffer(reader->js, bytes, (size_t)size),
                  JS_NewInt32(reader->js, *sub_type));
    return *sub_type == 4 && size == 16 ? to_uuid(reader, binary) : binary;
}

static JSValue
make_bson_regexp(Reader *reader, const char *source, size_t bytes, const char *options)
{
    return make(reader, GW_BSON_REGEXP, JS_NewStringLen(reader->js, source, bytes),
                JS_NewString(reader->js, options));
}

static JSValue
make_regexp(Reader *reader, const char *source, size_t bytes, const char *options)
{
    JSContext *js = reader->js;
    g_autoptr(GString) flags = g_string_new(NULL);
    JSValue arguments[2];
    JSValue regexp = JS_UNDEFINED;

    for (const char *option = options; *option; option++)
        if (*option == 'i' || *option == 'm' || *option == 's')
            g_string_append_c(flags, *option == 's' ? 'g' : *option);
    arguments[0] = JS_NewStringLen(js, source, bytes);
    arguments[1] = JS_NewString(js, flags->str);
    regexp = JS_CallConstructor(js, reader->codec->regexp, 2, (JSValueConst *)arguments);
    JS_FreeValue(js, arguments[0]);
    JS_FreeValue(js, arguments[1]);
    return regexp;
}

static JSValue
take_regexp(Reader *reader)
{
    size_t source_bytes = 0;
    size_t option_bytes = 0;
    const char *source = gw_reader_take_cstring(reader, &source_bytes);
    const char *options = source ? gw_reader_take_cstring(reader, &option_bytes) : NULL;
    JSValue regexp = JS_UNDEFINED;

    if (!options)
        return JS_EXCEPTION;
    if (reader->flags & GW_DECODE_BSON_REGEXP)
        return make_bson_regexp(reader, source, source_bytes, options);
    regexp = make_regexp(reader, source, source_bytes, options);
    if (!JS_IsException(regexp))
        return regexp;
    /* The server's syntax is wider than JavaScript's. The driver fails to read such a document; to
     * keep what is there is better. */
    JS_FreeValue(reader->js, JS_GetException(reader->js));
    return make_bson_regexp(reader, source, source_bytes, options);
}

static JSValue
take_symbol(Reader *reader)
{
    JSValue text = gw_reader_take_string(reader);

    if (JS_IsException(text) || !(reader->flags & GW_DECODE_KEEP_VALUES))
        return text;
    return make(reader, GW_BSON_SYMBOL, text, JS_UNDEFINED);
}

static JSValue
take_timestamp(Reader *reader)
{
    JSContext *js = reader->js;
    int32_t increment = 0;
    int32_t seconds = 0;
    JSValue parts = JS_UNDEFINED;

    if (!gw_reader_take_int32(reader, &increment) || !gw_reader_take_int32(reader, &seconds))
        return JS_EXCEPTION;
    parts = JS_NewObject(js);
    JS_SetPropertyStr(js, parts, "t", JS_NewUint32(js, (uint32_t)seconds));
    JS_SetPropertyStr(js, parts, "i", JS_NewUint32(js, (uint32_t)increment));
    return make(reader, GW_BSON_TIMESTAMP, parts, JS_UNDEFINED);
}

static JSValue
take_code_with_scope(Reader *reader)
{
    int32_t total = 0;
    const uint8_t *start = reader->at;
    JSValue code = JS_UNDEFINED;
    JSValue scope = JS_UNDEFINED;

    if (!gw_reader_take_int32(reader, &total))
        return JS_EXCEPTION;
    code = gw_reader_take_string(reader);
    if (JS_IsException(code))
        return JS_EXCEPTION;
    scope = gw_reader_take_document(reader, false);
    if (!JS_IsException(scope) && reader->at - start != total) {
        gw_reader_fail(reader, "code_w_scope has a wrong total size");
        JS_FreeValue(reader->js, scope);
        scope = JS_EXCEPTION;
    }
    return make(reader, GW_BSON_CODE, code, scope);
}

/* A DBPointer, long deprecated: a collection's name and an ObjectId. */
static JSValue
take_dbpointer(Reader *reader)
{
    JSValue collection = gw_reader_take_string(reader);
    JSValue id = JS_IsException(collection) ? JS_EXCEPTION : take_object_id(reader);

    return make(reader, GW_BSON_DBREF, collection, id);
}

static JSValue
fail_unknown(Reader *reader, uint8_t type, const char *name)
{
    gw_codec_throw(reader->codec, GW_BSON_ERROR,
                   "Detected unknown BSON type %x for fieldname \"%s\"", type, name);
    return JS_EXCEPTION;
}

static JSValue
take_special(Reader *reader, uint8_t type, const char *name)
{
    switch (type) {
    case 0x0B:
        return take_regexp(reader);
    case 0x0C:
        return take_dbpointer(reader);
    case 0x0D:
        return make(reader, GW_BSON_CODE, gw_reader_take_string(reader), JS_UNDEFINED);
    case 0x0E:
        return take_symbol(reader);
    case 0x0F:
        return take_code_with_scope(reader);
    case 0x11:
        return take_timestamp(reader);
    case 0x13:
        return take_decimal128(reader);
    case 0x7F:
        return gw_codec_make(reader->codec, GW_BSON_MAX_KEY, 0, NULL);
    case 0xFF:
        return gw_codec_make(reader->codec, GW_BSON_MIN_KEY, 0, NULL);
    default:
        return fail_unknown(reader, type, name);
    }
}

JSValue
gw_reader_take_value(Reader *reader, uint8_t type, const char *name)
{
    switch (type) {
    case 0x01:
        return take_double(reader);
    case 0x02:
        return gw_reader_take_string(reader);
    case 0x03:
        return gw_reader_take_document(reader, true);
    case 0x04:
        return gw_reader_take_array(reader);
    case 0x05:
        return take_binary(reader);
    case 0x06:
        return JS_UNDEFINED;
    case 0x07:
        return take_object_id(reader);
    case 0x08:
        return take_boolean(reader);
    case 0x09:
        return take_date(reader);
    case 0x0A:
        return JS_NULL;
    case 0x10:
        return take_int32(reader);
    case 0x12:
        return take_int64(reader);
    default:
        return take_special(reader, type, name);
    }
}

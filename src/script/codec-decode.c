/* SPDX-License-Identifier: Apache-2.0 */
#include <bson/bson.h>

#include "script/codec-reader.h"

typedef enum {
    DBREF_UNKNOWN, /* no field with a `$` so far */
    DBREF_POSSIBLE,
    DBREF_IMPOSSIBLE,
} DbRef;

bool
gw_reader_fail(Reader *reader, const char *why)
{
    return gw_codec_throw(reader->codec, GW_BSON_ERROR, "%s", why);
}

const uint8_t *
gw_reader_take(Reader *reader, size_t count)
{
    const uint8_t *at = reader->at;

    if ((size_t)(reader->end - at) < count) {
        gw_reader_fail(reader, "corrupt bson message: a value ends behind its document");
        return NULL;
    }
    reader->at += count;
    return at;
}

bool
gw_reader_take_int32(Reader *reader, int32_t *out_number)
{
    const uint8_t *at = gw_reader_take(reader, 4);
    uint32_t little = 0;

    if (!at)
        return false;
    memcpy(&little, at, 4);
    *out_number = (int32_t)GUINT32_FROM_LE(little);
    return true;
}

bool
gw_reader_take_int64(Reader *reader, int64_t *out_number)
{
    const uint8_t *at = gw_reader_take(reader, 8);
    uint64_t little = 0;

    if (!at)
        return false;
    memcpy(&little, at, 8);
    *out_number = (int64_t)GUINT64_FROM_LE(little);
    return true;
}

const char *
gw_reader_take_cstring(Reader *reader, size_t *out_bytes)
{
    const char *text = (const char *)reader->at;
    const uint8_t *end = memchr(text, 0, (size_t)(reader->end - reader->at));

    if (!end) {
        gw_reader_fail(reader, "Bad BSON Document: illegal CString");
        return NULL;
    }
    *out_bytes = (size_t)(end - reader->at);
    reader->at = end + 1;
    return text;
}

static bool
is_ascii(const char *text, size_t bytes)
{
    uint64_t word = 0;
    uint64_t all = 0;
    size_t i = 0;

    for (; i + 8 <= bytes; i += 8) {
        memcpy(&word, text + i, 8);
        all |= word;
    }
    for (; i < bytes; i++)
        all |= (guchar)text[i];
    return (all & 0x8080808080808080u) == 0;
}

JSValue
gw_reader_take_string(Reader *reader)
{
    int32_t size = 0;
    const char *text = NULL;

    if (!gw_reader_take_int32(reader, &size))
        return JS_EXCEPTION;
    if (size <= 0 || size > reader->end - reader->at || reader->at[size - 1] != 0) {
        gw_reader_fail(reader, "bad string length in bson");
        return JS_EXCEPTION;
    }
    text = (const char *)gw_reader_take(reader, (size_t)size);
    if (!(reader->flags & GW_DECODE_LOOSE_UTF8) && !is_ascii(text, (size_t)size) &&
        !bson_utf8_validate(text, (size_t)size - 1, true)) {
        gw_reader_fail(reader, "Invalid UTF-8 string in BSON document");
        return JS_EXCEPTION;
    }
    return JS_NewStringLen(reader->js, text, (size_t)size - 1);
}

/* Narrow `reader` to the document at its place and step behind it in `reader`. */
bool
gw_reader_enter(Reader *reader, Reader *out_inner)
{
    int32_t size = 0;
    const uint8_t *start = reader->at;

    if (!gw_reader_take_int32(reader, &size))
        return false;
    if (size < 5 || size > reader->end - start || start[size - 1] != 0)
        return gw_reader_fail(reader, "bad embedded document length in bson");
    if (reader->depth >= GW_CODEC_MOST_DEPTH)
        return gw_reader_fail(reader, "the document is nested too deep");
    *out_inner = *reader;
    out_inner->depth++;
    out_inner->end = start + size - 1;
    reader->at = start + size;
    return true;
}

static DbRef
look_for_dbref(DbRef state, const char *name)
{
    if (state == DBREF_IMPOSSIBLE || name[0] != '$')
        return state;
    if (g_str_equal(name, "$ref") || g_str_equal(name, "$id") || g_str_equal(name, "$db"))
        return DBREF_POSSIBLE;
    return DBREF_IMPOSSIBLE;
}

static bool
read_field(Reader *reader, JSValueConst object, GwKey **key, DbRef *dbref)
{
    const uint8_t type = *reader->at++;
    size_t bytes = 0;
    const char *name = gw_reader_take_cstring(reader, &bytes);
    JSAtom atom = JS_ATOM_NULL;
    JSValue value = JS_UNDEFINED;

    if (!name)
        return false;
    *dbref = look_for_dbref(*dbref, name);
    value = gw_reader_take_value(reader, type, name);
    if (JS_IsException(value))
        return false;
    *key = gw_keys_by_text(reader->codec->keys, *key, name, bytes);
    if (*key)
        return JS_DefinePropertyValue(reader->js, object, (*key)->atom, value, JS_PROP_C_W_E) >= 0;

    atom = gw_keys_atom(reader->js, name, bytes);
    if (atom == JS_ATOM_NULL) {
        JS_FreeValue(reader->js, value);
        return false;
    }
    JS_DefinePropertyValue(reader->js, object, atom, value, JS_PROP_C_W_E);
    JS_FreeAtom(reader->js, atom);
    return true;
}

static bool
is_dbref(JSContext *js, JSValueConst ref, JSValueConst id, JSValueConst db)
{
    return JS_IsString(ref) && !JS_IsUndefined(id) && !JS_IsNull(id) &&
           (JS_IsUndefined(db) || JS_IsString(db));
}

/* `{$ref, $id}` is a DBRef; what it has beside goes into its fields. Takes `take_object`. */
static JSValue
to_dbref(Reader *reader, JSValue take_object)
{
    JSContext *js = reader->js;
    const JSAtom *atoms = reader->codec->atoms;
    JSValue parts[4] = {JS_GetProperty(js, take_object, atoms[GW_ATOM_REF]),
                        JS_GetProperty(js, take_object, atoms[GW_ATOM_ID]),
                        JS_GetProperty(js, take_object, atoms[GW_ATOM_DOLLAR_DB]), take_object};

    if (!is_dbref(js, parts[0], parts[1], parts[2])) {
        for (int i = 0; i < 3; i++)
            JS_FreeValue(js, parts[i]);
        return take_object;
    }
    JS_DeleteProperty(js, take_object, atoms[GW_ATOM_REF], 0);
    JS_DeleteProperty(js, take_object, atoms[GW_ATOM_ID], 0);
    JS_DeleteProperty(js, take_object, atoms[GW_ATOM_DOLLAR_DB], 0);
    return gw_codec_make(reader->codec, GW_BSON_DBREF, 4, parts);
}

/* Everything up to the reader's end. */
static JSValue
read_fields(Reader *reader, bool may_be_dbref)
{
    JSValue object = JS_NewObject(reader->js);
    DbRef dbref = may_be_dbref ? DBREF_UNKNOWN : DBREF_IMPOSSIBLE;
    GwKey *key = NULL;

    while (reader->at < reader->end) {
        if (!read_field(reader, object, &key, &dbref)) {
            JS_FreeValue(reader->js, object);
            return JS_EXCEPTION;
        }
    }
    return dbref == DBREF_POSSIBLE ? to_dbref(reader, object) : object;
}

JSValue
gw_reader_take_document(Reader *reader, bool may_be_dbref)
{
    Reader inner;

    if (!gw_reader_enter(reader, &inner))
        return JS_EXCEPTION;
    return read_fields(&inner, may_be_dbref);
}

JSValue
gw_reader_take_array(Reader *reader)
{
    Reader inner;
    JSValue array = JS_UNDEFINED;
    size_t ignored = 0;

    if (!gw_reader_enter(reader, &inner))
        return JS_EXCEPTION;
    array = JS_NewArray(reader->js);
    for (uint32_t i = 0; inner.at < inner.end; i++) {
        const uint8_t type = *inner.at++;
        const char *name = gw_reader_take_cstring(&inner, &ignored);
        JSValue value = name ? gw_reader_take_value(&inner, type, name) : JS_EXCEPTION;

        if (JS_IsException(value) ||
            JS_DefinePropertyValueUint32(reader->js, array, i, value, JS_PROP_C_W_E) < 0) {
            JS_FreeValue(reader->js, array);
            return JS_EXCEPTION;
        }
    }
    return array;
}

JSValue
gw_codec_decode(GwCodec *codec, const uint8_t *bytes, size_t count, GwDecodeFlags flags)
{
    Reader reader = {codec, codec->js, bytes, bytes + count, flags, 0};

    return gw_reader_take_document(&reader, true);
}

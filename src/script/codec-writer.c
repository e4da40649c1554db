/* SPDX-License-Identifier: Apache-2.0 */
#include "script/codec-writer.h"

size_t
gw_writer_digits(char *out, uint64_t number)
{
    char backwards[24];
    size_t count = 0;

    do {
        backwards[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    for (size_t i = 0; i < count; i++)
        out[i] = backwards[count - 1 - i];
    out[count] = 0;
    return count;
}

static char *
own_text(JSContext *js, const char *take_text, size_t bytes, size_t *out_bytes)
{
    char *text = NULL;

    if (!take_text)
        return NULL;
    text = g_memdup2(take_text, bytes + 1);
    JS_FreeCString(js, take_text);
    gw_keys_mend_utf8(text, bytes);
    if (out_bytes)
        *out_bytes = bytes;
    return text;
}

char *
gw_writer_string(Writer *writer, JSValueConst value, size_t *out_bytes)
{
    size_t bytes = 0;
    const char *text = JS_ToCStringLen(writer->js, &bytes, value);

    return own_text(writer->js, text, bytes, out_bytes);
}

char *
gw_writer_text(Writer *writer, JSValueConst object, int atom, size_t *out_bytes)
{
    JSValue value = JS_GetProperty(writer->js, object, writer->codec->atoms[atom]);
    char *text = JS_IsException(value) ? NULL : gw_writer_string(writer, value, out_bytes);

    JS_FreeValue(writer->js, value);
    return text;
}

char *
gw_writer_atom_text(Writer *writer, JSAtom atom, size_t *out_bytes)
{
    size_t bytes = 0;
    const char *text = JS_AtomToCStringLen(writer->js, &bytes, atom);

    return own_text(writer->js, text, bytes, out_bytes);
}

bool
gw_writer_put_string(Writer *writer, uint8_t type, Name name, JSValueConst value)
{
    size_t bytes = 0;
    const char *text = JS_ToCStringLen(writer->js, &bytes, value);
    uint8_t *to = NULL;

    if (!text)
        return false;
    gw_writer_put_name(writer, type, name);
    gw_bytes_append_int32(writer->out, (int32_t)(bytes + 1));
    to = gw_bytes_room(writer->out, bytes + 1);
    memcpy(to, text, bytes);
    to[bytes] = 0;
    JS_FreeCString(writer->js, text);
    gw_keys_mend_utf8((char *)to, bytes);
    return true;
}

bool
gw_writer_put_function(Writer *writer, Name name, JSValueConst value)
{
    return gw_writer_put_string(writer, 0x0D, name, value);
}

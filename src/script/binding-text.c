/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to bytes and back: what TextEncoder and TextDecoder stand on.
 */
#include "script/binding.h"

/* encode(text): its UTF-8; a lone surrogate becomes U+FFFD. */
static JSValue
binding_encode(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    size_t bytes = 0;
    const char *text = JS_ToCStringLen(js, &bytes, argv[0]);
    JSValue answer;

    if (text == NULL)
        return JS_EXCEPTION;
    answer = JS_NewUint8ArrayCopy(js, (const uint8_t *)text, bytes);
    JS_FreeCString(js, text);
    return answer;
}

/* isUtf8(bytes) */
static JSValue
binding_is_utf8(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    size_t size = 0;
    const uint8_t *bytes = JS_GetUint8Array(js, &size, argv[0]);

    if (bytes == NULL && size > 0)
        return JS_EXCEPTION;
    return JS_NewBool(js, g_utf8_validate_len((const char *)bytes, size, NULL));
}

/* decode(bytes): bytes of valid UTF-8 as text. */
static JSValue
binding_decode(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    size_t size = 0;
    const uint8_t *bytes = JS_GetUint8Array(js, &size, argv[0]);

    if (bytes == NULL && size > 0)
        return JS_EXCEPTION;
    return JS_NewStringLen(js, size > 0 ? (const char *)bytes : "", size);
}

static JSValue
convert_host(JSContext *js, JSValueConst host, char *(*convert)(const char *))
{
    const char *text = JS_ToCString(js, host);
    g_autofree char *converted = text != NULL ? convert(text) : NULL;

    if (text == NULL)
        return JS_EXCEPTION;
    JS_FreeCString(js, text);
    return converted != NULL ? JS_NewString(js, converted) : JS_NULL;
}

/* hostToAscii(name): in lower case, other letters as Punycode; null where that can't be. */
static JSValue
binding_host_to_ascii(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    return convert_host(js, argv[0], g_hostname_to_ascii);
}

/* hostToUnicode(name) */
static JSValue
binding_host_to_unicode(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    return convert_host(js, argv[0], g_hostname_to_unicode);
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("encode", 1, binding_encode),
    JS_CFUNC_DEF("decode", 1, binding_decode),
    JS_CFUNC_DEF("isUtf8", 1, binding_is_utf8),
    JS_CFUNC_DEF("hostToAscii", 1, binding_host_to_ascii),
    JS_CFUNC_DEF("hostToUnicode", 1, binding_host_to_unicode),
};

JSValue
gw_binding_text_init(JSContext *js)
{
    JSValue object = JS_NewObject(js);

    JS_SetPropertyFunctionList(js, object, functions, G_N_ELEMENTS(functions));
    return object;
}

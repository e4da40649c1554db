/* SPDX-License-Identifier: Apache-2.0 */
#include "script/binding.h"

/* write(text, isError) */
static JSValue
binding_write(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const GwScriptParams *params = gw_engine_of(js)->params;
    size_t bytes = 0;
    const char *text = JS_ToCStringLen(js, &bytes, argv[0]);
    int is_error = JS_ToBool(js, argv[1]);

    if (text == NULL)
        return JS_EXCEPTION;
    if (params->output != NULL) {
        /* A lone surrogate is no UTF-8: what is handed on always is. */
        g_autofree char *valid = g_utf8_make_valid(text, (gssize)bytes);

        params->output(valid, strlen(valid), is_error > 0, params->data);
    }
    JS_FreeCString(js, text);
    return JS_UNDEFINED;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("write", 2, binding_write),
};

JSValue
gw_binding_console_init(JSContext *js)
{
    JSValue object = JS_NewObject(js);

    JS_SetPropertyFunctionList(js, object, functions, G_N_ELEMENTS(functions));
    return object;
}

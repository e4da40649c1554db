/* SPDX-License-Identifier: Apache-2.0 */
#include "script/binding.h"

static GwTimers *
timers_of(JSContext *js)
{
    return gw_loop_timers(gw_engine_of(js)->loop);
}

/* add(callback, delayMs, repeatMs or -1): its number. */
static JSValue
binding_add(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    int64_t delay_ms = 0;
    int64_t repeat_ms = 0;

    if (JS_ToInt64(js, &delay_ms, argv[1]) < 0 || JS_ToInt64(js, &repeat_ms, argv[2]) < 0)
        return JS_EXCEPTION;
    return JS_NewUint32(js,
                        gw_timers_add(timers_of(js), argv[0], delay_ms * G_TIME_SPAN_MILLISECOND,
                                      repeat_ms * G_TIME_SPAN_MILLISECOND));
}

/* remove(number) */
static JSValue
binding_remove(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    int32_t number = 0;

    if (JS_ToInt32(js, &number, argv[0]) < 0)
        return JS_EXCEPTION;
    gw_timers_remove(timers_of(js), (guint)number);
    return JS_UNDEFINED;
}

/* setRef(number, isRef) */
static JSValue
binding_set_ref(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    int32_t number = 0;

    if (JS_ToInt32(js, &number, argv[0]) < 0)
        return JS_EXCEPTION;
    gw_timers_set_ref(timers_of(js), (guint)number, JS_ToBool(js, argv[1]) > 0);
    return JS_UNDEFINED;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("add", 3, binding_add),
    JS_CFUNC_DEF("remove", 1, binding_remove),
    JS_CFUNC_DEF("setRef", 2, binding_set_ref),
};

JSValue
gw_binding_timers_init(JSContext *js)
{
    JSValue object = JS_NewObject(js);

    JS_SetPropertyFunctionList(js, object, functions, G_N_ELEMENTS(functions));
    return object;
}

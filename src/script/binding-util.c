/* SPDX-License-Identifier: Apache-2.0 */
#include "script/binding.h"

/* classOf(value): the engine's own name for what an object is, whatever its prototype says: 'Map',
 * 'Uint8Array', 'Promise', 'Proxy', 'AsyncFunction'. '' for what is no object. */
static JSValue
binding_class_of(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    JSAtom name;
    JSValue text;

    if (!JS_IsObject(argv[0]))
        return JS_NewString(js, "");
    /* The engine's name for a proxy is 'Object'. */
    if (JS_IsProxy(argv[0]))
        return JS_NewString(js, "Proxy");
    name = JS_GetClassName(JS_GetRuntime(js), JS_GetClassID(argv[0]));
    text = JS_AtomToString(js, name);
    JS_FreeAtom(js, name);
    return text;
}

/* promiseOf(promise): [state, result], where state is 0 pending, 1 fulfilled, 2 rejected. */
static JSValue
binding_promise_of(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    JSPromiseStateEnum state = JS_PromiseState(js, argv[0]);
    JSValue pair = JS_NewArray(js);

    JS_SetPropertyUint32(js, pair, 0, JS_NewInt32(js, (int32_t)state));
    JS_SetPropertyUint32(js, pair, 1, JS_PromiseResult(js, argv[0]));
    return pair;
}

/* proxyOf(proxy): [target, handler], or null where it was revoked. */
static JSValue
binding_proxy_of(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    JSValue target = JS_GetProxyTarget(js, argv[0]);
    JSValue pair;

    if (JS_IsException(target)) {
        JS_FreeValue(js, JS_GetException(js));
        return JS_NULL;
    }
    pair = JS_NewArray(js);
    JS_SetPropertyUint32(js, pair, 0, target);
    JS_SetPropertyUint32(js, pair, 1, JS_GetProxyHandler(js, argv[0]));
    return pair;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("classOf", 1, binding_class_of),
    JS_CFUNC_DEF("promiseOf", 1, binding_promise_of),
    JS_CFUNC_DEF("proxyOf", 1, binding_proxy_of),
};

JSValue
gw_binding_util_init(JSContext *js)
{
    JSValue object = JS_NewObject(js);

    JS_SetPropertyFunctionList(js, object, functions, G_N_ELEMENTS(functions));
    return object;
}

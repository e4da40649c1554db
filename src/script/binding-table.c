/* SPDX-License-Identifier: Apache-2.0 */
#include "script/binding.h"

/* One a line, so that two who add one don't meet. */
/* clang-format off */
static const GwBinding bindings[] = {
    {"bcrypt", gw_binding_bcrypt_init},
    {"child", gw_binding_child_init},
    {"console", gw_binding_console_init},
    {"crypto", gw_binding_crypto_init},
    {"fs", gw_binding_fs_init},
    {"http", gw_binding_http_init},
    {"modules", gw_binding_modules_init},
    {"mongo", gw_binding_mongo_init},
    {"os", gw_binding_os_init},
    {"process", gw_binding_process_init},
    {"source", gw_binding_source_init},
    {"text", gw_binding_text_init},
    {"timers", gw_binding_timers_init},
    {"util", gw_binding_util_init},
};
/* clang-format on */

JSValue
gw_binding_get(JSContext *js, const char *name)
{
    GwEngine *engine = gw_engine_of(js);
    JSValue object = JS_GetPropertyStr(js, engine->bindings, name);

    if (!JS_IsUndefined(object))
        return object;
    for (size_t row = 0; row < G_N_ELEMENTS(bindings); row++) {
        if (!g_str_equal(bindings[row].name, name))
            continue;
        object = bindings[row].init(js);
        if (!JS_IsException(object))
            JS_SetPropertyStr(js, engine->bindings, name, JS_DupValue(js, object));
        return object;
    }
    return JS_ThrowReferenceError(js, "there is no binding '%s'", name);
}

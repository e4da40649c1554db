/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "script/binding.h"

/* environment(): a plain object, a copy: what a script changes stays in it. Names and values that
 * are no UTF-8 are left out. */
static JSValue
binding_environment(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    g_auto(GStrv) entries = g_get_environ();
    JSValue object = JS_NewObject(js);

    for (guint i = 0; entries[i] != NULL; i++) {
        const char *equals = strchr(entries[i], '=');
        g_autofree char *name = NULL;

        if (equals == NULL || !g_utf8_validate(entries[i], -1, NULL))
            continue;
        name = g_strndup(entries[i], (gsize)(equals - entries[i]));
        JS_SetPropertyStr(js, object, name, JS_NewString(js, equals + 1));
    }
    return object;
}

/* setVariable(name, value): for all that this process does from now on. Only for configuration
 * files, which run before there is a second thread. */
static JSValue
binding_set_variable(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const char *name = JS_ToCString(js, argv[0]);
    const char *value = name != NULL ? JS_ToCString(js, argv[1]) : NULL;

    /* A name that the system does not take can't be met by anybody else either. */
    if (name != NULL && value != NULL && *name != '\0' && strchr(name, '=') == NULL)
        (void)g_setenv(name, value, TRUE);
    JS_FreeCString(js, value);
    JS_FreeCString(js, name);
    return value != NULL ? JS_UNDEFINED : JS_EXCEPTION;
}

/* exit(status): does not come back. */
static JSValue
binding_exit(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    int32_t status = 0;

    if (JS_ToInt32(js, &status, argv[0]) < 0)
        return JS_EXCEPTION;
    return gw_engine_exit(js, status);
}

/* now(): nanoseconds of a clock that never jumps, as a BigInt. */
static JSValue
binding_now(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    return JS_NewBigInt64(js, g_get_monotonic_time() * 1000);
}

/* usage(): [user time, system time] in microseconds, and the most memory in bytes. */
static JSValue
binding_usage(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    struct rusage usage = {0};
    JSValue answer = JS_NewArray(js);

    (void)getrusage(RUSAGE_SELF, &usage); /* can't fail for ourselves */
    JS_SetPropertyUint32(
        js, answer, 0,
        JS_NewInt64(js, usage.ru_utime.tv_sec * G_TIME_SPAN_SECOND + usage.ru_utime.tv_usec));
    JS_SetPropertyUint32(
        js, answer, 1,
        JS_NewInt64(js, usage.ru_stime.tv_sec * G_TIME_SPAN_SECOND + usage.ru_stime.tv_usec));
    JS_SetPropertyUint32(js, answer, 2, JS_NewInt64(js, usage.ru_maxrss * 1024));
    return answer;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("environment", 0, binding_environment),
    JS_CFUNC_DEF("exit", 1, binding_exit),
    JS_CFUNC_DEF("now", 0, binding_now),
    JS_CFUNC_DEF("setVariable", 2, binding_set_variable),
    JS_CFUNC_DEF("usage", 0, binding_usage),
};

JSValue
gw_binding_process_init(JSContext *js)
{
    JSValue object = JS_NewObject(js);
    struct utsname machine = {0};

    (void)uname(&machine); /* fails for a bad pointer only */
    JS_SetPropertyFunctionList(js, object, functions, G_N_ELEMENTS(functions));
    JS_SetPropertyStr(js, object, "pid", JS_NewInt64(js, getpid()));
    JS_SetPropertyStr(js, object, "ppid", JS_NewInt64(js, getppid()));
    JS_SetPropertyStr(js, object, "uid", JS_NewInt64(js, getuid()));
    JS_SetPropertyStr(js, object, "gid", JS_NewInt64(js, getgid()));
    JS_SetPropertyStr(js, object, "system", JS_NewString(js, machine.sysname));
    JS_SetPropertyStr(js, object, "release", JS_NewString(js, machine.release));
    JS_SetPropertyStr(js, object, "machine", JS_NewString(js, machine.machine));
    JS_SetPropertyStr(js, object, "version", JS_NewString(js, GW_VERSION));
    return object;
}

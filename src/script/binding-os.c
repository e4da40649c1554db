/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>

#include "script/binding.h"

/* hostname() */
static JSValue
binding_hostname(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    return JS_NewString(js, g_get_host_name());
}

/* user(): [name, home folder, shell] */
static JSValue
binding_user(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const char *shell = g_getenv("SHELL");
    JSValue answer = JS_NewArray(js);

    JS_SetPropertyUint32(js, answer, 0, JS_NewString(js, g_get_user_name()));
    JS_SetPropertyUint32(js, answer, 1, JS_NewString(js, g_get_home_dir()));
    JS_SetPropertyUint32(js, answer, 2, shell != NULL ? JS_NewString(js, shell) : JS_NULL);
    return answer;
}

/* memory(): [all, free] in bytes */
static JSValue
binding_memory(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const int64_t page_bytes = sysconf(_SC_PAGESIZE);
    JSValue answer = JS_NewArray(js);

    JS_SetPropertyUint32(js, answer, 0, JS_NewInt64(js, sysconf(_SC_PHYS_PAGES) * page_bytes));
    JS_SetPropertyUint32(js, answer, 1, JS_NewInt64(js, sysconf(_SC_AVPHYS_PAGES) * page_bytes));
    return answer;
}

static const struct {
    int number;
    const char *name;
} errors[] = {
    {EACCES, "EACCES"},
    {EEXIST, "EEXIST"},
    {EINVAL, "EINVAL"},
    {EISDIR, "EISDIR"},
    {ELOOP, "ELOOP"},
    {EMFILE, "EMFILE"},
    {ENOENT, "ENOENT"},
    {ENOSPC, "ENOSPC"},
    {ENOTDIR, "ENOTDIR"},
    {EPERM, "EPERM"},
    {ENOTEMPTY, "ENOTEMPTY"},
    {EROFS, "EROFS"},
    {EXDEV, "EXDEV"},
    {EIO, "EIO"},
    {ENAMETOOLONG, "ENAMETOOLONG"},
};

/* errorName(-2): 'ENOENT' */
static JSValue
binding_error_name(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    g_autofree char *unknown = NULL;
    int32_t number = 0;

    if (JS_ToInt32(js, &number, argv[0]) < 0)
        return JS_EXCEPTION;
    for (gsize row = 0; row < G_N_ELEMENTS(errors); row++)
        if (errors[row].number == -number)
            return JS_NewString(js, errors[row].name);
    unknown = g_strdup_printf("Unknown system error %d", number);
    return JS_NewString(js, unknown);
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("hostname", 0, binding_hostname),
    JS_CFUNC_DEF("user", 0, binding_user),
    JS_CFUNC_DEF("memory", 0, binding_memory),
    JS_CFUNC_DEF("errorName", 1, binding_error_name),
};

JSValue
gw_binding_os_init(JSContext *js)
{
    JSValue object = JS_NewObject(js);

    JS_SetPropertyFunctionList(js, object, functions, G_N_ELEMENTS(functions));
    JS_SetPropertyStr(js, object, "processors", JS_NewInt64(js, g_get_num_processors()));
    return object;
}

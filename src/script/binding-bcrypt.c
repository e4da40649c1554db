/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash of the bcrypt package, by the system's libcrypt: in JavaScript it would take seconds.
 * What the arguments may be is checked in js/bcrypt.js.
 */
#include <crypt.h>
#include <string.h>

#include "script/binding.h"

static char *
hash_password(const char *password, const char *setting)
{
    g_autofree struct crypt_data *scratch = g_new0(struct crypt_data, 1);
    const char *hash = crypt_rn(password, setting, scratch, (int)sizeof *scratch);
    char *copy = g_strdup(hash);

    /* It holds the password. */
    explicit_bzero(scratch, sizeof *scratch);
    return copy;
}

/* hash(password, setting): "$2b$10$..."; null where libcrypt does not take the setting. */
static JSValue
binding_hash(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const char *password = JS_ToCString(js, argv[0]);
    const char *setting = JS_ToCString(js, argv[1]);
    g_autofree char *hash = NULL;

    if (password != NULL && setting != NULL)
        hash = hash_password(password, setting);
    JS_FreeCString(js, setting);
    JS_FreeCString(js, password);
    if (password == NULL || setting == NULL)
        return JS_EXCEPTION;
    return hash != NULL ? JS_NewString(js, hash) : JS_NULL;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("hash", 2, binding_hash),
};

JSValue
gw_binding_bcrypt_init(JSContext *js)
{
    JSValue object = JS_NewObject(js);

    JS_SetPropertyFunctionList(js, object, functions, G_N_ELEMENTS(functions));
    return object;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes, keys from passwords and random bytes, by OpenSSL. Bytes come and go as Uint8Array; what
 * may be asked of them is checked in js/crypto.js.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "script/binding.h"

typedef struct {
    const uint8_t *data; /* borrowed from a value */
    size_t size;
} Bytes;

static bool
get_bytes(JSContext *js, JSValueConst value, Bytes *out)
{
    out->data = JS_GetUint8Array(js, &out->size, value);
    return out->data != NULL || out->size == 0;
}

/* NULL, with an exception, where OpenSSL has no such hash. */
static const EVP_MD *
get_hash(JSContext *js, JSValueConst value)
{
    const char *name = JS_ToCString(js, value);
    const EVP_MD *hash = name != NULL ? EVP_get_digestbyname(name) : NULL;

    if (name != NULL && hash == NULL)
        JS_ThrowPlainError(js, "Digest method not supported");
    JS_FreeCString(js, name);
    return hash;
}

/* hasHash(name) */
static JSValue
binding_has_hash(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const char *name = JS_ToCString(js, argv[0]);
    bool is_there = name != NULL && EVP_get_digestbyname(name) != NULL;

    JS_FreeCString(js, name);
    return JS_NewBool(js, is_there);
}

/* hash(name, bytes) */
static JSValue
binding_hash(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const EVP_MD *hash = get_hash(js, argv[0]);
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    Bytes data;

    if (hash == NULL || !get_bytes(js, argv[1], &data))
        return JS_EXCEPTION;
    if (EVP_Digest(data.data, data.size, digest, &length, hash, NULL) != 1)
        return JS_ThrowPlainError(js, "the hash could not be computed");
    return JS_NewUint8ArrayCopy(js, digest, length);
}

/* hmac(name, key, bytes) */
static JSValue
binding_hmac(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const EVP_MD *hash = get_hash(js, argv[0]);
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    Bytes key;
    Bytes data;

    if (hash == NULL || !get_bytes(js, argv[1], &key) || !get_bytes(js, argv[2], &data))
        return JS_EXCEPTION;
    /* An empty key has no address, and OpenSSL takes none for "the same as before". */
    if (HMAC(hash, key.data != NULL ? key.data : (const uint8_t *)"", (int)key.size, data.data,
             data.size, digest, &length) == NULL)
        return JS_ThrowPlainError(js, "the HMAC could not be computed");
    return JS_NewUint8ArrayCopy(js, digest, length);
}

/* random(count) */
static JSValue
binding_random(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    g_autofree uint8_t *bytes = NULL;
    int32_t count = 0;

    if (JS_ToInt32(js, &count, argv[0]) < 0)
        return JS_EXCEPTION;
    bytes = g_malloc0((gsize)MAX(count, 1));
    if (RAND_bytes(bytes, count) != 1)
        return JS_ThrowPlainError(js, "there is no source of randomness");
    return JS_NewUint8ArrayCopy(js, bytes, (size_t)count);
}

/* pbkdf2(hash, password, salt, iterations, length) */
static JSValue
binding_pbkdf2(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const EVP_MD *hash = get_hash(js, argv[0]);
    g_autofree uint8_t *key = NULL;
    int32_t iterations = 0;
    int32_t length = 0;
    Bytes password;
    Bytes salt;

    if (hash == NULL || !get_bytes(js, argv[1], &password) || !get_bytes(js, argv[2], &salt) ||
        JS_ToInt32(js, &iterations, argv[3]) < 0 || JS_ToInt32(js, &length, argv[4]) < 0)
        return JS_EXCEPTION;
    key = g_malloc0((gsize)MAX(length, 1));
    if (PKCS5_PBKDF2_HMAC((const char *)password.data, (int)password.size, salt.data,
                          (int)salt.size, iterations, hash, length, key) != 1)
        return JS_ThrowPlainError(js, "the key could not be derived");
    return JS_NewUint8ArrayCopy(js, key, (size_t)length);
}

/* scrypt(password, salt, N, r, p, maxmem, length) */
static JSValue
binding_scrypt(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    g_autofree uint8_t *key = NULL;
    int64_t numbers[5] = {0};
    Bytes password;
    Bytes salt;

    if (!get_bytes(js, argv[0], &password) || !get_bytes(js, argv[1], &salt))
        return JS_EXCEPTION;
    for (int i = 0; i < 5; i++)
        if (JS_ToInt64(js, &numbers[i], argv[2 + i]) < 0)
            return JS_EXCEPTION;
    key = g_malloc0((gsize)MAX(numbers[4], 1));
    if (EVP_PBE_scrypt((const char *)password.data, password.size, salt.data, salt.size,
                       (uint64_t)numbers[0], (uint64_t)numbers[1], (uint64_t)numbers[2],
                       (uint64_t)numbers[3], key, (size_t)numbers[4]) != 1)
        return JS_ThrowRangeError(js, "Invalid scrypt params: memory limit exceeded");
    return JS_NewUint8ArrayCopy(js, key, (size_t)numbers[4]);
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("hasHash", 1, binding_has_hash), JS_CFUNC_DEF("hash", 2, binding_hash),
    JS_CFUNC_DEF("hmac", 3, binding_hmac),        JS_CFUNC_DEF("random", 1, binding_random),
    JS_CFUNC_DEF("pbkdf2", 5, binding_pbkdf2),    JS_CFUNC_DEF("scrypt", 7, binding_scrypt),
};

JSValue
gw_binding_crypto_init(JSContext *js)
{
    JSValue object = JS_NewObject(js);

    JS_SetPropertyFunctionList(js, object, functions, G_N_ELEMENTS(functions));
    return object;
}

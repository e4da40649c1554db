/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetch: requests run on a few threads of their own, and come back through the loop. Which hosts
 * may be asked is js/fetch.js's business.
 */
#include "script/binding.h"
#include "script/http.h"

enum {
    AT_ONCE = 6
};

typedef struct {
    GThreadPool *pool;  /* owned */
    GHashTable *flying; /* owned: the Requests that are under way */
    gint last;
} Http;

typedef struct {
    GwCompletion completion; /* first */
    GwEngine *engine;        /* borrowed */
    gint number;
    gint is_cancelled; /* atomic */
    char *method;      /* owned */
    char *url;         /* owned */
    GPtrArray *fields; /* owned: char *, ends with NULL */
    GByteArray *body;  /* owned; NULL = none */
    GwHttpReply reply; /* owned */
    GError *error;     /* owned */
    JSValue settle[2]; /* owned: resolve and reject */
} Request;

static void
request_free(Request *request, JSContext *js)
{
    Http *http = request->engine->http;

    if (http != NULL)
        g_hash_table_remove(http->flying, GINT_TO_POINTER(request->number));
    JS_FreeValue(js, request->settle[0]);
    JS_FreeValue(js, request->settle[1]);
    gw_http_reply_clear(&request->reply);
    g_clear_pointer(&request->body, g_byte_array_unref);
    g_ptr_array_unref(request->fields);
    g_clear_error(&request->error);
    g_free(request->method);
    g_free(request->url);
    g_free(request);
}

static void
discard(GwCompletion *completion, JSContext *js)
{
    request_free((Request *)completion, js);
}

/* [status, reason, [header lines], body] */
static JSValue
answer_of(const Request *request, JSContext *js)
{
    const GwHttpReply *reply = &request->reply;
    JSValue answer = JS_NewArray(js);
    JSValue lines = JS_NewArray(js);

    for (guint row = 0; row < reply->lines->len; row++) {
        g_autofree char *line = g_utf8_make_valid(g_ptr_array_index(reply->lines, row), -1);

        JS_SetPropertyUint32(js, lines, row, JS_NewString(js, line));
    }
    JS_SetPropertyUint32(js, answer, 0, JS_NewInt32(js, reply->status));
    JS_SetPropertyUint32(js, answer, 1, JS_NewString(js, reply->reason));
    JS_SetPropertyUint32(js, answer, 2, lines);
    JS_SetPropertyUint32(js, answer, 3,
                         JS_NewUint8ArrayCopy(js, reply->body->data, reply->body->len));
    return answer;
}

static void
settle(GwCompletion *completion, JSContext *js)
{
    Request *request = (Request *)completion;
    bool has_failed = request->error != NULL;
    JSValue value = has_failed ? JS_NewString(js, request->error->message) : answer_of(request, js);

    JS_FreeValue(js, JS_Call(js, request->settle[has_failed ? 1 : 0], JS_UNDEFINED, 1,
                             (JSValueConst *)&value));
    JS_FreeValue(js, value);
    request_free(request, js);
}

static void
work(gpointer data, gpointer user_data)
{
    Request *request = data;
    const GwHttpRequest plain = {
        .method = request->method,
        .url = request->url,
        .fields = (const char *const *)request->fields->pdata,
        .body = request->body != NULL ? request->body->data : NULL,
        .body_bytes = request->body != NULL ? request->body->len : 0,
        .is_cancelled = &request->is_cancelled,
    };

    (void)gw_http_send(&plain, &request->reply, &request->error); /* told by settle */
    gw_loop_post(request->engine->loop, &request->completion);
}

static Http *
http_of(GwEngine *engine)
{
    Http *http = engine->http;

    if (http != NULL)
        return http;
    http = g_new0(Http, 1);
    http->pool = g_thread_pool_new(work, NULL, AT_ONCE, FALSE, NULL);
    http->flying = g_hash_table_new(NULL, NULL);
    engine->http = http;
    return http;
}

void
gw_binding_http_clear(GwEngine *engine)
{
    Http *http = engine->http;
    GHashTableIter iter;
    gpointer request = NULL;

    if (http == NULL)
        return;
    g_hash_table_iter_init(&iter, http->flying);
    while (g_hash_table_iter_next(&iter, NULL, &request))
        g_atomic_int_set(&((Request *)request)->is_cancelled, 1);
    g_thread_pool_free(http->pool, FALSE, TRUE);
    g_hash_table_unref(http->flying);
    g_free(http);
    engine->http = NULL;
}

static char *
take_text(JSContext *js, JSValueConst value)
{
    const char *text = JS_ToCString(js, value);
    char *copy = g_strdup(text);

    JS_FreeCString(js, text);
    return copy;
}

static GPtrArray *
take_fields(JSContext *js, JSValueConst list)
{
    GPtrArray *fields = g_ptr_array_new_with_free_func(g_free);
    int64_t count = 0;

    (void)JS_GetLength(js, list, &count); /* an array of fetch.js's own */
    for (int64_t row = 0; row < count; row++) {
        JSValue item = JS_GetPropertyInt64(js, list, row);

        g_ptr_array_add(fields, take_text(js, item));
        JS_FreeValue(js, item);
    }
    g_ptr_array_add(fields, NULL);
    return fields;
}

static GByteArray *
take_body(JSContext *js, JSValueConst value)
{
    size_t size = 0;
    const uint8_t *bytes = JS_IsUndefined(value) ? NULL : JS_GetUint8Array(js, &size, value);

    if (bytes == NULL)
        return NULL;
    return g_byte_array_append(g_byte_array_new(), bytes, (guint)size);
}

/* send(method, url, ["name: value"], body or undefined): [promise, number]; the promise is rejected
 * with text. */
static JSValue
binding_send(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    GwEngine *engine = gw_engine_of(js);
    Http *http = http_of(engine);
    Request *request = g_new0(Request, 1);
    JSValue answer = JS_NewArray(js);

    gw_engine_reach_out(js);
    request->completion.settle = settle;
    request->completion.discard = discard;
    request->engine = engine;
    request->number = ++http->last;
    request->method = take_text(js, argv[0]);
    request->url = take_text(js, argv[1]);
    request->fields = take_fields(js, argv[2]);
    request->body = take_body(js, argv[3]);
    gw_http_reply_init(&request->reply);
    JS_SetPropertyUint32(js, answer, 0, JS_NewPromiseCapability(js, request->settle));
    JS_SetPropertyUint32(js, answer, 1, JS_NewInt32(js, request->number));
    g_hash_table_insert(http->flying, GINT_TO_POINTER(request->number), request);
    gw_loop_begin(engine->loop);
    g_thread_pool_push(http->pool, request, NULL);
    return answer;
}

/* cancel(number) */
static JSValue
binding_cancel(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    int32_t number = 0;
    Request *request = NULL;

    if (JS_ToInt32(js, &number, argv[0]) < 0)
        return JS_EXCEPTION;
    request = g_hash_table_lookup(http_of(gw_engine_of(js))->flying, GINT_TO_POINTER(number));
    if (request != NULL)
        g_atomic_int_set(&request->is_cancelled, 1);
    return JS_UNDEFINED;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("send", 4, binding_send),
    JS_CFUNC_DEF("cancel", 1, binding_cancel),
};

JSValue
gw_binding_http_init(JSContext *js)
{
    const char *hosts = gw_engine_of(js)->params->hosts;
    JSValue object = JS_NewObject(js);

    JS_SetPropertyFunctionList(js, object, functions, G_N_ELEMENTS(functions));
    JS_SetPropertyStr(js, object, "hosts", JS_NewString(js, hosts != NULL ? hosts : ""));
    return object;
}

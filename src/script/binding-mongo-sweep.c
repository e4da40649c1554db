/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep(): the journal's threads ask the script what becomes of each document, and wait for the
 * answer in an open transaction. So the function has to answer at once, and can't call the database
 * meanwhile.
 */
#include "mongo/writer.h"
#include "script/binding-mongo.h"

/* A sweep under way. */
typedef struct {
    GwCall *call;   /* borrowed: owns the sweep */
    JSValue decide; /* owned: (documents) => changes, of js/godwit.js */
    JSValue thrown; /* owned: what that threw first; undefined = nothing */
    GwTransform transform;
    GMutex lock; /* guards what follows, and is_done of requests */
    GCond answered;
    bool is_closing; /* nobody answers any more */
} Sweep;

/* Documents of one chunk on their way to the script and back. */
typedef struct {
    GwCompletion completion; /* first */
    Sweep *sweep;            /* borrowed: waits for all requests */
    GPtrArray *docs;         /* owned: bson_t */
    GPtrArray *changes;      /* owned: bson_t or NULL each */
    gint references;         /* atomic: the thread's and the loop's */
    bool is_done;
    bool has_failed;
} Request;

static void
free_document(gpointer doc)
{
    if (doc != NULL)
        bson_destroy(doc);
}

static void
request_unref(Request *request)
{
    if (!g_atomic_int_dec_and_test(&request->references))
        return;
    g_ptr_array_unref(request->docs);
    g_ptr_array_unref(request->changes);
    g_free(request);
}

static Request *
request_new(Sweep *sweep, const GPtrArray *docs)
{
    Request *request = g_new0(Request, 1);

    request->sweep = sweep;
    request->references = 2;
    request->docs = g_ptr_array_new_with_free_func(free_document);
    request->changes = g_ptr_array_new_with_free_func(free_document);
    for (guint index = 0; index < docs->len; index++)
        g_ptr_array_add(request->docs, bson_copy(g_ptr_array_index(docs, index)));
    return request;
}

static JSValue
decode_all(const Request *request, JSContext *js)
{
    GwMongo *mongo = request->sweep->call->mongo;
    JSValue array = JS_NewArray(js);

    for (guint index = 0; index < request->docs->len; index++) {
        const bson_t *doc = g_ptr_array_index(request->docs, index);
        JSValue value = gw_codec_decode(mongo->codec, bson_get_data(doc), doc->len,
                                        request->sweep->call->flags);

        if (JS_IsException(value)) {
            JS_FreeValue(js, array);
            return JS_EXCEPTION;
        }
        JS_SetPropertyUint32(js, array, index, value);
    }
    return array;
}

/* null: leave it; else {u: ..} or {d: true}. */
static bool
encode_one(Request *request, JSContext *js, JSValueConst change)
{
    g_auto(GwBytes) bytes = {0};

    if (JS_IsNull(change)) {
        g_ptr_array_add(request->changes, NULL);
        return true;
    }
    if (!gw_codec_encode(request->sweep->call->mongo->codec, change, GW_ENCODE_DEFAULT, &bytes))
        return false;
    g_ptr_array_add(request->changes, bson_new_from_data(bytes.data, bytes.used));
    return true;
}

/* What can't be written down is as bad as what was thrown. */
static bool
note_bad(Request *request, JSContext *js)
{
    JSValue thrown = JS_UNDEFINED;
    JSValue message = JS_UNDEFINED;
    const char *text = NULL;

    if (!gw_engine_of(js)->params->skips_bad)
        return false;
    thrown = JS_GetException(js);
    message = JS_GetPropertyStr(js, thrown, "message");
    text = JS_ToCString(js, message);
    g_ptr_array_add(request->changes,
                    BCON_NEW("b", BCON_UTF8(text != NULL ? text : "it can't be written as BSON")));
    JS_FreeCString(js, text);
    JS_FreeValue(js, message);
    JS_FreeValue(js, thrown);
    return true;
}

static bool
encode_all(Request *request, JSContext *js, JSValueConst changes)
{
    for (guint index = 0; index < request->docs->len; index++) {
        JSValue change = JS_GetPropertyUint32(js, changes, index);
        const bool is_good =
            !JS_IsException(change) && (encode_one(request, js, change) || note_bad(request, js));

        JS_FreeValue(js, change);
        if (!is_good)
            return false;
    }
    return true;
}

/* False with an exception. */
static bool
ask(Request *request, JSContext *js)
{
    GwMongo *mongo = request->sweep->call->mongo;
    JSValue docs = decode_all(request, js);
    JSValue changes = JS_UNDEFINED;
    bool is_good = false;

    if (JS_IsException(docs))
        return false;
    mongo->is_deciding = true;
    changes = JS_Call(js, request->sweep->decide, JS_UNDEFINED, 1, (JSValueConst *)&docs);
    mongo->is_deciding = false;
    is_good = !JS_IsException(changes) && encode_all(request, js, changes);
    JS_FreeValue(js, docs);
    JS_FreeValue(js, changes);
    return is_good;
}

static void
answer(Request *request, bool has_failed)
{
    Sweep *sweep = request->sweep;

    g_mutex_lock(&sweep->lock);
    request->has_failed = has_failed;
    request->is_done = true;
    g_cond_broadcast(&sweep->answered);
    g_mutex_unlock(&sweep->lock);
    request_unref(request);
}

/* On the JavaScript thread. Once one has failed, the others need no answer. */
static void
settle(GwCompletion *completion, JSContext *js)
{
    Request *request = (Request *)completion;
    Sweep *sweep = request->sweep;
    bool has_failed = !JS_IsUndefined(sweep->thrown) || !ask(request, js);

    if (has_failed && JS_IsUndefined(sweep->thrown))
        sweep->thrown = JS_GetException(js);
    answer(request, has_failed);
}

static void
discard(GwCompletion *completion, JSContext *js)
{
    request_unref((Request *)completion);
}

/* On a thread of the journal: hand the documents to the script and wait. */
static bool
decide(gpointer data, const GPtrArray *docs, GPtrArray *out_changes, GError **error)
{
    Sweep *sweep = data;
    Request *request = request_new(sweep, docs);
    bool is_answered = false;

    request->completion = (GwCompletion){.settle = settle, .discard = discard, .is_extra = true};
    gw_loop_post(sweep->call->mongo->engine->loop, &request->completion);
    g_mutex_lock(&sweep->lock);
    while (!request->is_done && !sweep->is_closing)
        g_cond_wait(&sweep->answered, &sweep->lock);
    is_answered = request->is_done && !request->has_failed;
    g_mutex_unlock(&sweep->lock);
    for (guint index = 0; is_answered && index < docs->len; index++)
        g_ptr_array_add(out_changes, g_steal_pointer(&g_ptr_array_index(request->changes, index)));
    request_unref(request);
    return is_answered || gw_throw(error, GW_ERROR_SCRIPT, "the function of sweep() failed");
}

static void
sweep_free(gpointer data, JSContext *js)
{
    Sweep *sweep = data;

    if (js != NULL) {
        JS_FreeValue(js, sweep->decide);
        JS_FreeValue(js, sweep->thrown);
    }
    g_mutex_clear(&sweep->lock);
    g_cond_clear(&sweep->answered);
    g_free(sweep);
}

/* The value of the call: the reply, or what the function threw. */
static JSValue
outcome(GwCall *call, JSContext *js)
{
    const Sweep *sweep = call->owner;

    if (JS_IsUndefined(sweep->thrown))
        return JS_UNDEFINED;
    return JS_Throw(js, JS_DupValue(js, sweep->thrown));
}

/* sweep(db, {sweep: collection, filter, mayLose}, undefined, options, decide) */
static JSValue
start_sweep(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwLane *lane = NULL;
    GwCall *call = gw_call_command(js, arguments, &lane);
    Sweep *sweep = NULL;

    if (call == NULL)
        return JS_EXCEPTION;
    sweep = g_new0(Sweep, 1);
    sweep->call = call;
    sweep->decide = JS_DupValue(js, arguments[4]);
    sweep->thrown = JS_UNDEFINED;
    sweep->transform = (GwTransform){.decide = decide, .data = sweep};
    g_mutex_init(&sweep->lock);
    g_cond_init(&sweep->answered);
    call->transform = &sweep->transform;
    call->owner = sweep;
    call->free_owner = sweep_free;
    call->failure = outcome;
    g_ptr_array_add(call->mongo->sweeps, call);
    return gw_call_start(call, lane, js);
}

/* Threads that wait for an answer get none. */
void
gw_mongo_close_sweeps(GwMongo *mongo)
{
    for (guint index = 0; index < mongo->sweeps->len; index++) {
        GwCall *call = g_ptr_array_index(mongo->sweeps, index);
        Sweep *sweep = call->owner;

        g_mutex_lock(&sweep->lock);
        sweep->is_closing = true;
        g_cond_broadcast(&sweep->answered);
        g_mutex_unlock(&sweep->lock);
    }
}

/* The binding may be gone before the last call is. */
void
gw_mongo_forget_sweep(GwCall *call, JSContext *js)
{
    GwMongo *mongo = js != NULL ? gw_engine_of(js)->mongo : NULL;

    if (mongo != NULL)
        g_ptr_array_remove(mongo->sweeps, call);
}

static JSValue
can_sweep(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    const GwScriptParams *params = gw_engine_of(js)->params;

    return JS_NewBool(js, params->clients != NULL && params->detour == NULL && params->journals);
}

static JSValue
skips_bad(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    return JS_NewBool(js, gw_engine_of(js)->params->skips_bad);
}

/* show(document): its JSON, with what is to be hidden left out. */
static JSValue
show(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    g_auto(GwBytes) bytes = {0};
    g_autoptr(bson_t) shown = NULL;
    g_autoptr(GwBsonStr) json = NULL;
    bson_t doc = BSON_INITIALIZER;

    if (!gw_codec_encode(gw_codec_of(js), arguments[0], GW_ENCODE_DEFAULT, &bytes))
        return JS_EXCEPTION;
    if (!bson_init_static(&doc, bytes.data, bytes.used))
        return JS_NewString(js, "{}");
    shown = gw_mask_apply(gw_engine_of(js)->params->mask, &doc);
    json = bson_as_relaxed_extended_json(shown, NULL);
    return JS_NewString(js, json != NULL ? json : "{}");
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("skipsBad", 0, skips_bad),
    JS_CFUNC_DEF("show", 1, show),
    JS_CFUNC_DEF("sweep", 5, start_sweep),
    JS_CFUNC_DEF("canSweep", 0, can_sweep),
};

void
gw_mongo_sweep_init(JSContext *js, JSValueConst binding)
{
    JS_SetPropertyFunctionList(js, binding, functions, G_N_ELEMENTS(functions));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "script/binding-mongo.h"

#include <openssl/rand.h>

#include "mongo/command.h"
#include "script/behind.h"
#include "script/objectid.h"

GwMongo *
gw_mongo_of(JSContext *js)
{
    GwEngine *engine = gw_engine_of(js);
    GwMongo *mongo = engine->mongo;

    if (mongo)
        return mongo;

    mongo = g_new0(GwMongo, 1);
    mongo->engine = engine;
    mongo->codec = gw_codec_new(js);
    mongo->make_error = mongo->legacy_result = JS_UNDEFINED;
    mongo->sweeps = g_ptr_array_new();
    mongo->handles = g_hash_table_new(NULL, NULL);
    if (engine->params->clients)
        mongo->executor = gw_executor_new(engine->params->clients, engine->loop);
    engine->mongo = mongo;
    return mongo;
}

GwCodec *
gw_codec_of(JSContext *js)
{
    return gw_mongo_of(js)->codec;
}

void
gw_mongo_handle_open(GwMongo *mongo, GwMongoHandle *handle)
{
    handle->mongo = mongo;
    g_hash_table_add(mongo->handles, handle);
}

void
gw_mongo_handle_close(GwMongoHandle *handle)
{
    if (!handle->mongo)
        return;

    handle->close(handle);
    g_hash_table_remove(handle->mongo->handles, handle);
    handle->mongo = NULL;
}

/* Cursors before sessions: a session that has ended takes its cursors' lane along. */
static void
close_handles(GwMongo *mongo)
{
    g_autoptr(GList) handles = g_hash_table_get_keys(mongo->handles);

    for (GList *at = handles; at; at = at->next)
        gw_mongo_handle_close(at->data);
}

void
gw_binding_mongo_clear(GwEngine *engine)
{
    GwMongo *mongo = engine->mongo;

    if (!mongo)
        return;

    close_handles(mongo);
    gw_mongo_close_sweeps(mongo);
    g_clear_pointer(&mongo->executor, gw_executor_free);
    gw_behind_clear(mongo);
    g_hash_table_unref(mongo->handles);
    JS_FreeValue(engine->js, mongo->make_error);
    JS_FreeValue(engine->js, mongo->legacy_result);
    gw_codec_free(mongo->codec);
    g_ptr_array_unref(mongo->sweeps);
    g_free(mongo);
    engine->mongo = NULL;
}

bool
gw_binding_mongo_settle(GwEngine *engine)
{
    return !engine->mongo || gw_behind_settle(engine->mongo, engine->js);
}

guint
gw_binding_mongo_settled(const GwEngine *engine)
{
    return engine->mongo ? gw_behind_in_flight(engine->mongo) : 0;
}

bool
gw_mongo_class_new(JSContext *js, JSClassID *out_id, const JSClassDef *definition)
{
    JSRuntime *runtime = JS_GetRuntime(js);

    /* Ids are counted per runtime, so one that somebody remembers from another may be taken. */
    do {
        *out_id = 0;
        JS_NewClassID(runtime, out_id);
    } while (JS_IsRegisteredClass(runtime, *out_id));
    return JS_NewClass(runtime, *out_id, definition) == 0;
}

bool
gw_mongo_is_true(JSContext *js, JSValueConst object, const char *name, bool missing)
{
    JSValue value = JS_IsObject(object) ? JS_GetPropertyStr(js, object, name) : JS_UNDEFINED;
    const bool is_true = JS_IsBool(value) ? JS_VALUE_GET_BOOL(value) != 0 : missing;

    JS_FreeValue(js, value);
    return is_true;
}

GwEncodeFlags
gw_mongo_encode_flags(JSContext *js, JSValueConst options)
{
    GwEncodeFlags flags = GW_ENCODE_DEFAULT;

    if (gw_mongo_is_true(js, options, "ignoreUndefined", false))
        flags |= GW_ENCODE_IGNORE_UNDEFINED;
    if (gw_mongo_is_true(js, options, "serializeFunctions", false))
        flags |= GW_ENCODE_FUNCTIONS;
    return flags;
}

GwDecodeFlags
gw_mongo_decode_flags(JSContext *js, JSValueConst options)
{
    static const struct {
        const char *name;
        bool value; /* that sets the flag */
        GwDecodeFlags flag;
    } rows[] = {
        {"promoteLongs", false, GW_DECODE_KEEP_LONGS},
        {"promoteValues", false, GW_DECODE_KEEP_VALUES},
        {"promoteBuffers", true, GW_DECODE_BUFFERS},
        {"useBigInt64", true, GW_DECODE_BIGINT},
        {"bsonRegExp", true, GW_DECODE_BSON_REGEXP},
        {"enableUtf8Validation", false, GW_DECODE_LOOSE_UTF8},
    };
    GwDecodeFlags flags = GW_DECODE_DEFAULT;

    if (!gw_mongo_is_true(js, options, "hasBsonOptions", false))
        return flags;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (gw_mongo_is_true(js, options, rows[i].name, !rows[i].value) == rows[i].value)
            flags |= rows[i].flag;
    return flags;
}

/* command(db, command, session, options) */
static JSValue
run_command(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwLane *lane = NULL;
    GwCall *call = gw_call_command(js, arguments, &lane);

    return call ? gw_call_start(call, lane, js) : JS_EXCEPTION;
}

static const char *
batch_name_of(JSContext *js, JSValueConst value)
{
    static const char *const names[] = {"documents", "updates", "deletes"};
    const char *name = JS_ToCString(js, value);
    const char *found = NULL;

    for (guint i = 0; name && i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(name, names[i]))
            found = names[i];
    JS_FreeCString(js, name);
    return found;
}

static bool
encode_batch(GwCall *call, JSContext *js, JSValueConst items, GwEncodeFlags flags)
{
    int64_t length = 0;

    if (JS_GetLength(js, items, &length) < 0)
        return false;
    for (int64_t i = 0; i < length; i++) {
        JSValue item = JS_GetPropertyInt64(js, items, i);
        const bool good = call->is_raw
                              ? gw_call_take_raw(js, item, &call->batch)
                              : gw_codec_encode(call->mongo->codec, item, flags, &call->batch);

        JS_FreeValue(js, item);
        if (!good)
            return false;
    }
    call->batch_count = (size_t)length;
    return true;
}

GwCall *
gw_call_write(JSContext *js, JSValueConst *arguments, GwLane **out_lane)
{
    GwCall *call = gw_call_command(js, arguments, out_lane);

    if (!call)
        return NULL;
    call->batch_name = batch_name_of(js, arguments[4]);
    if (!encode_batch(call, js, arguments[5], gw_mongo_encode_flags(js, arguments[3]))) {
        gw_call_free(call, js);
        return NULL;
    }
    return call;
}

/* write(db, command, session, options, batch name, batch) */
static JSValue
write_batch(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwLane *lane = NULL;
    GwCall *call = gw_call_write(js, arguments, &lane);

    return call ? gw_call_start(call, lane, js) : JS_EXCEPTION;
}

/* size(document, options): how many bytes it takes. */
static JSValue
size_of(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    g_auto(GwBytes) bytes = {0};

    if (!gw_codec_encode(gw_codec_of(js), arguments[0], gw_mongo_encode_flags(js, arguments[1]),
                         &bytes))
        return JS_EXCEPTION;
    return JS_NewInt64(js, (int64_t)bytes.used);
}

/* serialize(document, options), deserialize(bytes, options): for module BSON and for tests. */
static JSValue
serialize(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    g_auto(GwBytes) bytes = {0};

    if (!gw_codec_encode(gw_codec_of(js), arguments[0], gw_mongo_encode_flags(js, arguments[1]),
                         &bytes))
        return JS_EXCEPTION;
    return JS_NewUint8ArrayCopy(js, bytes.data, bytes.used);
}

static JSValue
deserialize(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    size_t size = 0;
    const uint8_t *bytes = JS_GetUint8Array(js, &size, arguments[0]);

    if (!bytes)
        return JS_EXCEPTION;
    return gw_codec_decode(gw_codec_of(js), bytes, size, gw_mongo_decode_flags(js, arguments[1]));
}

/* setUp(classes, makeError): what the built-in JavaScript gives to C. */
static JSValue
set_up(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwMongo *mongo = gw_mongo_of(js);

    gw_codec_set_classes(mongo->codec, arguments[0]);
    JS_FreeValue(js, mongo->make_error);
    mongo->make_error = JS_DupValue(js, arguments[1]);
    return JS_UNDEFINED;
}

/* getRandomValues(bytes): fills and answers them. */
static JSValue
fill_random(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    size_t size = 0;
    uint8_t *bytes = JS_GetUint8Array(js, &size, arguments[0]);

    if (!bytes)
        return JS_EXCEPTION;
    if (size > INT_MAX || RAND_bytes(bytes, (int)size) != 1)
        return JS_ThrowInternalError(js, "there are no random bytes to be had");
    return JS_DupValue(js, arguments[0]);
}

/* note(text): a remark for the user that fails nothing. */
static JSValue
note(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    const GwScriptParams *params = gw_engine_of(js)->params;
    const char *text = JS_ToCString(js, arguments[0]);

    if (!text)
        return JS_EXCEPTION;
    if (params->note)
        params->note(text, params->data);
    JS_FreeCString(js, text);
    return JS_UNDEFINED;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("command", 4, run_command),
    JS_CFUNC_DEF("write", 6, write_batch),
    JS_CFUNC_DEF("size", 2, size_of),
    JS_CFUNC_DEF("serialize", 2, serialize),
    JS_CFUNC_DEF("deserialize", 2, deserialize),
    JS_CFUNC_DEF("setUp", 2, set_up),
    JS_CFUNC_DEF("note", 1, note),
    JS_CFUNC_DEF("getRandomValues", 1, fill_random),
};

static void
set_text(JSContext *js, JSValueConst object, const char *name, const char *text)
{
    JS_SetPropertyStr(js, object, name, text ? JS_NewString(js, text) : JS_UNDEFINED);
}

static void
describe_connection(JSContext *js, JSValueConst object, const GwScriptParams *params)
{
    const char *database = params->database;

    JS_SetPropertyStr(js, object, "isConnected", JS_NewBool(js, params->clients != NULL));
    if (!params->clients)
        return;
    if (!database)
        database = gw_clients_uri_database(params->clients);
    set_text(js, object, "database", database ? database : "test");
    set_text(js, object, "uriDatabase", gw_clients_uri_database(params->clients));
    set_text(js, object, "uri", gw_clients_masked_uri(params->clients));
}

JSValue
gw_binding_mongo_init(JSContext *js)
{
    GwMongo *mongo = gw_mongo_of(js);
    JSValue binding = JS_NewObject(js);

    JS_SetPropertyFunctionList(js, binding, functions, G_N_ELEMENTS(functions));
    JS_SetPropertyStr(js, binding, "ObjectId", gw_object_id_class(js));
    describe_connection(js, binding, gw_engine_of(js)->params);
    gw_mongo_sweep_init(js, binding);
    if (!gw_mongo_cursor_init(mongo, js, binding) || !gw_mongo_session_init(mongo, js, binding) ||
        !gw_behind_init(mongo, js, binding)) {
        JS_FreeValue(js, binding);
        return JS_ThrowInternalError(js, "the binding 'mongo' is made once only");
    }
    return binding;
}

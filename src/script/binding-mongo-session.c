/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session of the script. Which state its transaction is in is kept in js/mongodb/session.js; here
 * begin, commit and abort queue up with everything else that the session does.
 */
#include "script/binding-mongo.h"

typedef struct {
    GwMongoHandle handle; /* first */
    GwLane *lane;         /* borrowed from the executor; NULL once ended */
    bool in_transaction;  /* as the script sees it */
} Session;

static void
close_session(GwMongoHandle *handle)
{
    Session *session = (Session *)handle;

    if (!session->lane || !handle->mongo->executor)
        return;
    gw_lane_end(session->lane);
    session->lane = NULL;
}

static void
finalize(JSRuntime *runtime, JSValueConst value)
{
    JSClassID class = JS_INVALID_CLASS_ID;
    Session *session = JS_GetAnyOpaque(value, &class);

    if (!session)
        return;
    gw_mongo_handle_close(&session->handle);
    g_free(session);
}

static const JSClassDef class_definition = {.class_name = "NativeSession", .finalizer = finalize};

static Session *
session_of(JSContext *js, JSValueConst value)
{
    return JS_GetOpaque2(js, value, gw_mongo_of(js)->session_class);
}

static bool
fail_ended(JSContext *js)
{
    JS_ThrowTypeError(js, "Cannot use a session that has ended");
    return false;
}

bool
gw_mongo_lane_of(GwMongo *mongo, JSContext *js, JSValueConst value, GwLane **out_lane)
{
    Session *session = NULL;

    if (JS_IsUndefined(value) || JS_IsNull(value)) {
        *out_lane = NULL;
        return true;
    }
    session = session_of(js, value);
    if (!session)
        return false;
    if (!session->lane)
        return fail_ended(js);
    *out_lane = session->lane;
    return true;
}

bool
gw_mongo_is_in_transaction(GwMongo *mongo, JSValueConst value)
{
    Session *session = JS_GetOpaque(value, mongo->session_class);

    return session && session->in_transaction;
}

static bson_t *
encode_options(GwMongo *mongo, JSContext *js, JSValueConst options)
{
    g_auto(GwBytes) bytes = {0};

    if (!gw_codec_encode(mongo->codec, options, GW_ENCODE_IGNORE_UNDEFINED, &bytes))
        return NULL;
    return bson_new_from_data(bytes.data, bytes.used);
}

/* session(options): nothing is sent before it is used. */
static JSValue
new_session(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwMongo *mongo = gw_mongo_of(js);
    bson_t *options = NULL;
    Session *session = NULL;
    JSValue object = JS_UNDEFINED;

    if (!mongo->executor)
        return JS_ThrowInternalError(js, "there is no connection to a database here");
    options = encode_options(mongo, js, arguments[0]);
    object = options ? JS_NewObjectClass(js, mongo->session_class) : JS_EXCEPTION;
    if (JS_IsException(object)) {
        g_clear_pointer(&options, bson_destroy);
        return JS_EXCEPTION;
    }
    session = g_new0(Session, 1);
    session->handle.close = close_session;
    session->lane = gw_lane_new(mongo->executor, options);
    gw_mongo_handle_open(mongo, &session->handle);
    JS_SetOpaque(object, session);
    return object;
}

static bool
act_begin(GwSession *session, const bson_t *options, GError **error)
{
    return gw_session_transaction_begin(session, options, error);
}

static bool
act_commit(GwSession *session, const bson_t *options, GError **error)
{
    return gw_session_transaction_commit(session, error);
}

static bool
act_abort(GwSession *session, const bson_t *options, GError **error)
{
    return gw_session_transaction_abort(session, error);
}

static JSValue
answer_nothing(GwCall *call, JSContext *js)
{
    return JS_UNDEFINED;
}

enum {
    BEGIN = GW_DETOUR_BEGIN,
    COMMIT = GW_DETOUR_COMMIT,
    ABORT = GW_DETOUR_ABORT
};

/* begin(options, transaction options), commit(options), abort(options) */
static JSValue
act(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments, int what)
{
    static bool (*const acts[])(GwSession *, const bson_t *, GError **) = {act_begin, act_commit,
                                                                           act_abort};
    GwMongo *mongo = gw_mongo_of(js);
    GwLane *lane = NULL;
    GwCall *call = NULL;

    if (!gw_mongo_lane_of(mongo, js, this_value, &lane))
        return JS_EXCEPTION;
    call = gw_call_new(js, GW_CALL_SESSION, arguments[0]);
    if (!call)
        return JS_EXCEPTION;
    if (!gw_codec_encode(mongo->codec, what == BEGIN ? arguments[1] : JS_NULL,
                         GW_ENCODE_IGNORE_UNDEFINED, &call->command)) {
        gw_call_free(call, js);
        return JS_EXCEPTION;
    }
    session_of(js, this_value)->in_transaction = what == BEGIN;
    call->act = acts[what];
    call->detour_act = (GwDetourAct)what;
    call->answer = answer_nothing;
    return gw_call_start(call, lane, js);
}

static JSValue
end(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    Session *session = session_of(js, this_value);

    if (!session)
        return JS_EXCEPTION;
    if (session->handle.mongo)
        close_session(&session->handle);
    return JS_UNDEFINED;
}

/* The lane's thread owns the session, so even its id is asked for there. */
static void
work_on_id(GwTask *task, GwConn *conn, GwSession *session)
{
    GwCall *call = (GwCall *)task;

    bson_copy_to(gw_session_lsid(session), &call->reply);
}

static JSValue
get_id(JSContext *js, JSValueConst this_value)
{
    GwLane *lane = NULL;
    GwCall *call = NULL;

    if (!gw_mongo_lane_of(gw_mongo_of(js), js, this_value, &lane))
        return JS_EXCEPTION;
    call = gw_call_new(js, GW_CALL_SESSION, JS_UNDEFINED);
    if (!call)
        return JS_EXCEPTION;
    call->task.work = work_on_id;
    return gw_call_wait(call, lane, js);
}

static const JSCFunctionListEntry methods[] = {
    JS_CFUNC_MAGIC_DEF("begin", 2, act, BEGIN), JS_CFUNC_MAGIC_DEF("commit", 1, act, COMMIT),
    JS_CFUNC_MAGIC_DEF("abort", 1, act, ABORT), JS_CFUNC_DEF("end", 0, end),
    JS_CGETSET_DEF("id", get_id, NULL),
};

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("session", 1, new_session),
};

bool
gw_mongo_session_init(GwMongo *mongo, JSContext *js, JSValueConst binding)
{
    JSValue prototype = JS_UNDEFINED;

    if (!gw_mongo_class_new(js, &mongo->session_class, &class_definition))
        return false;
    prototype = JS_NewObject(js);
    JS_SetPropertyFunctionList(js, prototype, methods, G_N_ELEMENTS(methods));
    JS_SetClassProto(js, mongo->session_class, prototype);
    JS_SetPropertyFunctionList(js, binding, functions, G_N_ELEMENTS(functions));
    return true;
}

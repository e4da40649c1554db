/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/command.h"
#include "mongo/writer.h"
#include "script/behind.h"
#include "script/binding-mongo.h"

static void
work_on_read(GwCall *call, GwConn *conn, const bson_t *command, GwSession *session)
{
    const GwScriptParams *params = call->mongo->engine->params;
    GwWatch *watch = params->watch;
    bool is_done = false;

    if (!gw_writer_settle(params->writer, &call->task.error))
        return;
    if (watch != NULL && watch->answer(watch, call->db, command, &call->reply))
        return;
    is_done = gw_command_read(conn, call->db, command, session, &call->reply, &call->task.error);
    if (watch != NULL)
        watch->saw(watch, call->db, command, is_done ? &call->reply : NULL);
}

static void
work_on_command(GwCall *call, GwConn *conn, GwSession *session)
{
    bson_t command;

    GwDetour *detour = call->mongo->engine->params->detour;

    bson_init_static(&command, call->command.data, call->command.used);
    if (call->route == GW_CALL_READ && detour) {
        detour->read(detour, call->db, &command, &call->reply, &call->task.error);
        return;
    }
    if (call->route == GW_CALL_READ) {
        work_on_read(call, conn, &command, session);
        return;
    }
    const GwWrite write = {
        .kind = call->transform ? GW_WRITE_SWEEP : gw_write_kind_of(&command),
        .db = call->db,
        .command = &command,
        .batch_name = call->batch_name,
        .batch = call->batch.data,
        .batch_bytes = call->batch.used,
        .batch_count = call->batch_count,
        .session = call->has_session ? session : NULL,
        .transform = call->transform,
        .outcomes = call->outcomes,
        .stands_alone = call->stands_alone,
        .follows = call->follows,
        .fails_whole = call->fails_whole,
        .waits_for_majority = call->mongo->engine->waits_for_majority,
    };

    gw_writer_apply(call->mongo->engine->params->writer, conn, &write, &call->reply,
                    &call->task.error);
}

void
gw_call_work(GwTask *task, GwConn *conn, GwSession *session)
{
    GwCall *call = (GwCall *)task;
    bson_t options;

    GwDetour *detour = call->mongo->engine->params->detour;

    if (call->route == GW_CALL_SESSION && detour) {
        detour->transact(detour, session, call->detour_act, &task->error);
        return;
    }
    if (!detour && call->in_transaction && !gw_session_in_transaction(session)) {
        gw_throw(&task->error, GW_ERROR_SERVER, "the transaction of this session did not begin");
        return;
    }
    if (call->route != GW_CALL_SESSION) {
        work_on_command(call, conn, session);
        return;
    }
    if (!gw_writer_settle(call->mongo->engine->params->writer, &task->error))
        return;
    bson_init_static(&options, call->command.data, call->command.used);
    call->act(session, &options, &task->error);
}

static JSValue
new_labels(JSContext *js, char *const *labels)
{
    JSValue array = JS_NewArray(js);

    for (uint32_t i = 0; labels && labels[i]; i++)
        JS_SetPropertyUint32(js, array, i, JS_NewString(js, labels[i]));
    return array;
}

static JSValue
decode(GwCall *call, const bson_t *document)
{
    return gw_codec_decode(call->mongo->codec, bson_get_data(document), document->len, call->flags);
}

/* Who asked for a command gets all of it. For the driver's own calls, the cluster's clock would be
 * three objects that nobody looks at. */
JSValue
gw_call_reply(GwCall *call, JSContext *js)
{
    g_auto(bson_t) brief = BSON_INITIALIZER;

    if (call->wants_all || !bson_has_field(&call->reply, "$clusterTime"))
        return decode(call, &call->reply);

    bson_copy_to_excluding_noinit(&call->reply, &brief, "$clusterTime", "operationTime", "opTime",
                                  "electionId", NULL);
    return decode(call, &brief);
}

/* A reply that cannot be decoded is no reason to hide the error that it tells of. */
static void
add_reply(GwCall *call, JSContext *js, JSValueConst facts)
{
    JSValue reply = bson_empty(&call->reply) ? JS_UNDEFINED : gw_call_reply(call, js);

    if (JS_IsException(reply)) {
        JS_FreeValue(js, JS_GetException(js));
        reply = JS_UNDEFINED;
    }
    JS_SetPropertyStr(js, facts, "reply", reply);
}

/* make_error({name, message, code, codeName, labels, reply}, stack) */
JSValue
gw_call_error(GwCall *call, JSContext *js)
{
    const GError *error = call->task.error;
    const GwErrorInfo *info = gw_error_info(error);
    JSValue facts = JS_NewObject(js);
    JSValueConst arguments[] = {facts, call->stack};
    JSValue made = JS_UNDEFINED;

    JS_SetPropertyStr(js, facts, "name", JS_NewString(js, gw_error_name(error)));
    JS_SetPropertyStr(js, facts, "message", JS_NewString(js, error->message));
    JS_SetPropertyStr(js, facts, "code", JS_NewInt32(js, info ? info->server_code : 0));
    if (info && info->server_name)
        JS_SetPropertyStr(js, facts, "codeName", JS_NewString(js, info->server_name));
    JS_SetPropertyStr(js, facts, "labels", new_labels(js, info ? info->labels : NULL));
    add_reply(call, js, facts);
    made = JS_Call(js, call->mongo->make_error, JS_UNDEFINED, 2, arguments);
    JS_FreeValue(js, facts);
    return JS_IsException(made) ? JS_GetException(js) : made;
}

/* The value of the call; an exception is pending where it failed. */
static JSValue
outcome(GwCall *call, JSContext *js)
{
    JSValue special = call->task.error && call->failure ? call->failure(call, js) : JS_UNDEFINED;

    if (JS_IsException(special))
        return special;
    if (call->task.error)
        return JS_Throw(js, gw_call_error(call, js));

    return call->answer(call, js);
}

/* Nothing else has come to the script before the turn of the loop is another one. */
static void
note_end(GwCall *call)
{
    if (call->route == GW_CALL_WRITE)
        call->mongo->turn = gw_loop_turns(call->mongo->engine->loop);
}

static void
settle(GwCompletion *completion, JSContext *js)
{
    GwCall *call = (GwCall *)completion;
    JSValue value = outcome(call, js);
    const bool failed = JS_IsException(value);
    JSValue result = failed ? JS_GetException(js) : value;
    JSValue ignored =
        JS_Call(js, call->settle[failed ? 1 : 0], JS_UNDEFINED, 1, (JSValueConst *)&result);

    JS_FreeValue(js, ignored);
    JS_FreeValue(js, result);
    note_end(call);
    gw_call_free(call, js);
}

static void
discard(GwCompletion *completion, JSContext *js)
{
    gw_call_free((GwCall *)completion, js);
}

static JSValue
answer_raw(GwCall *call, JSContext *js)
{
    return JS_NewUint8ArrayCopy(js, bson_get_data(&call->reply), call->reply.len);
}

GwCall *
gw_call_new(JSContext *js, GwCallRoute route, JSValueConst options)
{
    GwMongo *mongo = gw_mongo_of(js);
    GwCall *call = NULL;

    if (mongo->is_deciding) {
        JS_ThrowTypeError(js, "the function of sweep() can't call the database: its transaction is "
                              "open; read what it needs before the sweep");
        return NULL;
    }
    if (!mongo->executor) {
        JS_ThrowInternalError(js, "there is no connection to a database here");
        return NULL;
    }
    /* libbson's types want more alignment than malloc gives. */
    call = g_aligned_alloc0(1, sizeof(GwCall), _Alignof(GwCall));
    call->task.work = gw_call_work;
    call->task.completion.settle = settle;
    call->task.completion.discard = discard;
    call->mongo = mongo;
    call->route = route;
    call->answer = gw_call_reply;
    bson_init(&call->reply);
    call->stack = JS_IsObject(options) ? JS_GetPropertyStr(js, options, "at") : JS_UNDEFINED;
    call->flags = gw_mongo_decode_flags(js, options);
    call->is_raw = gw_mongo_is_true(js, options, "isRaw", false);
    if (call->is_raw)
        call->answer = answer_raw;
    call->wants_all = gw_mongo_is_true(js, options, "wantsAll", false);
    call->settle[0] = call->settle[1] = call->keep = JS_UNDEFINED;
    return call;
}

void
gw_call_free(GwCall *call, JSContext *js)
{
    if (!call)
        return;

    if (js) {
        JS_FreeValue(js, call->stack);
        JS_FreeValue(js, call->settle[0]);
        JS_FreeValue(js, call->settle[1]);
        JS_FreeValue(js, call->keep);
    }
    if (call->free_owner) {
        gw_mongo_forget_sweep(call, js);
        call->free_owner(call->owner, js);
    }
    g_clear_error(&call->task.error);
    gw_bytes_clear(&call->command);
    gw_bytes_clear(&call->batch);
    bson_destroy(&call->reply);
    g_free(call->outcomes);
    g_free(call->db);
    g_aligned_free(call);
}

bool
gw_call_take_raw(JSContext *js, JSValueConst value, GwBytes *out)
{
    size_t size = 0;
    const uint8_t *bytes = JS_GetUint8Array(js, &size, value);
    bson_t document;

    if (!bytes)
        return false;
    if (!bson_init_static(&document, bytes, size) ||
        !bson_validate(&document, BSON_VALIDATE_NONE, NULL)) {
        JS_ThrowTypeError(js, "this is no BSON document");
        return false;
    }
    gw_bytes_append(out, bytes, size);
    return true;
}

static bool
encode_command(GwCall *call, JSContext *js, JSValueConst command, GwEncodeFlags flags)
{
    if (call->is_raw)
        return gw_call_take_raw(js, command, &call->command);
    return gw_codec_encode(call->mongo->codec, command, flags, &call->command);
}

GwCall *
gw_call_command(JSContext *js, JSValueConst *arguments, GwLane **out_lane)
{
    GwMongo *mongo = gw_mongo_of(js);
    const GwEncodeFlags flags = gw_mongo_encode_flags(js, arguments[3]);
    GwCall *call = NULL;
    const char *db = NULL;
    bson_t command;

    if (!gw_mongo_lane_of(mongo, js, arguments[2], out_lane))
        return NULL;
    call = gw_call_new(js, GW_CALL_READ, arguments[3]);
    db = call ? JS_ToCString(js, arguments[0]) : NULL;
    if (!db || !encode_command(call, js, arguments[1], flags)) {
        JS_FreeCString(js, db);
        gw_call_free(call, js);
        return NULL;
    }
    call->db = g_strdup(db);
    JS_FreeCString(js, db);
    call->has_session = *out_lane != NULL;
    call->in_transaction = gw_mongo_is_in_transaction(mongo, arguments[2]);
    bson_init_static(&command, call->command.data, call->command.used);
    call->route = gw_command_is_read(&command) ? GW_CALL_READ : GW_CALL_WRITE;
    return call;
}

/* Reads go to a lane that keeps their cursors; changes, to any connection. */
static GwLane *
lane_for(GwCall *call, GwLane *lane)
{
    if (lane || call->route != GW_CALL_READ)
        return lane;

    return gw_executor_reader(call->mongo->executor);
}

/* What a Node of the project's own does between two calls, nobody sees here. */
static void
note_start(GwCall *call)
{
    const GwMongo *mongo = call->mongo;
    const GwLoop *loop = mongo->engine->loop;

    call->stands_alone =
        mongo->engine->child == NULL && gw_loop_in_flight(loop) == gw_behind_in_flight(mongo);
    call->follows = call->stands_alone && mongo->turn == gw_loop_turns(loop);
}

JSValue
gw_call_start(GwCall *take_call, GwLane *lane, JSContext *js)
{
    JSValue promise = JS_UNDEFINED;

    if (!gw_behind_settle(take_call->mongo, js)) {
        gw_call_free(take_call, js);
        return JS_EXCEPTION;
    }
    promise = JS_NewPromiseCapability(js, take_call->settle);
    if (JS_IsException(promise)) {
        gw_call_free(take_call, js);
        return JS_EXCEPTION;
    }
    note_start(take_call);
    gw_executor_start(take_call->mongo->executor, lane_for(take_call, lane), &take_call->task);
    return promise;
}

JSValue
gw_call_wait(GwCall *take_call, GwLane *lane, JSContext *js)
{
    JSValue value = JS_UNDEFINED;

    if (!gw_behind_settle(take_call->mongo, js)) {
        gw_call_free(take_call, js);
        return JS_EXCEPTION;
    }
    note_start(take_call);
    gw_executor_run(take_call->mongo->executor, lane_for(take_call, lane), &take_call->task);
    value = outcome(take_call, js);
    note_end(take_call);
    gw_call_free(take_call, js);
    return value;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cursor of the server: the batch at hand stays BSON and is decoded document by document, so that
 * a script that stops early has not paid for the rest.
 */
#include "script/binding-mongo.h"

/* What a batch may have where the script does not say how many documents. The server would send
 * 16 MB, of which the answer is held twice for a moment. */
#define BATCH_BYTES (4 * 1024 * 1024)

typedef struct {
    GwMongoHandle handle; /* first */
    GwLane *lane;         /* owned: where the cursor lives; NULL before it does */
    bson_t reply;         /* owned: the batch is in it */
    bson_iter_t at;       /* in the batch: the document read last */
    gint64 count;         /* documents of the batch */
    gint64 left;          /* those that are not read */
    gint64 id;            /* 0: the server has no more */
    char *db;             /* owned */
    char *collection;     /* owned */
    GwDecodeFlags flags;
} Cursor;

static void
append_kill(GwBytes *out, const Cursor *cursor)
{
    g_autoptr(bson_t) command = BCON_NEW("killCursors", BCON_UTF8(cursor->collection), "cursors",
                                         "[", BCON_INT64(cursor->id), "]");

    gw_bytes_append(out, bson_get_data(command), command->len);
}

static GwCall *
new_kill(JSContext *js, const Cursor *cursor)
{
    GwCall *call = gw_call_new(js, GW_CALL_READ, JS_UNDEFINED);

    if (!call)
        return NULL;
    call->db = g_strdup(cursor->db);
    append_kill(&call->command, cursor);
    return call;
}

/* Nobody waits for it: the object is gone, or the engine is. */
static void
close_cursor(GwMongoHandle *handle)
{
    Cursor *cursor = (Cursor *)handle;
    GwMongo *mongo = handle->mongo;
    GwCall *call = NULL;

    if (cursor->id == 0 || !cursor->lane || !mongo->executor)
        return;
    call = new_kill(mongo->engine->js, cursor);
    cursor->id = 0;
    gw_executor_start_unseen(cursor->lane, &call->task);
}

static void
finalize(JSRuntime *runtime, JSValueConst value)
{
    JSClassID class = JS_INVALID_CLASS_ID;
    Cursor *cursor = JS_GetAnyOpaque(value, &class);

    if (!cursor)
        return;
    gw_mongo_handle_close(&cursor->handle);
    gw_lane_unref(cursor->lane);
    bson_destroy(&cursor->reply);
    g_free(cursor->db);
    g_free(cursor->collection);
    g_aligned_free(cursor);
}

static const JSClassDef class_definition = {.class_name = "NativeCursor", .finalizer = finalize};

static Cursor *
cursor_of(JSContext *js, JSValueConst value)
{
    return JS_GetOpaque2(js, value, gw_mongo_of(js)->cursor_class);
}

static gint64
count_of(const bson_iter_t *array)
{
    bson_iter_t item;
    gint64 count = 0;

    if (!bson_iter_recurse(array, &item))
        return 0;
    while (bson_iter_next(&item))
        count++;
    return count;
}

static void
take_namespace(Cursor *cursor, const bson_t *reply)
{
    const char *namespace = gw_bson_get_str(reply, "cursor.ns");
    const char *dot = namespace ? strchr(namespace, '.') : NULL;

    if (!dot || cursor->collection)
        return;
    g_free(cursor->db);
    cursor->db = g_strndup(namespace, (gsize)(dot - namespace));
    cursor->collection = g_strdup(dot + 1);
}

/* Take the reply over: the batch begins anew. */
static bool
take_batch(Cursor *cursor, GwCall *call, JSContext *js)
{
    bson_iter_t root;
    bson_iter_t batch;

    bson_destroy(&cursor->reply);
    bson_steal(&cursor->reply, &call->reply);
    bson_init(&call->reply);
    cursor->left = cursor->count = 0;
    cursor->id = gw_bson_get_int(&cursor->reply, "cursor.id", 0);
    take_namespace(cursor, &cursor->reply);
    if ((!bson_iter_init(&root, &cursor->reply) ||
         !bson_iter_find_descendant(&root, "cursor.firstBatch", &batch)) &&
        (!bson_iter_init(&root, &cursor->reply) ||
         !bson_iter_find_descendant(&root, "cursor.nextBatch", &batch))) {
        JS_ThrowTypeError(js, "the server's answer holds no cursor");
        return false;
    }
    cursor->left = cursor->count = count_of(&batch);
    return bson_iter_recurse(&batch, &cursor->at);
}

static JSValue
answer_first(GwCall *call, JSContext *js)
{
    Cursor *cursor = cursor_of(js, call->keep);

    cursor->lane = call->task.lane ? gw_lane_ref(call->task.lane) : NULL;
    if (!take_batch(cursor, call, js))
        return JS_EXCEPTION;
    return JS_DupValue(js, call->keep);
}

static JSValue
answer_next(GwCall *call, JSContext *js)
{
    return take_batch(cursor_of(js, call->keep), call, js) ? JS_UNDEFINED : JS_EXCEPTION;
}

static JSValue
new_cursor(GwMongo *mongo, JSContext *js, const char *db, GwDecodeFlags flags)
{
    JSValue object = JS_NewObjectClass(js, mongo->cursor_class);
    Cursor *cursor = NULL;

    if (JS_IsException(object))
        return object;
    /* libbson's types want more alignment than malloc gives. */
    cursor = g_aligned_alloc0(1, sizeof(Cursor), _Alignof(Cursor));
    cursor->handle.close = close_cursor;
    cursor->db = g_strdup(db);
    cursor->flags = flags;
    bson_init(&cursor->reply);
    gw_mongo_handle_open(mongo, &cursor->handle);
    JS_SetOpaque(object, cursor);
    return object;
}

/* open(db, command, session, options): a command that answers a cursor. */
static GwCall *
new_open(JSContext *js, JSValueConst *arguments, GwLane **out_lane)
{
    GwCall *call = gw_call_command(js, arguments, out_lane);

    if (!call)
        return NULL;
    call->keep = new_cursor(call->mongo, js, call->db, call->flags);
    call->answer = answer_first;
    return call;
}

static JSValue
open_cursor(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwLane *lane = NULL;
    GwCall *call = new_open(js, arguments, &lane);

    return call ? gw_call_start(call, lane, js) : JS_EXCEPTION;
}

static JSValue
open_cursor_now(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwLane *lane = NULL;
    GwCall *call = new_open(js, arguments, &lane);

    return call ? gw_call_wait(call, lane, js) : JS_EXCEPTION;
}

/* How many documents like those of the last batch go into the next one. */
static void
append_batch_size(const Cursor *cursor, bson_t *command)
{
    const gint64 size = cursor->count > 0 ? cursor->reply.len / cursor->count : 0;

    if (size > 0 && !bson_has_field(command, "batchSize"))
        BSON_APPEND_INT32(command, "batchSize", (int32_t)(1 + BATCH_BYTES / size));
}

/* more(options, {batchSize, maxTimeMS, comment}): fetch the next batch. */
static GwCall *
new_more(JSContext *js, JSValueConst this_value, JSValueConst *arguments, GwLane **out_lane)
{
    Cursor *cursor = cursor_of(js, this_value);
    GwCall *call = NULL;
    g_auto(bson_t) command = BSON_INITIALIZER;
    bson_t extra;
    g_auto(GwBytes) more = {0};

    if (!cursor)
        return NULL;
    call = gw_call_new(js, GW_CALL_READ, arguments[0]);
    if (!call)
        return NULL;
    if (!gw_codec_encode(gw_mongo_of(js)->codec, arguments[1], GW_ENCODE_IGNORE_UNDEFINED, &more)) {
        gw_call_free(call, js);
        return NULL;
    }
    bson_init_static(&extra, more.data, more.used);
    BSON_APPEND_INT64(&command, "getMore", cursor->id);
    BSON_APPEND_UTF8(&command, "collection", cursor->collection);
    bson_concat(&command, &extra);
    append_batch_size(cursor, &command);
    gw_bytes_append(&call->command, bson_get_data(&command), command.len);
    call->db = g_strdup(cursor->db);
    call->keep = JS_DupValue(js, this_value);
    call->answer = answer_next;
    *out_lane = cursor->lane;
    return call;
}

static JSValue
fetch_more(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwLane *lane = NULL;
    GwCall *call = new_more(js, this_value, arguments, &lane);

    return call ? gw_call_start(call, lane, js) : JS_EXCEPTION;
}

static JSValue
fetch_more_now(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwLane *lane = NULL;
    GwCall *call = new_more(js, this_value, arguments, &lane);

    return call ? gw_call_wait(call, lane, js) : JS_EXCEPTION;
}

/* The next document of the batch, undefined at its end. */
static JSValue
shift(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    Cursor *cursor = cursor_of(js, this_value);
    const uint8_t *document = NULL;
    uint32_t size = 0;

    if (!cursor)
        return JS_EXCEPTION;
    if (cursor->left == 0 || !bson_iter_next(&cursor->at) || !BSON_ITER_HOLDS_DOCUMENT(&cursor->at))
        return JS_UNDEFINED;
    cursor->left--;
    bson_iter_document(&cursor->at, &size, &document);
    return gw_codec_decode(gw_mongo_of(js)->codec, document, size, cursor->flags);
}

static JSValue
get_left(JSContext *js, JSValueConst this_value)
{
    Cursor *cursor = cursor_of(js, this_value);

    return cursor ? JS_NewInt64(js, cursor->left) : JS_EXCEPTION;
}

/* Whether the server has more. */
static JSValue
get_open(JSContext *js, JSValueConst this_value)
{
    Cursor *cursor = cursor_of(js, this_value);

    return cursor ? JS_NewBool(js, cursor->id != 0) : JS_EXCEPTION;
}

static JSValue
get_id(JSContext *js, JSValueConst this_value)
{
    Cursor *cursor = cursor_of(js, this_value);

    return cursor ? JS_NewBigInt64(js, cursor->id) : JS_EXCEPTION;
}

/* The server's last answer, as bytes. */
static JSValue
get_reply(JSContext *js, JSValueConst this_value)
{
    Cursor *cursor = cursor_of(js, this_value);

    return cursor ? JS_NewUint8ArrayCopy(js, bson_get_data(&cursor->reply), cursor->reply.len)
                  : JS_EXCEPTION;
}

static JSValue
get_namespace(JSContext *js, JSValueConst this_value)
{
    Cursor *cursor = cursor_of(js, this_value);
    g_autofree char *namespace = NULL;

    if (!cursor)
        return JS_EXCEPTION;
    namespace = g_strconcat(cursor->db, ".", cursor->collection, NULL);
    return JS_NewString(js, namespace);
}

/* Tell the server to forget the cursor. */
static JSValue
kill_cursor(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    Cursor *cursor = cursor_of(js, this_value);
    GwCall *call = NULL;

    if (!cursor)
        return JS_EXCEPTION;
    call = new_kill(js, cursor);
    if (!call)
        return JS_EXCEPTION;
    cursor->id = 0;
    return gw_call_start(call, cursor->lane, js);
}

static JSValue
drop(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    Cursor *cursor = cursor_of(js, this_value);

    if (!cursor)
        return JS_EXCEPTION;
    if (cursor->handle.mongo)
        close_cursor(&cursor->handle);
    cursor->left = 0;
    return JS_UNDEFINED;
}

static const JSCFunctionListEntry methods[] = {
    JS_CFUNC_DEF("more", 2, fetch_more),
    JS_CFUNC_DEF("moreNow", 2, fetch_more_now),
    JS_CFUNC_DEF("shift", 0, shift),
    JS_CFUNC_DEF("kill", 0, kill_cursor),
    JS_CFUNC_DEF("drop", 0, drop),
    JS_CGETSET_DEF("left", get_left, NULL),
    JS_CGETSET_DEF("isOpen", get_open, NULL),
    JS_CGETSET_DEF("id", get_id, NULL),
    JS_CGETSET_DEF("namespace", get_namespace, NULL),
    JS_CGETSET_DEF("reply", get_reply, NULL),
};

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("open", 4, open_cursor),
    JS_CFUNC_DEF("openNow", 4, open_cursor_now),
};

bool
gw_mongo_cursor_init(GwMongo *mongo, JSContext *js, JSValueConst binding)
{
    JSValue prototype = JS_UNDEFINED;

    if (!gw_mongo_class_new(js, &mongo->cursor_class, &class_definition))
        return false;
    prototype = JS_NewObject(js);
    JS_SetPropertyFunctionList(js, prototype, methods, G_N_ELEMENTS(methods));
    JS_SetClassProto(js, mongo->cursor_class, prototype);
    JS_SetPropertyFunctionList(js, binding, functions, G_N_ELEMENTS(functions));
    return true;
}

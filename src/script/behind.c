/* SPDX-License-Identifier: Apache-2.0 */
#include "script/behind.h"

#include "mongo/write_facts.h"
#include "script/behind-batch.h"
#include "script/objectid.h"

/* Writes that go together: as many as come while those before are on their way, which the journal
 * cuts into transactions. Where nothing is on its way, so many are enough. */
#define BATCH_COUNT_MAX 10000
#define BATCH_BYTES_MAX (4 * 1024 * 1024)
#define BATCH_COUNT_STEP 1000

/* A collection. One batch at a time is on its way, so that writes to a document stay in order. */
typedef struct {
    GwBatch *filling; /* owned: NULL = none */
    GwBatch *flying;  /* owned: NULL = none */
    JSContext *js;    /* borrowed */
    char *db;         /* owned */
    char *coll;       /* owned */
    bson_t *update;   /* owned: the command of a plain update; NULL = not needed so far */
    bson_t *insert;   /* owned: the same of an insert */
} Slot;

typedef struct GwBehind {
    GwMongo *mongo;    /* borrowed */
    GHashTable *slots; /* owned: "db.collection" -> Slot */
    Slot *last;        /* borrowed from slots: that of the last write; NULL = none */
    GwBytes scratch;   /* owned: the write that is encoded */
    JSValue failure;   /* owned: what the first failed write threw; undefined = none */
    bool has_failed;
    guint in_flight; /* batches that the loop has not handed back */
    GMutex lock;     /* guards is_done of batches */
    GCond done;
} GwBehind;

static void
slot_free(gpointer data)
{
    Slot *slot = data;

    gw_batch_unref(slot->filling, slot->js);
    gw_batch_unref(slot->flying, slot->js);
    g_clear_pointer(&slot->update, bson_destroy);
    g_clear_pointer(&slot->insert, bson_destroy);
    g_free(slot->db);
    g_free(slot->coll);
    g_free(slot);
}

static JSContext *
js_of(const GwBehind *behind)
{
    return behind->mongo->engine->js;
}

/* On another thread. */
static void
fly(GwTask *task, GwConn *conn, GwSession *session)
{
    GwCall *call = (GwCall *)task;
    GwBatch *batch = call->owner;
    GwBehind *behind = call->mongo->behind;

    gw_call_work(task, conn, session);
    /* Who inserts many at once lets the loop have the batch back at the end of all. */
    gw_bytes_clear(&call->batch);
    g_mutex_lock(&behind->lock);
    batch->is_done = true;
    g_cond_broadcast(&behind->done);
    g_mutex_unlock(&behind->lock);
}

/* See what became of the batch that was on its way. */
static void
land(GwBehind *behind, Slot *slot)
{
    GwBatch *batch = g_steal_pointer(&slot->flying);

    if (gw_batch_has_failed(batch) && !behind->has_failed) {
        behind->has_failed = true;
        behind->failure = gw_batch_error(batch, js_of(behind));
    }
    gw_batch_tell(batch);
    gw_batch_unref(batch, js_of(behind));
}

/* Its thread has handed it back. Where nobody waited for it before, it lands now, and a failure of
 * it stops the script. */
static void
settle(GwCompletion *completion, JSContext *js)
{
    GwCall *call = (GwCall *)completion;
    GwBatch *batch = call->owner;
    GwBehind *behind = call->mongo->behind;
    GHashTableIter iter;
    gpointer value = NULL;

    behind->in_flight--;
    g_hash_table_iter_init(&iter, behind->slots);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Slot *slot = value;

        if (slot->flying == batch)
            land(behind, slot);
    }
    gw_batch_unref(batch, js);
    if (behind->has_failed)
        gw_loop_fail(behind->mongo->engine->loop, JS_DupValue(js, behind->failure));
}

static void
discard(GwCompletion *completion, JSContext *js)
{
    GwCall *call = (GwCall *)completion;

    gw_batch_unref(call->owner, js);
}

static void
wait_for(GwBehind *behind, Slot *slot)
{
    if (slot->flying == NULL)
        return;
    g_mutex_lock(&behind->lock);
    while (!slot->flying->is_done)
        g_cond_wait(&behind->done, &behind->lock);
    g_mutex_unlock(&behind->lock);
    land(behind, slot);
}

/* Send what has gathered, behind what is on its way. */
static void
take_off(GwBehind *behind, Slot *slot)
{
    GwBatch *batch = NULL;

    wait_for(behind, slot);
    if (slot->filling == NULL || behind->has_failed)
        return;
    batch = slot->flying = g_steal_pointer(&slot->filling);
    gw_batch_seal(batch);
    batch->call->task.work = fly;
    batch->call->task.completion.settle = settle;
    batch->call->task.completion.discard = discard;
    gw_batch_ref(batch);
    behind->in_flight++;
    gw_executor_start(behind->mongo->executor, NULL, &batch->call->task);
}

void
gw_behind_send(GwMongo *mongo)
{
    GwBehind *behind = mongo->behind;
    GHashTableIter iter;
    gpointer slot = NULL;

    g_hash_table_iter_init(&iter, behind->slots);
    while (g_hash_table_iter_next(&iter, NULL, &slot)) {
        if (((Slot *)slot)->flying == NULL)
            take_off(behind, slot);
    }
}

guint
gw_behind_in_flight(const GwMongo *mongo)
{
    const GwBehind *behind = mongo->behind;

    return behind != NULL ? behind->in_flight : 0;
}

static void
send_when_idle(gpointer mongo)
{
    gw_behind_send(mongo);
}

static bool
throw_failure(const GwBehind *behind, JSContext *js)
{
    if (behind->has_failed)
        JS_Throw(js, JS_DupValue(js, behind->failure));
    return !behind->has_failed;
}

bool
gw_behind_settle(GwMongo *mongo, JSContext *js)
{
    GwBehind *behind = mongo->behind;
    GHashTableIter iter;
    gpointer slot = NULL;

    if (behind == NULL)
        return true;
    /* All are sent before the first is waited for. */
    gw_behind_send(mongo);
    g_hash_table_iter_init(&iter, behind->slots);
    while (g_hash_table_iter_next(&iter, NULL, &slot)) {
        take_off(behind, slot);
        wait_for(behind, slot);
    }
    return throw_failure(behind, js);
}

/* Whether a write names one document by its _id, so that it stands for itself. */
static bool
is_by_id(const GwCall *call)
{
    bson_t statement;
    bson_t filter;

    if (g_str_equal(call->batch_name, "documents"))
        return true;
    return bson_init_static(&statement, call->batch.data, call->batch.used) &&
           !bson_has_field(&statement, "collation") && !bson_has_field(&statement, "hint") &&
           !gw_bson_get_bool(&statement, "upsert", false) &&
           gw_bson_get_doc(&statement, "q", &filter) && gw_filter_names_id(&filter);
}

/* Most writes go where the one before went. */
static bool
is_slot_of(const Slot *slot, const char *db, const char *coll)
{
    return slot != NULL && g_str_equal(slot->coll, coll) && g_str_equal(slot->db, db);
}

static Slot *
slot_of(GwBehind *behind, const char *db, const char *coll)
{
    g_autofree char *ns = NULL;

    if (is_slot_of(behind->last, db, coll))
        return behind->last;
    ns = g_strdup_printf("%s.%s", db, coll);
    behind->last = g_hash_table_lookup(behind->slots, ns);
    if (behind->last == NULL) {
        behind->last = g_new0(Slot, 1);
        *behind->last = (Slot){.js = js_of(behind), .db = g_strdup(db), .coll = g_strdup(coll)};
        g_hash_table_insert(behind->slots, g_steal_pointer(&ns), behind->last);
    }
    return behind->last;
}

static Slot *
slot_named(GwBehind *behind, JSValueConst db, JSValueConst coll)
{
    JSContext *js = js_of(behind);
    const char *db_name = JS_ToCString(js, db);
    const char *coll_name = JS_ToCString(js, coll);
    Slot *slot = db_name != NULL && coll_name != NULL ? slot_of(behind, db_name, coll_name) : NULL;

    JS_FreeCString(js, db_name);
    JS_FreeCString(js, coll_name);
    return slot;
}

static bool
is_full(const GwBatch *batch)
{
    return batch->call->batch_count >= BATCH_COUNT_MAX ||
           batch->call->batch.used >= BATCH_BYTES_MAX;
}

static bool
is_way_free(GwBehind *behind, const Slot *slot)
{
    bool is_free = false;

    g_mutex_lock(&behind->lock);
    is_free = slot->flying == NULL || slot->flying->is_done;
    g_mutex_unlock(&behind->lock);
    return is_free;
}

/* Whether to send a batch now: it takes no more, or the server has nothing to do. */
static bool
is_due(GwBehind *behind, const Slot *slot, const GwBatch *batch)
{
    return is_full(batch) ||
           (batch->call->batch_count % BATCH_COUNT_STEP == 0 && is_way_free(behind, slot));
}

/* Where the script called is asked for once a batch: to answer takes longer than the write. */
static bool
note_place(GwCall *carrier, JSValueConst here, JSContext *js)
{
    carrier->stack = JS_Call(js, here, JS_UNDEFINED, 0, NULL);
    return !JS_IsException(carrier->stack);
}

/* The batch that a write goes into. */
static GwBatch *
batch_for(GwBehind *behind, Slot *slot, const GwGathered *write, JSContext *js)
{
    GwCall *carrier = NULL;

    if (slot->filling != NULL && !gw_batch_takes(slot->filling, write))
        take_off(behind, slot);
    if (slot->filling != NULL)
        return slot->filling;
    carrier = gw_call_new(js, GW_CALL_WRITE, JS_UNDEFINED);
    if (carrier == NULL)
        return NULL;
    carrier->db = g_strdup(slot->db);
    carrier->batch_name = write->batch_name;
    gw_bytes_append(&carrier->command, write->command, write->command_bytes);
    if (!note_place(carrier, write->here, js)) {
        gw_call_free(carrier, js);
        return NULL;
    }
    slot->filling = gw_batch_new(carrier);
    return slot->filling;
}

static JSValue
gather(GwBehind *behind, Slot *slot, const GwGathered *write, JSContext *js)
{
    GwBatch *batch = batch_for(behind, slot, write, js);
    JSValue result = JS_UNDEFINED;

    if (batch == NULL)
        return JS_EXCEPTION;
    result = gw_batch_add(batch, write, js);
    if (is_due(behind, slot, batch))
        take_off(behind, slot);
    if (behind->has_failed) {
        JS_FreeValue(js, result);
        (void)throw_failure(behind, js);
        return JS_EXCEPTION;
    }
    return JS_IsUndefined(result) ? JS_TRUE : result;
}

static const char *
collection_of(const bson_t *command)
{
    bson_iter_t iter;

    return bson_iter_init(&iter, command) && bson_iter_next(&iter) && BSON_ITER_HOLDS_UTF8(&iter)
               ? bson_iter_utf8(&iter, NULL)
               : NULL;
}

static bool
is_on(const GwMongo *mongo)
{
    return mongo->engine->may_gather && mongo->executor != NULL;
}

/* defer(db, command, session, {at: a function, ..}, batch name, [write]): the result of the write,
 * `true` where that is known to the caller, `false` where the write has to be sent by itself. */
static JSValue
defer(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwMongo *mongo = gw_mongo_of(js);
    GwLane *lane = NULL;
    GwCall *call = NULL;
    bson_t command;
    JSValue result = JS_FALSE;

    if (!is_on(mongo) || !JS_IsUndefined(arguments[2]))
        return JS_FALSE;
    call = gw_call_write(js, arguments, &lane);
    if (call == NULL)
        return JS_EXCEPTION;
    bson_init_static(&command, call->command.data, call->command.used);
    if (is_by_id(call) && collection_of(&command) != NULL) {
        GwGathered write = {.command = call->command.data,
                            .command_bytes = call->command.used,
                            .batch_name = call->batch_name,
                            .bytes = &call->batch,
                            .here = call->stack};

        result = gather(mongo->behind, slot_of(mongo->behind, call->db, collection_of(&command)),
                        &write, js);
    }
    gw_call_free(call, js);
    return result;
}

/* Append {q: filter, u: update}; false where it is no such thing, or an exception is pending. */
static bool
encode_update(GwBehind *behind, JSValueConst filter, JSValueConst update)
{
    GwCodec *codec = behind->mongo->codec;
    GwBytes *bytes = &behind->scratch;
    bson_t view;
    bson_iter_t iter;
    size_t begin = 0;

    bytes->used = 0;
    gw_bytes_append(bytes, "\0\0\0\0\3q", 7);
    begin = bytes->used;
    if (!gw_codec_encode(codec, filter, GW_ENCODE_DEFAULT, bytes) ||
        !bson_init_static(&view, bytes->data + begin, bytes->used - begin) ||
        !gw_filter_names_id(&view))
        return false;
    gw_bytes_append(bytes, "\3u", 3);
    begin = bytes->used;
    if (!gw_codec_encode(codec, update, GW_ENCODE_DEFAULT, bytes) ||
        !bson_init_static(&view, bytes->data + begin, bytes->used - begin) ||
        !bson_iter_init(&iter, &view) || !bson_iter_next(&iter) || bson_iter_key(&iter)[0] != '$')
        return false;
    gw_bytes_append_byte(bytes, 0);
    begin = GUINT32_TO_LE((guint32)bytes->used);
    memcpy(bytes->data, &begin, 4);
    return true;
}

/* deferUpdate(db, collection, filter, update, here): the same for the plainest of all, an updateOne
 * without options. */
static JSValue
defer_update(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwMongo *mongo = gw_mongo_of(js);
    GwBehind *behind = mongo->behind;
    Slot *slot = NULL;

    if (!is_on(mongo) || !JS_IsObject(arguments[2]) || !JS_IsObject(arguments[3]) ||
        JS_IsArray(arguments[3]))
        return JS_FALSE;
    if (!encode_update(behind, arguments[2], arguments[3]))
        return JS_HasException(js) ? JS_EXCEPTION : JS_FALSE;
    slot = slot_named(behind, arguments[0], arguments[1]);
    if (slot == NULL)
        return JS_EXCEPTION;
    if (slot->update == NULL)
        slot->update = BCON_NEW("update", BCON_UTF8(slot->coll), "ordered", BCON_BOOL(true));
    return gather(behind, slot,
                  &(GwGathered){.command = bson_get_data(slot->update),
                                .command_bytes = slot->update->len,
                                .batch_name = "updates",
                                .bytes = &behind->scratch,
                                .here = arguments[4]},
                  js);
}

/* Whether all can be documents: else the usual way says what the driver does of them. */
static bool
are_objects(const GwBehind *behind, JSValueConst documents, int64_t length)
{
    JSContext *js = js_of(behind);
    bool are = true;

    for (int64_t index = 0; index < length && are; index++) {
        JSValue document = JS_GetPropertyInt64(js, documents, index);

        are = JS_IsObject(document) && !JS_IsFunction(js, document) && !JS_IsArray(document);
        JS_FreeValue(js, document);
    }
    return are;
}

static bool
gather_insert(GwBehind *behind, Slot *slot, const GwGathered *write, JSValueConst document)
{
    behind->scratch.used = 0;
    return gw_codec_encode(behind->mongo->codec, document, GW_ENCODE_ID_FIRST, &behind->scratch) &&
           !JS_IsException(gather(behind, slot, write, js_of(behind)));
}

/* Each gets its _id, which is noted in `ids`, and is on its way before the last is encoded. */
static bool
gather_inserts(GwBehind *behind, Slot *slot, const GwGathered *write, JSValueConst documents,
               int64_t length, bool adds_ids, JSValueConst ids)
{
    JSContext *js = js_of(behind);
    bool is_good = true;

    for (int64_t index = 0; index < length && is_good; index++) {
        JSValue document = JS_GetPropertyInt64(js, documents, index);
        JSValue id = gw_object_id_of_document(js, document, adds_ids);

        is_good = !JS_IsException(id) && gather_insert(behind, slot, write, document) &&
                  JS_SetPropertyInt64(js, ids, index, JS_DupValue(js, id)) >= 0;
        JS_FreeValue(js, id);
        JS_FreeValue(js, document);
    }
    return is_good;
}

/* deferInserts(db, collection, documents, whether they get an _id, here): their _ids by their
 * index, `false` where they have to be inserted in the usual way. */
static JSValue
defer_inserts(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwMongo *mongo = gw_mongo_of(js);
    Slot *slot = NULL;
    JSValue ids = JS_UNDEFINED;
    int64_t length = 0;

    if (!is_on(mongo) || JS_GetLength(js, arguments[2], &length) < 0 || length == 0 ||
        !are_objects(mongo->behind, arguments[2], length))
        return JS_HasException(js) ? JS_EXCEPTION : JS_FALSE;
    slot = slot_named(mongo->behind, arguments[0], arguments[1]);
    if (slot == NULL)
        return JS_EXCEPTION;
    if (slot->insert == NULL)
        slot->insert = BCON_NEW("insert", BCON_UTF8(slot->coll), "ordered", BCON_BOOL(true));
    ids = JS_NewObject(js);
    if (gather_inserts(mongo->behind, slot,
                       &(GwGathered){.command = bson_get_data(slot->insert),
                                     .command_bytes = slot->insert->len,
                                     .batch_name = "documents",
                                     .bytes = &mongo->behind->scratch,
                                     .here = arguments[4]},
                       arguments[2], length, JS_ToBool(js, arguments[3]) > 0, ids))
        return ids;
    JS_FreeValue(js, ids);
    return JS_EXCEPTION;
}

/* setLegacyResult(function): makes what older drivers had in a result. */
static JSValue
set_legacy_result(JSContext *js, JSValueConst this_value, int count, JSValueConst *arguments)
{
    GwMongo *mongo = gw_mongo_of(js);

    JS_FreeValue(js, mongo->legacy_result);
    mongo->legacy_result = JS_DupValue(js, arguments[0]);
    return JS_UNDEFINED;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("defer", 6, defer),
    JS_CFUNC_DEF("deferUpdate", 5, defer_update),
    JS_CFUNC_DEF("deferInserts", 5, defer_inserts),
    JS_CFUNC_DEF("setLegacyResult", 1, set_legacy_result),
};

bool
gw_behind_init(GwMongo *mongo, JSContext *js, JSValueConst binding)
{
    GwBehind *behind = NULL;

    if (!gw_batch_init(mongo, js))
        return false;
    behind = mongo->behind = g_new0(GwBehind, 1);
    behind->mongo = mongo;
    behind->failure = JS_UNDEFINED;
    behind->slots = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, slot_free);
    g_mutex_init(&behind->lock);
    g_cond_init(&behind->done);
    gw_loop_set_idle(mongo->engine->loop, send_when_idle, mongo);
    JS_SetPropertyFunctionList(js, binding, functions, G_N_ELEMENTS(functions));
    return true;
}

void
gw_behind_clear(GwMongo *mongo)
{
    GwBehind *behind = g_steal_pointer(&mongo->behind);

    if (behind == NULL)
        return;
    gw_loop_set_idle(mongo->engine->loop, NULL, NULL);
    g_hash_table_unref(behind->slots);
    gw_bytes_clear(&behind->scratch);
    JS_FreeValue(js_of(behind), behind->failure);
    g_mutex_clear(&behind->lock);
    g_cond_clear(&behind->done);
    g_free(behind);
}

/* Packages that take no functions which write: what they catch is their own. */
static bool
is_harmless(const char *path)
{
    static const char *const names[] = {"bson",  "date-fns", "dayjs", "lodash", "moment",
                                        "ramda", "slugify",  "uuid",  NULL};
    const char *at = g_strrstr(path, "/node_modules/");
    g_auto(GStrv) parts = at != NULL ? g_strsplit(at + strlen("/node_modules/"), "/", 2) : NULL;

    return parts != NULL && g_strv_contains(names, parts[0]);
}

void
gw_behind_note_source(GwEngine *engine, const char *path, const char *text, gsize bytes)
{
    /* What an error, or the time that a write takes, could be seen by. */
    static const char *const words[] = {"catch",
                                        "allSettled",
                                        ".then",
                                        "Promise.any",
                                        "Promise.race",
                                        "unhandledRejection",
                                        "uncaughtException",
                                        NULL};

    if (!engine->may_gather || is_harmless(path))
        return;
    for (const char *const *word = words; *word != NULL; word++) {
        if (g_strstr_len(text, (gssize)bytes, *word) != NULL)
            engine->may_gather = false;
    }
}

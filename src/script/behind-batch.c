/* SPDX-License-Identifier: Apache-2.0 */
#include "script/behind-batch.h"

#include "mongo/writer.h"
#include "script/behind.h"

/* What a script got as the result of a write: as the driver's, an object of plain values. */
typedef struct {
    GwMongo *mongo; /* borrowed */
    GwBatch *batch; /* borrowed: NULL once `outcome` is known, or nothing more will be */
    guint index;    /* in the batch */
    guint8 outcome; /* GwWriteOutcome */
    bool is_delete;
} Result;

typedef enum {
    ACKNOWLEDGED,
    MODIFIED,
    UPSERTED_ID,
    UPSERTED,
    MATCHED,
    DELETED,
    LEGACY, /* what drivers before 4 had: there, and in no list of names */
} Fact;

typedef struct {
    const char *name;
    Fact fact;
} Property;

static const Property of_update[] = {
    {"acknowledged", ACKNOWLEDGED}, {"modifiedCount", MODIFIED}, {"upsertedId", UPSERTED_ID},
    {"upsertedCount", UPSERTED},    {"matchedCount", MATCHED},   {"result", LEGACY},
};
static const Property of_delete[] = {
    {"acknowledged", ACKNOWLEDGED}, {"deletedCount", DELETED}, {"result", LEGACY}};

GwBatch *
gw_batch_new(GwCall *take_call)
{
    GwBatch *batch = g_new0(GwBatch, 1);

    batch->call = take_call;
    batch->call->owner = batch;
    batch->results = g_ptr_array_new();
    batch->references = 1;
    return batch;
}

GwBatch *
gw_batch_ref(GwBatch *batch)
{
    batch->references++;
    return batch;
}

/* Results that are alive know nothing from now on. */
static void
let_go(GwBatch *batch)
{
    for (guint index = 0; index < batch->results->len; index++) {
        Result *result = g_ptr_array_index(batch->results, index);

        if (result != NULL)
            result->batch = NULL;
    }
    g_ptr_array_set_size(batch->results, 0);
}

void
gw_batch_unref(GwBatch *batch, JSContext *js)
{
    if (batch == NULL || --batch->references > 0)
        return;
    let_go(batch);
    g_ptr_array_unref(batch->results);
    gw_call_free(batch->call, js);
    g_free(batch);
}

static void
finalize(JSRuntime *runtime, JSValueConst value)
{
    JSClassID class = JS_INVALID_CLASS_ID;
    Result *result = JS_GetAnyOpaque(value, &class);

    if (result == NULL)
        return;
    if (result->batch != NULL)
        g_ptr_array_index(result->batch->results, result->index) = NULL;
    g_free(result);
}

static const Property *
properties_of(const Result *result, guint *out_count)
{
    *out_count = result->is_delete ? G_N_ELEMENTS(of_delete) : G_N_ELEMENTS(of_update);
    return result->is_delete ? of_delete : of_update;
}

static JSValue
legacy_of(JSContext *js, const Result *result)
{
    JSValue counts[] = {
        JS_NewInt32(js, (result->outcome & GW_WRITE_MATCHED) != 0),
        JS_NewInt32(js, (result->outcome & GW_WRITE_MODIFIED) != 0),
    };

    return JS_Call(js, result->mongo->legacy_result, JS_UNDEFINED, result->is_delete ? 1 : 2,
                   (JSValueConst *)counts);
}

static JSValue
value_of(JSContext *js, const Result *result, Fact fact)
{
    switch (fact) {
    case ACKNOWLEDGED:
        return JS_TRUE;
    case MODIFIED:
        return JS_NewInt32(js, (result->outcome & GW_WRITE_MODIFIED) != 0);
    case UPSERTED_ID:
        return JS_NULL;
    case UPSERTED:
        return JS_NewInt32(js, 0);
    case MATCHED:
    case DELETED:
        return JS_NewInt32(js, (result->outcome & GW_WRITE_MATCHED) != 0);
    case LEGACY:
        return legacy_of(js, result);
    }
    g_assert_not_reached();
}

/* Only what the write did has to be waited for. */
static bool
is_known_at_once(Fact fact)
{
    return fact == ACKNOWLEDGED || fact == UPSERTED || fact == UPSERTED_ID;
}

static const Property *
find_property(JSContext *js, const Result *result, JSAtom atom)
{
    guint count = 0;
    const Property *properties = properties_of(result, &count);
    const char *name = JS_AtomToCString(js, atom);
    const Property *found = NULL;

    for (guint index = 0; name != NULL && index < count; index++) {
        if (g_str_equal(name, properties[index].name))
            found = &properties[index];
    }
    JS_FreeCString(js, name);
    return found;
}

/* Once it is sent and done, the batch has let go of the result. */
static bool
make_known(JSContext *js, const Result *result, Fact fact)
{
    return is_known_at_once(fact) || result->batch == NULL || gw_behind_settle(result->mongo, js);
}

static int
get_own_property(JSContext *js, JSPropertyDescriptor *out, JSValueConst object, JSAtom atom)
{
    JSClassID class = JS_INVALID_CLASS_ID;
    const Result *result = JS_GetAnyOpaque(object, &class);
    const Property *property = find_property(js, result, atom);

    if (property == NULL)
        return 0;
    if (out == NULL)
        return 1;
    if (!make_known(js, result, property->fact))
        return -1;
    *out = (JSPropertyDescriptor){
        .flags = property->fact == LEGACY ? JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE : JS_PROP_C_W_E,
        .value = value_of(js, result, property->fact),
        .getter = JS_UNDEFINED,
        .setter = JS_UNDEFINED};
    return JS_IsException(out->value) ? -1 : 1;
}

static int
get_own_property_names(JSContext *js, JSPropertyEnum **out_names, uint32_t *out_count,
                       JSValueConst object)
{
    JSClassID class = JS_INVALID_CLASS_ID;
    guint count = 0;
    const Property *properties = properties_of(JS_GetAnyOpaque(object, &class), &count);
    JSPropertyEnum *names = js_malloc(js, --count * sizeof *names); /* but the legacy one */

    if (names == NULL)
        return -1;
    for (guint index = 0; index < count; index++)
        names[index] =
            (JSPropertyEnum){.is_enumerable = true, .atom = JS_NewAtom(js, properties[index].name)};
    *out_names = names;
    *out_count = count;
    return 0;
}

static JSClassExoticMethods exotic = {.get_own_property = get_own_property,
                                      .get_own_property_names = get_own_property_names};

static const JSClassDef class_definition = {
    .class_name = "WriteResult", .finalizer = finalize, .exotic = &exotic};

bool
gw_batch_init(GwMongo *mongo, JSContext *js)
{
    JSValue plain = JS_UNDEFINED;
    JSValue prototype = JS_UNDEFINED;

    if (!gw_mongo_class_new(js, &mongo->result_class, &class_definition))
        return false;
    /* As the driver's, which are made by a literal. */
    plain = JS_NewObject(js);
    prototype = JS_GetPrototype(js, plain);
    JS_FreeValue(js, plain);
    JS_SetClassProto(js, mongo->result_class, prototype);
    return true;
}

static bool
is_delete(const GwBatch *batch)
{
    return g_str_equal(batch->call->batch_name, "deletes");
}

JSValue
gw_batch_add(GwBatch *batch, const GwGathered *write, JSContext *js)
{
    JSValue object = JS_UNDEFINED;
    Result *result = NULL;

    gw_bytes_append(&batch->call->batch, write->bytes->data, write->bytes->used);
    batch->call->batch_count++;
    if (g_str_equal(batch->call->batch_name, "documents"))
        return JS_UNDEFINED;
    object = JS_NewObjectClass(js, batch->call->mongo->result_class);
    if (JS_IsException(object))
        return object;
    result = g_new0(Result, 1);
    result->mongo = batch->call->mongo;
    result->batch = batch;
    result->index = (guint)batch->call->batch_count - 1;
    result->is_delete = is_delete(batch);
    g_ptr_array_set_size(batch->results, (gint)batch->call->batch_count);
    g_ptr_array_index(batch->results, result->index) = result;
    JS_SetOpaque(object, result);
    return object;
}

bool
gw_batch_takes(const GwBatch *batch, const GwGathered *write)
{
    const GwBytes *command = &batch->call->command;

    return g_str_equal(batch->call->batch_name, write->batch_name) &&
           command->used == write->command_bytes &&
           memcmp(command->data, write->command, command->used) == 0;
}

static bool
is_anybody_alive(const GwBatch *batch)
{
    for (guint index = 0; index < batch->results->len; index++) {
        if (g_ptr_array_index(batch->results, index) != NULL)
            return true;
    }
    return false;
}

void
gw_batch_seal(GwBatch *batch)
{
    batch->call->fails_whole = true;
    if (is_anybody_alive(batch))
        batch->call->outcomes = g_new0(guint8, batch->call->batch_count);
}

bool
gw_batch_has_failed(const GwBatch *batch)
{
    return batch->call->task.error != NULL || gw_bson_has(&batch->call->reply, "writeErrors.0") ||
           gw_bson_has(&batch->call->reply, "writeConcernError");
}

void
gw_batch_tell(GwBatch *batch)
{
    for (guint index = 0; index < batch->results->len; index++) {
        Result *result = g_ptr_array_index(batch->results, index);

        if (result != NULL && batch->call->outcomes != NULL)
            result->outcome = batch->call->outcomes[index];
    }
    let_go(batch);
}

/* The error of one write, as an answer to that write alone would have it. */
static bson_t *
single_error(const bson_t *reply)
{
    bson_t failure = BSON_INITIALIZER;
    bson_t *single = bson_new();

    if (!gw_bson_get_doc(reply, "writeErrors.0", &failure))
        return single;
    BSON_APPEND_INT32(single, "index", 0);
    bson_copy_to_excluding_noinit(&failure, single, "index", NULL);
    return single;
}

JSValue
gw_batch_error(GwBatch *batch, JSContext *js)
{
    GwCall *call = batch->call;
    g_autoptr(bson_t) single = single_error(&call->reply);

    if (call->task.error == NULL && !bson_empty(single)) {
        gw_throw(&call->task.error, GW_ERROR_SERVER, "%s", gw_bson_get_str(single, "errmsg"));
        bson_destroy(&call->reply);
        bson_copy_to(single, &call->reply);
    }
    if (call->task.error == NULL)
        gw_throw(&call->task.error, GW_ERROR_SERVER, "%s",
                 gw_bson_get_str(&call->reply, "writeConcernError.errmsg"));
    return gw_call_error(call, js);
}

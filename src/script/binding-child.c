/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The project's own Node, for files that godwit's engine does not run: js/internal/node.js talks to
 * it. A thread waits for what it does next, whenever somebody asks.
 */
#include "base/child.h"
#include "script/binding.h"

typedef struct {
    GwEngine *engine;   /* borrowed */
    GwChild *child;     /* owned */
    GThread *thread;    /* owned */
    GAsyncQueue *asked; /* owned: Event, or `last` */
} Child;

/* What the child did, on its way to the script. */
typedef struct {
    GwCompletion completion; /* first */
    GwChildEvent kind;
    GByteArray *bytes; /* owned */
    int status;
    JSValue settle[2]; /* owned: resolve and reject */
} Event;

static char last; /* ends the thread */

static void
event_free(Event *event, JSContext *js)
{
    JS_FreeValue(js, event->settle[0]);
    JS_FreeValue(js, event->settle[1]);
    g_byte_array_unref(event->bytes);
    g_free(event);
}

static void
discard(GwCompletion *completion, JSContext *js)
{
    event_free((Event *)completion, js);
}

/* Resolves with [kind, bytes, or the status at the end]. */
static void
settle(GwCompletion *completion, JSContext *js)
{
    Event *event = (Event *)completion;
    JSValue answer = JS_NewArray(js);
    JSValue second = event->kind == GW_CHILD_ENDED
                         ? JS_NewInt32(js, event->status)
                         : JS_NewUint8ArrayCopy(js, event->bytes->data, event->bytes->len);

    JS_SetPropertyUint32(js, answer, 0, JS_NewInt32(js, event->kind));
    JS_SetPropertyUint32(js, answer, 1, second);
    JS_FreeValue(js, JS_Call(js, event->settle[0], JS_UNDEFINED, 1, (JSValueConst *)&answer));
    JS_FreeValue(js, answer);
    event_free(event, js);
}

static gpointer
listen(gpointer data)
{
    Child *child = data;
    gpointer asked = NULL;

    while ((asked = g_async_queue_pop(child->asked)) != &last) {
        Event *event = asked;

        event->kind = gw_child_next(child->child, event->bytes, &event->status);
        gw_loop_post(child->engine->loop, &event->completion);
    }
    return NULL;
}

void
gw_binding_child_clear(GwEngine *engine)
{
    Child *child = engine->child;

    if (child == NULL)
        return;
    gw_child_stop(child->child);
    g_async_queue_push(child->asked, &last);
    g_thread_join(child->thread);
    g_async_queue_unref(child->asked);
    gw_child_free(child->child);
    g_free(child);
    engine->child = NULL;
}

/* The words of the command line, `bootstrap` behind them. Owned. */
static char **
command_of(const GwScriptNode *node, const char *bootstrap)
{
    GPtrArray *words = g_ptr_array_new();

    for (gsize row = 0; node->command[row] != NULL; row++)
        g_ptr_array_add(words, g_strdup(node->command[row]));
    g_ptr_array_add(words, g_strdup("-e"));
    g_ptr_array_add(words, g_strdup(bootstrap));
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

static JSValue
throw_error(JSContext *js, const GError *error)
{
    return JS_ThrowPlainError(js, "%s", error->message);
}

/* start(bootstrap) */
static JSValue
binding_start(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    GwEngine *engine = gw_engine_of(js);
    const char *bootstrap = JS_ToCString(js, argv[0]);
    g_auto(GStrv) command = NULL;
    g_autoptr(GError) error = NULL;
    GwChild *started = NULL;
    Child *child = NULL;

    if (bootstrap == NULL)
        return JS_EXCEPTION;
    g_assert(engine->child == NULL);
    command = command_of(engine->params->node, bootstrap);
    JS_FreeCString(js, bootstrap);
    started = gw_child_start((const char *const *)command, engine->params->root, &error);
    if (started == NULL)
        return throw_error(js, error);
    child = g_new0(Child, 1);
    child->engine = engine;
    child->child = started;
    child->asked = g_async_queue_new();
    child->thread = g_thread_new("node", listen, child);
    engine->child = child;
    return JS_UNDEFINED;
}

/* send(bytes): false where it has ended. */
static JSValue
binding_send(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    GwEngine *engine = gw_engine_of(js);
    Child *child = engine->child;
    size_t size = 0;
    const uint8_t *bytes = JS_GetUint8Array(js, &size, argv[0]);

    if (bytes == NULL)
        return JS_EXCEPTION;
    return JS_NewBool(js,
                      gw_child_send(child->child, bytes, size, engine->params->interrupted, NULL));
}

/* next(): a promise of what it does next. */
static JSValue
binding_next(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    GwEngine *engine = gw_engine_of(js);
    Child *child = engine->child;
    JSValue functions[2];
    JSValue promise = JS_NewPromiseCapability(js, functions);
    Event *event = NULL;

    if (JS_IsException(promise))
        return promise;
    event = g_new0(Event, 1);
    event->settle[0] = functions[0];
    event->settle[1] = functions[1];
    event->completion.settle = settle;
    event->completion.discard = discard;
    event->bytes = g_byte_array_new();
    gw_loop_begin(engine->loop);
    g_async_queue_push(child->asked, event);
    return promise;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("start", 1, binding_start),
    JS_CFUNC_DEF("send", 1, binding_send),
    JS_CFUNC_DEF("next", 0, binding_next),
};

static void
set_text(JSContext *js, JSValueConst object, const char *name, const char *text)
{
    JS_SetPropertyStr(js, object, name, text != NULL ? JS_NewString(js, text) : JS_UNDEFINED);
}

JSValue
gw_binding_child_init(JSContext *js)
{
    const GwScriptNode *node = gw_engine_of(js)->params->node;
    JSValue object = JS_NewObject(js);

    JS_SetPropertyFunctionList(js, object, entries, G_N_ELEMENTS(entries));
    JS_SetPropertyStr(js, object, "isWanted", JS_NewBool(js, node != NULL));
    if (node == NULL)
        return object;
    set_text(js, object, "program", node->command[0]);
    set_text(js, object, "uri", node->uri);
    JS_SetPropertyStr(js, object, "onlyLoads", JS_NewBool(js, node->only_loads));
    return object;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/writer_guard.h"

typedef struct {
    GwWriter base;
    GwWriter *next; /* owned */
    GwWriterGuardFunc may;
    gpointer data; /* borrowed: outlives the writer */
} Guard;

static bool
guard_apply(GwWriter *self, GwConn *conn, const GwWrite *write, bson_t *out_reply, GError **error)
{
    Guard *guard = (Guard *)self;
    g_auto(GwWriteFacts) facts = {0};

    gw_write_facts_read(write, &facts);
    if (facts.loss == GW_LOSS_NONE || guard->may(&facts, write, guard->data, error))
        return gw_writer_apply(guard->next, conn, write, out_reply, error);
    bson_init(out_reply);
    return false;
}

static bool
guard_settle(GwWriter *self, GError **error)
{
    return gw_writer_settle(((Guard *)self)->next, error);
}

static void
guard_free(GwWriter *self)
{
    Guard *guard = (Guard *)self;

    gw_writer_free(guard->next);
    g_free(guard);
}

static const GwWriterClass guard_class = {
    .apply = guard_apply, .settle = guard_settle, .free = guard_free};

GwWriter *
gw_writer_guard_new(GwWriterGuardFunc may, gpointer data, GwWriter *take_next)
{
    Guard *guard = g_new0(Guard, 1);

    guard->base.klass = &guard_class;
    guard->next = take_next;
    guard->may = may;
    guard->data = data;
    return &guard->base;
}

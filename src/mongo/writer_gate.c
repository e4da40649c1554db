/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/writer.h"

typedef struct {
    GwWriter base;
    GwWriter *next; /* owned */
    GwWriterGateFunc may_write;
    gpointer data; /* borrowed: outlives the writer */
} Gate;

static bool
gate_apply(GwWriter *self, GwConn *conn, const GwWrite *write, bson_t *out_reply, GError **error)
{
    Gate *gate = (Gate *)self;

    if (gate->may_write(gate->data, error))
        return gw_writer_apply(gate->next, conn, write, out_reply, error);
    bson_init(out_reply);
    return false;
}

static bool
gate_settle(GwWriter *self, GError **error)
{
    return gw_writer_settle(((Gate *)self)->next, error);
}

static void
gate_free(GwWriter *self)
{
    Gate *gate = (Gate *)self;

    gw_writer_free(gate->next);
    g_free(gate);
}

static const GwWriterClass gate_class = {
    .apply = gate_apply, .settle = gate_settle, .free = gate_free};

GwWriter *
gw_writer_gate_new(GwWriterGateFunc may_write, gpointer data, GwWriter *take_next)
{
    Gate *gate = g_new0(Gate, 1);

    gate->base.klass = &gate_class;
    gate->next = take_next;
    gate->may_write = may_write;
    gate->data = data;
    return &gate->base;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/writer.h"

bool
gw_writer_apply(GwWriter *writer, GwConn *conn, const GwWrite *write, bson_t *out_reply,
                GError **error)
{
    return writer->klass->apply(writer, conn, write, out_reply, error);
}

bool
gw_writer_settle(GwWriter *writer, GError **error)
{
    return writer->klass->settle == NULL || writer->klass->settle(writer, error);
}

void
gw_writer_free(GwWriter *writer)
{
    if (writer != NULL)
        writer->klass->free(writer);
}

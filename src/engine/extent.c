/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/extent.h"

#include "mongo/command.h"

#define LIMIT_MS 2000

typedef struct {
    GwClients *clients;        /* borrowed */
    const GwWriteFacts *facts; /* borrowed */
    gint64 end_us;             /* monotonic */
    gint64 count;              /* -1 = not known */
} Extent;

/* Add what `filter` finds; `limit` 0 = all. False where that is not known. */
static bool
add(Extent *extent, const bson_t *filter, gint64 limit)
{
    gint64 left_ms = (extent->end_us - g_get_monotonic_time()) / 1000;
    g_autoptr(GwConn) conn = gw_conn_take(extent->clients);
    g_autoptr(bson_t) command =
        BCON_NEW("count", BCON_UTF8(extent->facts->coll), "maxTimeMS", BCON_INT64(MAX(left_ms, 1)));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (filter != NULL)
        BSON_APPEND_DOCUMENT(command, "query", filter);
    if (limit > 0)
        BSON_APPEND_INT64(command, "limit", limit);
    /* Why it can't be counted does not matter: the question is asked without the number. */
    if (left_ms <= 0 || !gw_command_read(conn, extent->facts->db, command, NULL, &reply, NULL)) {
        extent->count = -1;
        return false;
    }
    extent->count += gw_bson_get_int(&reply, "n", 0);
    return true;
}

static bool
add_operation(const bson_t *operation, gpointer data)
{
    Extent *extent = data;
    bson_t filter = BSON_INITIALIZER;
    bool is_update = gw_bson_has(operation, "u");
    bool is_one = is_update ? !gw_bson_get_bool(operation, "multi", false)
                            : gw_bson_get_int(operation, "limit", 0) == 1;

    if (gw_bson_get_doc(operation, "q", &filter))
        return add(extent, &filter, is_one ? 1 : 0);
    extent->count = -1;
    return false;
}

gint64
gw_extent_of(GwClients *clients, const GwWriteFacts *facts, const GwWrite *write)
{
    Extent extent = {.clients = clients, .facts = facts};
    bson_t filter = BSON_INITIALIZER;

    extent.end_us = g_get_monotonic_time() + LIMIT_MS * (gint64)1000;
    if (facts->coll == NULL || facts->loss != GW_LOSS_DATA || write->kind == GW_WRITE_DROP_INDEXES)
        return -1;
    if (write->kind == GW_WRITE_UPDATE || write->kind == GW_WRITE_DELETE)
        (void)gw_write_each(write, add_operation, &extent); /* a stop is in the count */
    else if (write->kind == GW_WRITE_SWEEP && gw_bson_get_doc(write->command, "filter", &filter))
        (void)add(&extent, &filter, 0); /* as above */
    else if (write->kind == GW_WRITE_FIND_AND_MODIFY &&
             gw_bson_get_doc(write->command, "query", &filter))
        (void)add(&extent, &filter, 1); /* as above */
    else
        (void)add(&extent, NULL, 0); /* as above */
    return extent.count;
}

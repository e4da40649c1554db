/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/load.h"

/* PRIMARY and SECONDARY; a member that is starting, or recovering, catches up as fast as it can. */
#define STATE_PRIMARY 1
#define STATE_SECONDARY 2

static bool
ask(GwConn *conn, const bson_t *command, bson_t *out_reply, GError **error)
{
    return gw_command_read(conn, "admin", command, NULL, out_reply, error);
}

static gint64
percent(gint64 part, gint64 whole)
{
    return part < 0 || whole <= 0 ? -1 : part * 100 / whole;
}

/* What other members read of the oplog counts among the reads. */
static gint64
served_of(const bson_t *status)
{
    const gint64 reads = gw_bson_get_int(status, "opLatencies.reads.ops", -1);
    const gint64 writes = gw_bson_get_int(status, "opLatencies.writes.ops", -1);
    const gint64 members =
        gw_bson_get_int(status, "metrics.repl.network.oplogGetMoresProcessed.num", 0);

    return reads < 0 || writes < 0 ? -1 : reads + writes - members;
}

/* Only the sections that are read: all of them take the server several times as long. */
static void
look_at_server(GwConn *conn, GwLoad *load)
{
    static const char cache[] = "wiredTiger.cache.";
    g_autoptr(bson_t) command =
        BCON_NEW("serverStatus", BCON_INT32(1), "repl", BCON_INT32(0), "tcmalloc", BCON_INT32(0),
                 "sharding", BCON_INT32(0), "transactions", BCON_INT32(0), "network", BCON_INT32(0),
                 "metrics", "{", "commands", BCON_BOOL(false), "aggStageCounters", BCON_BOOL(false),
                 "operatorCounters", BCON_BOOL(false), "query", BCON_BOOL(false), "}");
    g_auto(bson_t) reply = BSON_INITIALIZER;
    g_autofree char *max = g_strconcat(cache, "maximum bytes configured", NULL);
    g_autofree char *used = g_strconcat(cache, "bytes currently in the cache", NULL);
    g_autofree char *dirty = g_strconcat(cache, "tracked dirty bytes in the cache", NULL);

    if (!ask(conn, command, &reply, NULL))
        return;
    load->served = served_of(&reply);
    load->queue = gw_bson_get_int(&reply, "globalLock.currentQueue.total", -1);
    load->used = percent(gw_bson_get_int(&reply, used, -1), gw_bson_get_int(&reply, max, -1));
    load->dirty = percent(gw_bson_get_int(&reply, dirty, -1), gw_bson_get_int(&reply, max, -1));
}

/* When the last operation that a member has was done. */
static gint64
optime_of(const bson_t *member)
{
    return gw_bson_get_date_ms(member, "optimeDate", G_MININT64);
}

/* One that cannot be reached may be gone for good: nobody waits for it. */
static bool
has_data(const bson_t *member)
{
    const gint64 state = gw_bson_get_int(member, "state", 0);

    return (state == STATE_PRIMARY || state == STATE_SECONDARY) &&
           gw_bson_get_int(member, "health", 0) == 1 && optime_of(member) != G_MININT64;
}

static gint64
lag_of(const bson_t *status)
{
    bson_iter_t list;
    bson_iter_t iter;
    gint64 newest = G_MININT64;
    gint64 oldest = G_MAXINT64;

    if (!bson_iter_init_find(&list, status, "members") || !bson_iter_recurse(&list, &iter))
        return -1;
    while (bson_iter_next(&iter)) {
        const guint8 *data = NULL;
        guint32 length = 0;
        bson_t member = BSON_INITIALIZER;

        if (!BSON_ITER_HOLDS_DOCUMENT(&iter))
            continue;
        bson_iter_document(&iter, &length, &data);
        if (!bson_init_static(&member, data, length) || !has_data(&member))
            continue;
        newest = MAX(newest, optime_of(&member));
        oldest = MIN(oldest, optime_of(&member));
    }
    return newest >= oldest ? newest - oldest : -1;
}

/* What everybody may ask for: how far the majority is behind. */
static gint64
lag_of_majority(GwConn *conn)
{
    g_autoptr(bson_t) hello = BCON_NEW("hello", BCON_INT32(1));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    gint64 last = 0;
    gint64 majority = 0;

    if (!ask(conn, hello, &reply, NULL))
        return -1;
    last = gw_bson_get_date_ms(&reply, "lastWrite.lastWriteDate", -1);
    majority = gw_bson_get_date_ms(&reply, "lastWrite.majorityWriteDate", -1);
    return last < 0 || majority < 0 ? -1 : MAX(0, last - majority);
}

static void
look_at_members(GwConn *conn, GwLoad *load)
{
    g_autoptr(bson_t) command = BCON_NEW("replSetGetStatus", BCON_INT32(1));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    g_autoptr(GError) failure = NULL;

    if (ask(conn, command, &reply, &failure)) {
        load->lag_ms = lag_of(&reply);
        return;
    }
    load->lag_ms = lag_of_majority(conn);
    load->is_denied = load->lag_ms >= 0;
}

void
gw_load_look(GwClients *clients, GwConn *conn, GwLoad *out_load)
{
    *out_load = (GwLoad){.queue = -1, .dirty = -1, .used = -1, .served = -1, .lag_ms = -1};
    out_load->own_min = gw_clients_answered(clients);
    look_at_server(conn, out_load);
    out_load->own_max = gw_clients_sent(clients);
    look_at_members(conn, out_load);
}

guint
gw_load_processors(GwConn *conn)
{
    g_autoptr(bson_t) command = BCON_NEW("hostInfo", BCON_INT32(1));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!ask(conn, command, &reply, NULL))
        return 0;
    return (guint)MAX(0, gw_bson_get_int(&reply, "system.numCores", 0));
}

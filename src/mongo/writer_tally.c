/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "mongo/writer.h"

typedef struct {
    GwWriter base;
    GwWriter *next;       /* owned */
    pthread_mutex_t lock; /* guards counts */
    GwWriteCounts counts;
} Tally;

static gint64
count_elements(const bson_t *reply, const char *name)
{
    bson_t array = BSON_INITIALIZER;

    return gw_bson_get_doc(reply, name, &array) ? bson_count_keys(&array) : 0;
}

static GwWriteCounts
counts_of_update(const bson_t *reply)
{
    gint64 upserted = count_elements(reply, "upserted");

    return (GwWriteCounts){.matched = gw_bson_get_int(reply, "n", 0) - upserted,
                           .modified = gw_bson_get_int(reply, "nModified", 0),
                           .upserted = upserted};
}

/* The server does not tell whether a findAndModify left the document as it was, so a match counts
 * as modified. */
static GwWriteCounts
counts_of_find_and_modify(const bson_t *command, const bson_t *reply)
{
    gint64 n = gw_bson_get_int(reply, "lastErrorObject.n", 0);

    if (gw_bson_get_bool(command, "remove", false))
        return (GwWriteCounts){.deleted = n};
    if (gw_bson_has(reply, "lastErrorObject.upserted"))
        return (GwWriteCounts){.upserted = n};
    return (GwWriteCounts){.matched = n, .modified = n};
}

static GwWriteCounts
counts_of(const GwWrite *write, const bson_t *reply)
{
    switch (write->kind) {
    case GW_WRITE_INSERT:
        return (GwWriteCounts){.inserted = gw_bson_get_int(reply, "n", 0)};
    case GW_WRITE_UPDATE:
        return counts_of_update(reply);
    case GW_WRITE_DELETE:
        return (GwWriteCounts){.deleted = gw_bson_get_int(reply, "n", 0)};
    case GW_WRITE_SWEEP:
        return (GwWriteCounts){.matched = gw_bson_get_int(reply, "n", 0),
                               .modified = gw_bson_get_int(reply, "nModified", 0),
                               .deleted = gw_bson_get_int(reply, "nDeleted", 0)};
    case GW_WRITE_FIND_AND_MODIFY:
        return counts_of_find_and_modify(write->command, reply);
    default:
        return (GwWriteCounts){0}; /* $out and the like do not say how much they wrote */
    }
}

static bool
tally_apply(GwWriter *self, GwConn *conn, const GwWrite *write, bson_t *out_reply, GError **error)
{
    Tally *tally = (Tally *)self;
    /* A batch that failed half-way is counted as well: its first parts were written. */
    bool done = gw_writer_apply(tally->next, conn, write, out_reply, error);
    GwWriteCounts counts = counts_of(write, out_reply);

    pthread_mutex_lock(&tally->lock);
    tally->counts.inserted += counts.inserted;
    tally->counts.matched += counts.matched;
    tally->counts.modified += counts.modified;
    tally->counts.upserted += counts.upserted;
    tally->counts.deleted += counts.deleted;
    pthread_mutex_unlock(&tally->lock);
    return done;
}

static bool
tally_settle(GwWriter *self, GError **error)
{
    return gw_writer_settle(((Tally *)self)->next, error);
}

static void
tally_free(GwWriter *self)
{
    Tally *tally = (Tally *)self;

    gw_writer_free(tally->next);
    pthread_mutex_destroy(&tally->lock);
    g_free(tally);
}

static const GwWriterClass tally_class = {
    .apply = tally_apply, .settle = tally_settle, .free = tally_free};

GwWriter *
gw_writer_tally_new(GwWriter *take_next)
{
    Tally *tally = g_new0(Tally, 1);

    tally->base.klass = &tally_class;
    tally->next = take_next;
    pthread_mutex_init(&tally->lock, NULL);
    return &tally->base;
}

GwWriteCounts
gw_writer_tally_counts(const GwWriter *writer)
{
    Tally *tally = (Tally *)writer; /* the lock is not part of what the caller sees as constant */
    GwWriteCounts counts = {0};

    g_assert(writer->klass == &tally_class);
    pthread_mutex_lock(&tally->lock);
    counts = tally->counts;
    pthread_mutex_unlock(&tally->lock);
    return counts;
}

void
gw_writer_tally_reset(GwWriter *writer)
{
    Tally *tally = (Tally *)writer;

    g_assert(writer->klass == &tally_class);
    pthread_mutex_lock(&tally->lock);
    tally->counts = (GwWriteCounts){0};
    pthread_mutex_unlock(&tally->lock);
}

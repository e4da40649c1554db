/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/fingerprint.h"

#include "base/hash.h"

static guint64
add_text(guint64 hash, const char *text)
{
    return gw_hash_go_on(hash, text, strlen(text));
}

static guint64
add_doc(guint64 hash, const bson_t *doc)
{
    return gw_hash_go_on(hash, bson_get_data(doc), doc->len);
}

static const char *
name_of(const bson_t *command)
{
    bson_iter_t iter;

    return bson_iter_init(&iter, command) && bson_iter_next(&iter) ? bson_iter_key(&iter) : "";
}

/* Fields that are not the script's. */
static bool
is_of_session(const char *key)
{
    static const char *const names[] = {"lsid",       "txnNumber",    "startTransaction",
                                        "autocommit", "$clusterTime", "operationTime",
                                        "opTime",     "electionId",   "lastCommittedOpTime",
                                        "ok",         "$configTime",  "$topologyTime",
                                        "$db",        "getMore",      NULL};

    return g_strv_contains(names, key);
}

static guint64
add_fields(guint64 hash, const bson_t *doc)
{
    bson_iter_t iter;

    if (!bson_iter_init(&iter, doc))
        return hash;
    while (bson_iter_next(&iter)) {
        gsize length = 0;
        const guint8 *value = gw_bson_raw_value(&iter, &length);

        if (!is_of_session(bson_iter_key(&iter)))
            hash = gw_hash_go_on(add_text(hash, bson_iter_key(&iter)), value, length);
    }
    return hash;
}

guint64
gw_fingerprint_write(const GwWrite *write)
{
    const guint32 kind = write->kind;
    guint64 hash = add_text(gw_hash_go_on(0, &kind, sizeof kind), write->db);

    if (write->kind == GW_WRITE_OTHER)
        return add_text(hash, name_of(write->command));
    hash = add_fields(hash, write->command);
    return write->batch_bytes > 0 ? gw_hash_go_on(hash, write->batch, write->batch_bytes) : hash;
}

guint64
gw_fingerprint_read(const char *db, const bson_t *command)
{
    return add_fields(add_text(add_text(0, db), name_of(command)), command);
}

/* Of a cursor, the documents: its number is another one each time. */
guint64
gw_fingerprint_reply(const bson_t *reply)
{
    bson_t batch = BSON_INITIALIZER;

    if (gw_bson_get_doc(reply, "cursor.firstBatch", &batch) ||
        gw_bson_get_doc(reply, "cursor.nextBatch", &batch))
        return add_doc(0, &batch);
    return add_fields(0, reply);
}

bool
gw_fingerprint_is_idle(const bson_t *command)
{
    static const char *const names[] = {"killCursors", "ping",        "hello",
                                        "isMaster",    "endSessions", NULL};

    return g_strv_contains(names, name_of(command));
}

void
gw_fingerprint_strip(const bson_t *reply, bson_t *out)
{
    bson_iter_t iter;

    if (!bson_iter_init(&iter, reply))
        return;
    while (bson_iter_next(&iter)) {
        if (!is_of_session(bson_iter_key(&iter)))
            bson_append_iter(out, NULL, 0, &iter);
    }
}

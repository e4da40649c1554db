/* SPDX-License-Identifier: Apache-2.0 */
/* The usual kinds of $merge (on _id, into documents or new ones), as updates in the transaction. */
#include "preview/try.h"

/* What becomes of a document that is there; NULL where that can't be said in an update. */
static const char *
mode_of(const bson_t *stage)
{
    static const char *const modes[] = {"merge", "replace", "keepExisting"};
    const char *mode = gw_bson_get_str(stage, "$merge.whenMatched");
    const char *missing = gw_bson_get_str(stage, "$merge.whenNotMatched");
    const char *on = gw_bson_get_str(stage, "$merge.on");

    if ((missing != NULL && !g_str_equal(missing, "insert")) ||
        (on != NULL ? !g_str_equal(on, "_id") : gw_bson_has(stage, "$merge.on")) ||
        gw_bson_has(stage, "$merge.let"))
        return NULL;
    if (!gw_bson_has(stage, "$merge.whenMatched"))
        return modes[0];
    for (guint next = 0; next < G_N_ELEMENTS(modes); next++) {
        if (g_strcmp0(mode, modes[next]) == 0)
            return modes[next];
    }
    return NULL;
}

/* Owned. */
static bson_t *
update_of(const bson_t *doc, const char *mode)
{
    g_autoptr(bson_t) rest = bson_new();
    bson_t *update = bson_new();
    g_auto(bson_t) query = BSON_INITIALIZER;
    bson_iter_t id;

    if (bson_iter_init_find(&id, doc, "_id"))
        bson_append_iter(&query, "_id", -1, &id);
    bson_copy_to_excluding_noinit(doc, rest, "_id", NULL);
    BSON_APPEND_DOCUMENT(update, "q", &query);
    if (g_str_equal(mode, "replace"))
        BSON_APPEND_DOCUMENT(update, "u", rest);
    else if (bson_empty(rest))
        BCON_APPEND(update, "u", "{", "$setOnInsert", "{", "}", "}");
    else
        BCON_APPEND(update, "u", "{", g_str_equal(mode, "merge") ? "$set" : "$setOnInsert",
                    BCON_DOCUMENT(rest), "}");
    BSON_APPEND_BOOL(update, "upsert", true);
    return update;
}

static bool
send(const GwTry *try, const GByteArray *batch, size_t count)
{
    g_autoptr(bson_t) command = BCON_NEW("update", BCON_UTF8(try->place->real));
    const GwWrite write = {.kind = GW_WRITE_UPDATE,
                           .db = try->place->real_db,
                           .command = command,
                           .batch_name = "updates",
                           .batch = batch->data,
                           .batch_bytes = batch->len,
                           .batch_count = count};
    g_auto(bson_t) reply = BSON_INITIALIZER;

    return gw_trial_write(try->preview->trial, &write, try->owner, &reply, NULL) &&
           !gw_bson_has(&reply, "writeErrors");
}

bool
gw_try_merge(const GwTry *try, const bson_t *stage, const bson_t *results)
{
    const char *mode = mode_of(stage);
    g_autoptr(GByteArray) batch = g_byte_array_new();
    size_t count = 0;
    bson_iter_t iter;

    if (mode == NULL)
        return false;
    for (bool more = bson_iter_init(&iter, results); more && bson_iter_next(&iter); count++) {
        bson_t doc = BSON_INITIALIZER;
        g_autoptr(bson_t) update = NULL;

        (void)gw_bson_get_doc(results, bson_iter_key(&iter), &doc);
        update = update_of(&doc, mode);
        g_byte_array_append(batch, bson_get_data(update), update->len);
    }
    if (count > 0 && !send(try, batch, count))
        return false;
    try->place->is_touched = true;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/write_facts.h"

#include "mongo/names.h"

void
gw_write_facts_clear(GwWriteFacts *facts)
{
    g_clear_pointer(&facts->db, g_free);
    g_clear_pointer(&facts->coll, g_free);
    g_clear_pointer(&facts->to_db, g_free);
    g_clear_pointer(&facts->to_coll, g_free);
}

bool
gw_filter_names_id(const bson_t *filter)
{
    bson_iter_t iter;

    if (!bson_iter_init(&iter, filter) || !bson_iter_next(&iter) ||
        strcmp(bson_iter_key(&iter), "_id") != 0)
        return false;
    if (BSON_ITER_HOLDS_REGEX(&iter) || BSON_ITER_HOLDS_ARRAY(&iter) ||
        BSON_ITER_HOLDS_DOCUMENT(&iter) || BSON_ITER_HOLDS_DECIMAL128(&iter))
        return false;
    return !bson_iter_next(&iter);
}

static bool
each_in_batch(const GwWrite *write, GwWriteEachFunc func, gpointer data)
{
    for (size_t offset = 0; offset < write->batch_bytes;) {
        bson_t operation = BSON_INITIALIZER;
        guint32 length = 0;

        memcpy(&length, write->batch + offset, sizeof length);
        length = GUINT32_FROM_LE(length);
        g_assert(length <= write->batch_bytes - offset);
        g_assert(bson_init_static(&operation, write->batch + offset, length));
        if (!func(&operation, data))
            return false;
        offset += length;
    }
    return true;
}

static bool
each_in_command(const bson_t *operations, GwWriteEachFunc func, gpointer data)
{
    bson_iter_t iter;

    if (!bson_iter_init(&iter, operations))
        return true;
    while (bson_iter_next(&iter)) {
        bson_t operation = BSON_INITIALIZER;
        const uint8_t *bytes = NULL;
        uint32_t length = 0;

        if (!BSON_ITER_HOLDS_DOCUMENT(&iter))
            continue; /* the server will say that it is none */
        bson_iter_document(&iter, &length, &bytes);
        g_assert(bson_init_static(&operation, bytes, length));
        if (!func(&operation, data))
            return false;
    }
    return true;
}

bool
gw_write_each(const GwWrite *write, GwWriteEachFunc func, gpointer data)
{
    static const char *const names[] = {"documents", "updates", "deletes"};
    bson_t operations = BSON_INITIALIZER;

    if (write->batch_name != NULL)
        return each_in_batch(write, func, data);
    for (guint next = 0; next < G_N_ELEMENTS(names); next++) {
        if (gw_bson_get_doc(write->command, names[next], &operations))
            return each_in_command(&operations, func, data);
    }
    return true;
}

/* Whether a stage of a pipeline takes fields away, or may. */
static bool
is_losing_stage(const char *name)
{
    static const char *const names[] = {"$unset", "$project", "$replaceRoot", "$replaceWith", NULL};

    return g_strv_contains(names, name);
}

static bool
is_losing_pipeline(bson_iter_t *update)
{
    bson_iter_t stages;

    if (!bson_iter_recurse(update, &stages))
        return false;
    while (bson_iter_next(&stages)) {
        bson_iter_t inside;

        if (BSON_ITER_HOLDS_DOCUMENT(&stages) && bson_iter_recurse(&stages, &inside) &&
            bson_iter_next(&inside) && is_losing_stage(bson_iter_key(&inside)))
            return true;
    }
    return false;
}

/* What takes fields away in an update; NULL = nothing. A field that is renamed is gone for whoever
 * reads the old one, and so is what stood under the new name. */
static const char *
loss_of_update(const bson_t *holder, const char *key)
{
    static const char *const names[] = {"$unset", "$rename"};
    bson_iter_t update;
    bson_iter_t operator;

    if (!bson_iter_init_find(&update, holder, key))
        return NULL;
    if (BSON_ITER_HOLDS_ARRAY(&update))
        return is_losing_pipeline(&update) ? "$unset" : NULL;
    for (guint next = 0; next < G_N_ELEMENTS(names); next++) {
        if (BSON_ITER_HOLDS_DOCUMENT(&update) && bson_iter_recurse(&update, &operator) &&
            bson_iter_find(&operator, names[next]))
            return names[next];
    }
    return NULL;
}

static bool
keeps_fields(const bson_t *operation, gpointer data)
{
    const char **out_loss = data;

    *out_loss = loss_of_update(operation, "u");
    return *out_loss == NULL;
}

static bool
deletes_one(const bson_t *operation, gpointer data)
{
    return gw_bson_get_int(operation, "limit", 0) == 1;
}

static void
lose(GwWriteFacts *facts, const char *what)
{
    facts->what = what;
    facts->loss = GW_LOSS_DATA;
}

static void
read_update(const GwWrite *write, GwWriteFacts *facts)
{
    const char *loss = NULL;

    if (!gw_write_each(write, keeps_fields, &loss))
        lose(facts, loss);
}

static void
read_find_and_modify(const GwWrite *write, GwWriteFacts *facts)
{
    const char *loss = loss_of_update(write->command, "update");

    if (gw_bson_get_bool(write->command, "remove", false))
        lose(facts, "findOneAndDelete");
    else if (loss != NULL)
        lose(facts, loss);
}

/* The server deletes what is older than the index says, by itself and whenever it likes: no journal
 * has those documents. */
static void
read_expiry(const GwWrite *write, GwWriteFacts *facts)
{
    static const char name[] = "expireAfterSeconds";
    bson_t indexes = BSON_INITIALIZER;
    bson_t index = BSON_INITIALIZER;
    bson_iter_t iter;

    if (gw_bson_has(write->command, name) ||
        (gw_bson_get_doc(write->command, "index", &index) && gw_bson_has(&index, name)))
        lose(facts, name);
    if (!gw_bson_get_doc(write->command, "indexes", &indexes) || !bson_iter_init(&iter, &indexes))
        return;
    while (bson_iter_next(&iter)) {
        if (gw_bson_get_doc(&indexes, bson_iter_key(&iter), &index) && gw_bson_has(&index, name))
            lose(facts, name);
    }
}

static void
set_namespace(char **db, char **coll, const char *ns)
{
    const char *dot = ns != NULL ? strchr(ns, '.') : NULL;

    if (dot == NULL)
        return;
    g_clear_pointer(db, g_free);
    g_clear_pointer(coll, g_free);
    *db = g_strndup(ns, (gsize)(dot - ns));
    *coll = g_strdup(dot + 1);
}

/* $out and $merge say "coll", {db, coll}, or, the latter, {into: one of both}. */
static void
set_output(GwWriteFacts *facts, const bson_t *stage, const char *key)
{
    const char *coll = gw_bson_get_str(stage, key);
    bson_t target = BSON_INITIALIZER;

    if (coll == NULL && gw_bson_get_doc(stage, key, &target)) {
        if (gw_bson_has(&target, "into")) {
            set_output(facts, &target, "into");
            return;
        }
        coll = gw_bson_get_str(&target, "coll");
        if (gw_bson_get_str(&target, "db") != NULL) {
            g_clear_pointer(&facts->db, g_free);
            facts->db = g_strdup(gw_bson_get_str(&target, "db"));
        }
    }
    if (coll == NULL)
        return;
    g_clear_pointer(&facts->coll, g_free);
    facts->coll = g_strdup(coll);
}

static void
read_aggregate(const GwWrite *write, GwWriteFacts *facts)
{
    bson_t pipeline = BSON_INITIALIZER;
    bson_iter_t stages;

    facts->loss = GW_LOSS_DATA;
    if (!gw_bson_get_doc(write->command, "pipeline", &pipeline) ||
        !bson_iter_init(&stages, &pipeline))
        return;
    while (bson_iter_next(&stages)) {
        bson_t stage = BSON_INITIALIZER;
        const uint8_t *bytes = NULL;
        uint32_t length = 0;

        if (!BSON_ITER_HOLDS_DOCUMENT(&stages))
            continue;
        bson_iter_document(&stages, &length, &bytes);
        g_assert(bson_init_static(&stage, bytes, length));
        facts->what = gw_bson_has(&stage, "$merge") ? "$merge" : "$out";
        set_output(facts, &stage, facts->what);
    }
}

/* mapReduce: {out: "coll"} or {out: {replace|merge|reduce: "coll", db: ..}}. */
static void
read_map_reduce(const GwWrite *write, GwWriteFacts *facts)
{
    static const char *const keys[] = {"out", "out.replace", "out.merge", "out.reduce"};
    const char *db = gw_bson_get_str(write->command, "out.db");

    facts->loss = GW_LOSS_DATA;
    for (guint next = 0; next < G_N_ELEMENTS(keys); next++) {
        const char *coll = gw_bson_get_str(write->command, keys[next]);

        if (coll == NULL)
            continue;
        g_clear_pointer(&facts->coll, g_free);
        facts->coll = g_strdup(coll);
    }
    if (db == NULL)
        return;
    g_clear_pointer(&facts->db, g_free);
    facts->db = g_strdup(db);
}

static void
read_rename(const GwWrite *write, GwWriteFacts *facts)
{
    facts->loss = GW_LOSS_DATA;
    set_namespace(&facts->db, &facts->coll, gw_bson_get_str(write->command, "renameCollection"));
    set_namespace(&facts->to_db, &facts->to_coll, gw_bson_get_str(write->command, "to"));
}

static void
read_kind(const GwWrite *write, GwWriteFacts *facts)
{
    switch (write->kind) {
    case GW_WRITE_UPDATE:
        read_update(write, facts);
        return;
    case GW_WRITE_DELETE:
        lose(facts, gw_write_each(write, deletes_one, NULL) ? "deleteOne" : "deleteMany");
        return;
    case GW_WRITE_SWEEP:
        if (gw_bson_get_bool(write->command, "mayLose", false))
            lose(facts, "sweep");
        return;
    case GW_WRITE_FIND_AND_MODIFY:
        read_find_and_modify(write, facts);
        return;
    case GW_WRITE_AGGREGATE:
        if (g_str_equal(facts->what, "aggregate"))
            read_aggregate(write, facts);
        else
            read_map_reduce(write, facts);
        return;
    case GW_WRITE_DROP:
        lose(facts, "drop");
        return;
    case GW_WRITE_DROP_DATABASE:
        lose(facts, "dropDatabase");
        g_clear_pointer(&facts->coll, g_free);
        return;
    case GW_WRITE_DROP_INDEXES:
        lose(facts, "dropIndexes");
        return;
    case GW_WRITE_RENAME:
        read_rename(write, facts);
        return;
    case GW_WRITE_BEYOND:
        facts->what = "a connection of its own";
        facts->loss = GW_LOSS_IRREVERSIBLE;
        if (facts->coll == NULL)
            return;
        g_clear_pointer(&facts->db, g_free);
        facts->db = g_steal_pointer(&facts->coll);
        return;
    case GW_WRITE_OTHER:
        facts->loss = GW_LOSS_IRREVERSIBLE;
        return;
    case GW_WRITE_CREATE_INDEXES:
    case GW_WRITE_COLL_MOD:
        read_expiry(write, facts);
        return;
    case GW_WRITE_INSERT:
    case GW_WRITE_CREATE:
        return;
    }
    g_assert_not_reached();
}

void
gw_write_facts_read(const GwWrite *write, GwWriteFacts *out_facts)
{
    const char *name = gw_command_name(write->command);

    *out_facts = (GwWriteFacts){.what = name, .db = g_strdup(write->db)};
    out_facts->coll = g_strdup(gw_bson_get_str(write->command, name));
    read_kind(write, out_facts);
}

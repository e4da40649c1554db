/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/build.h"

typedef struct {
    const GwSchemaWrite *schema; /* borrowed */
    bson_t *names;               /* owned: an array of those that are to be built */
} Build;

static bool
is_there(const GPtrArray *before, const char *name)
{
    for (guint index = 0; index < before->len; index++) {
        if (g_strcmp0(gw_bson_get_str(g_ptr_array_index(before, index), "name"), name) == 0)
            return true;
    }
    return false;
}

/* What was there before is none of ours to drop. */
static bson_t *
names_of(const bson_t *command, const GPtrArray *before)
{
    bson_t *names = bson_new();
    guint32 count = 0;
    bson_iter_t list;
    bson_iter_t iter;
    bson_iter_t name;

    if (!bson_iter_init_find(&list, command, "indexes") || !bson_iter_recurse(&list, &iter))
        return names;
    while (bson_iter_next(&iter)) {
        if (BSON_ITER_HOLDS_DOCUMENT(&iter) && bson_iter_recurse(&iter, &name) &&
            bson_iter_find(&name, "name") && BSON_ITER_HOLDS_UTF8(&name) &&
            !is_there(before, bson_iter_utf8(&name, NULL)))
            gw_bson_append_at(names, count++, &name);
    }
    return names;
}

/* On the thread of the pace. To drop what is being built ends its building: the server wants all
 * that are built together named together. */
static void
give_up(GwConn *conn, gpointer data)
{
    const Build *build = data;
    const GwSchemaWrite *schema = build->schema;
    g_autoptr(bson_t) command =
        BCON_NEW("dropIndexes", BCON_UTF8(schema->coll), "index", BCON_ARRAY(build->names));
    GwWrite write = {.kind = GW_WRITE_DROP_INDEXES, .db = schema->db, .command = command};
    g_auto(bson_t) reply = BSON_INITIALIZER;

    /* It may have come to its end just now: then it is taken back like everything else. */
    (void)gw_writer_apply(schema->next, conn, &write, &reply, NULL);
}

bool
gw_build_indexes(const GwSchemaWrite *schema, const GPtrArray *before, bson_t *out_reply,
                 GError **error)
{
    GwPace *pace = schema->journal->pace;
    g_autoptr(bson_t) names = names_of(schema->write->command, before);
    Build build = {.schema = schema, .names = names};
    GwPaceBuild facts = {
        .db = schema->db, .coll = schema->coll, .give_up = give_up, .data = &build};
    bool is_done = false;

    if (bson_empty(names))
        return gw_schema_hand_on(schema, out_reply, error);
    gw_pace_build_begin(pace, &facts);
    is_done = gw_schema_hand_on(schema, out_reply, error);
    gw_pace_build_end(pace);
    return is_done;
}

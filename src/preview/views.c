/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views that the dry run made: the server has none of that name, so a read of one becomes the
 * aggregation that it stands for.
 */
#include "mongo/names.h"
#include "preview/try.h"

/* Pipelines on top of each other may be this deep, as with the server. */
#define DEPTH_MAX 20

static void
append_stages(bson_t *pipeline, guint32 *count, const bson_t *stages)
{
    bson_iter_t iter;

    for (bool more = bson_iter_init(&iter, stages); more && bson_iter_next(&iter);) {

        gw_bson_append_at(pipeline, (*count)++, &iter);
    }
}

static void
append_stage(bson_t *pipeline, guint32 *count, const char *name, const bson_iter_t *value)
{
    const char *key = NULL;
    char digits[16];
    bson_t stage = BSON_INITIALIZER;

    bson_uint32_to_string((*count)++, &key, digits, sizeof digits);
    bson_append_document_begin(pipeline, key, -1, &stage);
    bson_append_iter(&stage, name, -1, value);
    bson_append_document_end(pipeline, &stage);
}

/* What a find asks for, as stages. */
static void
append_find(bson_t *pipeline, guint32 *count, const bson_t *find)
{
    static const char *const pairs[][2] = {{"filter", "$match"},
                                           {"sort", "$sort"},
                                           {"skip", "$skip"},
                                           {"limit", "$limit"},
                                           {"projection", "$project"}};

    for (guint next = 0; next < G_N_ELEMENTS(pairs); next++) {
        bson_iter_t value;
        bson_t inside = BSON_INITIALIZER;

        if (!bson_iter_init_find(&value, find, pairs[next][0]))
            continue;
        if (gw_bson_get_doc(find, pairs[next][0], &inside)
                ? bson_empty(&inside)
                : gw_bson_get_int(find, pairs[next][0], 0) == 0)
            continue;
        append_stage(pipeline, count, pairs[next][1], &value);
    }
}

static bson_t *
unfold(const GwPlace *view, const bson_t *command)
{
    bson_t *aggregate = BCON_NEW("aggregate", BCON_UTF8(gw_bson_get_str(view->options, "viewOn")));
    bool is_find = g_str_equal(gw_command_name(command), "find");
    bson_t pipeline = BSON_INITIALIZER;
    bson_t stages = BSON_INITIALIZER;
    guint32 count = 0;
    gint64 batch_size = gw_bson_get_int(command, is_find ? "batchSize" : "cursor.batchSize", 0);

    bson_append_array_begin(aggregate, "pipeline", -1, &pipeline);
    if (gw_bson_get_doc(view->options, "pipeline", &stages))
        append_stages(&pipeline, &count, &stages);
    if (is_find)
        append_find(&pipeline, &count, command);
    else if (gw_bson_get_doc(command, "pipeline", &stages))
        append_stages(&pipeline, &count, &stages);
    bson_append_array_end(aggregate, &pipeline);
    if (batch_size > 0)
        BCON_APPEND(aggregate, "cursor", "{", "batchSize", BCON_INT64(batch_size), "}");
    else
        BCON_APPEND(aggregate, "cursor", "{", "}");
    return aggregate;
}

static const GwPlace *
new_view_of(GwOverlay *overlay, const char *db, const bson_t *command)
{
    const char *name = gw_command_name(command);
    const char *coll = gw_bson_get_str(command, name);
    const GwPlace *place = NULL;

    if (coll == NULL || (!g_str_equal(name, "find") && !g_str_equal(name, "aggregate")))
        return NULL;
    place = gw_overlay_known(overlay, db, coll);
    return place != NULL && place->is_new && place->kind == GW_COLL_VIEW ? place : NULL;
}

bson_t *
gw_views_unfold(GwOverlay *overlay, const char *db, const bson_t *command)
{
    bson_t *unfolded = bson_copy(command);

    for (guint depth = 0; depth < DEPTH_MAX; depth++) {
        const GwPlace *view = new_view_of(overlay, db, unfolded);
        g_autoptr(bson_t) old = view != NULL ? g_steal_pointer(&unfolded) : NULL;

        if (view == NULL)
            break;
        unfolded = unfold(view, old);
    }
    return unfolded;
}

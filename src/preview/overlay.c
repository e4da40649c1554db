/* SPDX-License-Identifier: Apache-2.0 */
#include "preview/overlay.h"

struct GwOverlay {
    GwConn *conn;       /* borrowed: outlives the overlay */
    GHashTable *places; /* owned: "db.name" -> owned GwPlace */
    guint scratch;      /* names given away so far */
};

static void
place_free(gpointer data)
{
    GwPlace *place = data;

    g_free(place->db);
    g_free(place->name);
    g_free(place->real_db);
    g_free(place->real);
    g_clear_pointer(&place->options, bson_destroy);
    g_clear_pointer(&place->indexes, g_ptr_array_unref);
    g_free(place);
}

GwOverlay *
gw_overlay_new(GwConn *conn)
{
    GwOverlay *overlay = g_new0(GwOverlay, 1);

    overlay->conn = conn;
    overlay->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, place_free);
    return overlay;
}

void
gw_overlay_free(GwOverlay *overlay)
{
    if (overlay == NULL)
        return;
    g_hash_table_unref(overlay->places);
    g_free(overlay);
}

char *
gw_overlay_scratch(GwOverlay *overlay)
{
    return g_strdup_printf("godwit_dry_run.%u", ++overlay->scratch);
}

static GwPlace *
load(GwOverlay *overlay, const char *db, const char *name, GError **error)
{
    g_autoptr(GwCollInfo) info = gw_catalog_get(overlay->conn, db, name, error);
    GwPlace *place = NULL;

    if (info == NULL)
        return NULL;
    place = g_new0(GwPlace, 1);
    place->db = g_strdup(db);
    place->name = g_strdup(name);
    place->real_db = g_strdup(db);
    place->real = g_strdup(name);
    place->kind = info->kind;
    place->is_capped = info->is_capped;
    place->options = g_steal_pointer(&info->options);
    place->indexes = g_steal_pointer(&info->indexes);
    return place;
}

GwPlace *
gw_overlay_place(GwOverlay *overlay, const char *db, const char *name, GError **error)
{
    g_autofree char *key = g_strconcat(db, ".", name, NULL);
    GwPlace *place = g_hash_table_lookup(overlay->places, key);

    if (place != NULL)
        return place;
    place = load(overlay, db, name, error);
    if (place != NULL)
        g_hash_table_insert(overlay->places, g_steal_pointer(&key), place);
    return place;
}

const GwPlace *
gw_overlay_known(GwOverlay *overlay, const char *db, const char *name)
{
    g_autofree char *key = g_strconcat(db, ".", name, NULL);

    return g_hash_table_lookup(overlay->places, key);
}

/* What every collection has. */
static GPtrArray *
new_indexes(GwCollKind kind)
{
    GPtrArray *indexes = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);

    if (kind == GW_COLL_PLAIN)
        g_ptr_array_add(indexes, BCON_NEW("v", BCON_INT32(2), "key", "{", "_id", BCON_INT32(1), "}",
                                          "name", BCON_UTF8("_id_")));
    return indexes;
}

void
gw_overlay_make(GwOverlay *overlay, GwPlace *place, GwCollKind kind, const bson_t *options)
{
    g_clear_pointer(&place->options, bson_destroy);
    g_clear_pointer(&place->indexes, g_ptr_array_unref);
    place->kind = kind;
    place->options = options != NULL ? bson_copy(options) : NULL;
    place->indexes = new_indexes(kind);
    place->is_capped = options != NULL && gw_bson_get_bool(options, "capped", false);
    place->is_new = true;
    place->is_touched = false;
}

/* Its name stands for nothing now, and whatever is made under it is another collection. */
static void
empty(GwOverlay *overlay, GwPlace *place)
{
    g_clear_pointer(&place->options, bson_destroy);
    g_clear_pointer(&place->indexes, g_ptr_array_unref);
    g_clear_pointer(&place->real, g_free);
    g_clear_pointer(&place->real_db, g_free);
    place->real = gw_overlay_scratch(overlay);
    place->real_db = g_strdup(place->db);
    place->kind = GW_COLL_NONE;
    place->is_new = place->is_touched = place->is_capped = false;
}

void
gw_overlay_drop(GwOverlay *overlay, GwPlace *place)
{
    empty(overlay, place);
}

void
gw_overlay_rename(GwOverlay *overlay, GwPlace *from, GwPlace *to)
{
    empty(overlay, to);
    g_clear_pointer(&to->real, g_free);
    g_clear_pointer(&to->real_db, g_free);
    g_clear_pointer(&to->indexes, g_ptr_array_unref);
    to->real = g_steal_pointer(&from->real);
    to->real_db = g_steal_pointer(&from->real_db);
    to->options = g_steal_pointer(&from->options);
    to->indexes = g_steal_pointer(&from->indexes);
    to->kind = from->kind;
    to->is_new = from->is_new;
    to->is_touched = from->is_touched;
    to->is_capped = from->is_capped;
    empty(overlay, from);
}

void
gw_overlay_forget(GwOverlay *overlay, gconstpointer owner)
{
    GHashTableIter iter;
    gpointer value = NULL;

    g_hash_table_iter_init(&iter, overlay->places);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        GwPlace *place = value;

        if (place->owner != owner)
            continue;
        place->owner = NULL;
        empty(overlay, place);
    }
}

static void
add_new_names(GwOverlay *overlay, const char *db, GPtrArray *names)
{
    GHashTableIter iter;
    gpointer value = NULL;

    g_hash_table_iter_init(&iter, overlay->places);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const GwPlace *place = value;

        if (place->kind != GW_COLL_NONE && g_str_equal(place->db, db) &&
            !g_ptr_array_find_with_equal_func(names, place->name, g_str_equal, NULL))
            g_ptr_array_add(names, g_strdup(place->name));
    }
}

GPtrArray *
gw_overlay_list(GwOverlay *overlay, const char *db, GError **error)
{
    g_autoptr(GPtrArray) infos = gw_catalog_list(overlay->conn, db, error);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    if (infos == NULL)
        return NULL;
    for (guint next = 0; next < infos->len; next++) {
        const GwCollInfo *info = g_ptr_array_index(infos, next);
        g_autofree char *key = g_strconcat(db, ".", info->name, NULL);
        const GwPlace *place = g_hash_table_lookup(overlay->places, key);

        if (place == NULL || place->kind != GW_COLL_NONE)
            g_ptr_array_add(names, g_strdup(info->name));
    }
    add_new_names(overlay, db, names);
    return g_steal_pointer(&names);
}

/* The real name of `name`, where it is another one; NULL otherwise. */
static const char *
moved_name(GwOverlay *overlay, const char *db, const char *name)
{
    g_autofree char *key = g_strconcat(db, ".", name, NULL);
    const GwPlace *place = g_hash_table_lookup(overlay->places, key);

    return place != NULL && !g_str_equal(place->real, name) ? place->real : NULL;
}

/* Where stages name other collections: $lookup, $graphLookup, $unionWith. */
static bool
names_collection(const char *key)
{
    return g_str_equal(key, "from") || g_str_equal(key, "coll") || g_str_equal(key, "$unionWith");
}

static void
copy_renamed(GwOverlay *overlay, const char *db, bson_iter_t *from, bson_t *to)
{
    while (bson_iter_next(from)) {
        const char *key = bson_iter_key(from);
        const char *name = BSON_ITER_HOLDS_UTF8(from) && names_collection(key)
                               ? moved_name(overlay, db, bson_iter_utf8(from, NULL))
                               : NULL;
        bson_iter_t inside;
        bson_t child = BSON_INITIALIZER;

        if (name != NULL) {
            bson_append_utf8(to, key, -1, name, -1);
        } else if (BSON_ITER_HOLDS_DOCUMENT(from) && bson_iter_recurse(from, &inside)) {
            bson_append_document_begin(to, key, -1, &child);
            copy_renamed(overlay, db, &inside, &child);
            bson_append_document_end(to, &child);
        } else if (BSON_ITER_HOLDS_ARRAY(from) && bson_iter_recurse(from, &inside)) {
            bson_append_array_begin(to, key, -1, &child);
            copy_renamed(overlay, db, &inside, &child);
            bson_append_array_end(to, &child);
        } else {
            bson_append_iter(to, NULL, 0, from);
        }
    }
}

static void
append_pipeline(GwOverlay *overlay, const char *db, const bson_iter_t *pipeline, bson_t *out)
{
    bson_iter_t stages;
    bson_t array = BSON_INITIALIZER;

    if (!bson_iter_recurse(pipeline, &stages))
        return;
    bson_append_array_begin(out, "pipeline", -1, &array);
    copy_renamed(overlay, db, &stages, &array);
    bson_append_array_end(out, &array);
}

static bool
is_left_out(const char *key)
{
    static const char *const names[] = {"readConcern", "writeConcern", "$readPreference", NULL};

    return g_strv_contains(names, key);
}

bson_t *
gw_overlay_rewrite(GwOverlay *overlay, const char *db, const bson_t *command, char **out_db,
                   GError **error)
{
    g_autoptr(bson_t) changed = bson_new();
    const GwPlace *place = NULL;
    bool is_first = true;
    bson_iter_t iter;

    *out_db = NULL;
    for (bool more = bson_iter_init(&iter, command); more && bson_iter_next(&iter);
         is_first = false) {
        const char *key = bson_iter_key(&iter);

        if (is_left_out(key))
            continue;
        if (is_first && BSON_ITER_HOLDS_UTF8(&iter)) {
            place = gw_overlay_place(overlay, db, bson_iter_utf8(&iter, NULL), error);
            if (place == NULL)
                return NULL;
            bson_append_utf8(changed, key, -1, place->real, -1);
        } else if (g_str_equal(key, "pipeline") && BSON_ITER_HOLDS_ARRAY(&iter)) {
            append_pipeline(overlay, db, &iter, changed);
        } else {
            bson_append_iter(changed, NULL, 0, &iter);
        }
    }
    *out_db = g_strdup(place != NULL ? place->real_db : db);
    return g_steal_pointer(&changed);
}

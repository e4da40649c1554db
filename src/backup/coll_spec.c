/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/coll_spec.h"

#include "backup/extjson.h"

void
gw_coll_spec_clear(GwCollSpec *spec)
{
    g_clear_pointer(&spec->options, bson_destroy);
    g_clear_pointer(&spec->indexes, g_ptr_array_unref);
}

const char *
gw_coll_spec_type(GwCollKind kind)
{
    if (kind == GW_COLL_VIEW)
        return "view";
    return kind == GW_COLL_TIME_SERIES ? "timeseries" : "collection";
}

bson_t *
gw_coll_spec_exact(const GwCollInfo *info)
{
    g_autoptr(bson_t) none = bson_new();
    bson_t *exact = bson_new();
    bson_t indexes = BSON_INITIALIZER;

    BSON_APPEND_DOCUMENT(exact, "options", info->options != NULL ? info->options : none);
    BSON_APPEND_ARRAY_BEGIN(exact, "indexes", &indexes);
    for (guint index = 0; info->indexes != NULL && index < info->indexes->len; index++) {
        gw_bson_append_doc_at(&indexes, index, g_ptr_array_index(info->indexes, index));
    }
    bson_append_array_end(exact, &indexes);
    return exact;
}

/* As mongodump writes it: 32 hex digits. Owned. */
static char *
uuid_text(const GwCollInfo *info)
{
    GString *text = g_string_new(NULL);
    bson_iter_t iter;

    if (info->uuid != NULL && bson_iter_init_find(&iter, info->uuid, "uuid") &&
        BSON_ITER_HOLDS_BINARY(&iter)) {
        const guint8 *bytes = NULL;
        guint32 size = 0;

        bson_iter_binary(&iter, NULL, &size, &bytes);
        for (guint32 at = 0; at < size; at++)
            g_string_append_printf(text, "%02x", bytes[at]);
    }
    return g_string_free(text, FALSE);
}

char *
gw_coll_spec_json(const GwCollInfo *info)
{
    g_autoptr(bson_t) doc = gw_coll_spec_exact(info);
    g_autofree char *uuid = uuid_text(info);
    g_autoptr(GwBsonStr) json = NULL;

    if (uuid[0] != '\0')
        BSON_APPEND_UTF8(doc, "uuid", uuid);
    BSON_APPEND_UTF8(doc, "collectionName", info->name);
    BSON_APPEND_UTF8(doc, "type", gw_coll_spec_type(info->kind));
    json = bson_as_canonical_extended_json(doc, NULL);
    return g_strdup(json);
}

static void
take_indexes(const bson_t *doc, GPtrArray *indexes)
{
    bson_t array = BSON_INITIALIZER;
    bson_iter_t iter;

    if (!gw_bson_get_doc(doc, "indexes", &array) || !bson_iter_init(&iter, &array))
        return;
    while (bson_iter_next(&iter)) {
        const guint8 *bytes = NULL;
        guint32 size = 0;
        bson_t view = BSON_INITIALIZER;

        if (!BSON_ITER_HOLDS_DOCUMENT(&iter))
            continue;
        bson_iter_document(&iter, &size, &bytes);
        if (bson_init_static(&view, bytes, size))
            g_ptr_array_add(indexes, bson_copy(&view));
    }
}

static bson_t *
read_doc(const GwArchiveColl *coll, GError **error)
{
    bson_t *doc = NULL;

    if (coll->exact != NULL)
        return bson_copy(coll->exact);
    if (coll->metadata == NULL || coll->metadata[0] == '\0')
        return bson_new();
    doc = gw_extjson_read(coll->metadata, error);
    if (doc == NULL)
        gw_prefix(error, "reading what the backup says of '%s.%s'", coll->db, coll->coll);
    return doc;
}

bool
gw_coll_spec_read(const GwArchiveColl *coll, GwCollSpec *out_spec, GError **error)
{
    g_autoptr(bson_t) doc = read_doc(coll, error);
    bson_t options = BSON_INITIALIZER;

    if (doc == NULL)
        return false;
    out_spec->options =
        gw_bson_get_doc(doc, "options", &options) ? bson_copy(&options) : bson_new();
    out_spec->indexes = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    take_indexes(doc, out_spec->indexes);
    return true;
}

/* Those come with the collection. */
static bool
is_built_in(const bson_t *index)
{
    return g_strcmp0(gw_bson_get_str(index, "name"), "_id_") == 0 ||
           gw_bson_get_bool(index, "clustered", false);
}

GPtrArray *
gw_coll_spec_new_indexes(const GwCollSpec *spec)
{
    GPtrArray *indexes = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    bool has_collation = gw_bson_has(spec->options, "collation");

    for (guint next = 0; next < spec->indexes->len; next++) {
        const bson_t *old = g_ptr_array_index(spec->indexes, next);
        g_autoptr(bson_t) index = NULL;

        if (is_built_in(old))
            continue;
        index = gw_catalog_index_to_make(old);
        /* Where an index has none, the collection's would become its own. */
        if (has_collation && !gw_bson_has(index, "collation"))
            BCON_APPEND(index, "collation", "{", "locale", BCON_UTF8("simple"), "}");
        g_ptr_array_add(indexes, g_steal_pointer(&index));
    }
    return indexes;
}

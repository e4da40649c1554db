/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/catalog.h"

#include "mongo/reader.h"

#define NAMESPACE_NOT_FOUND 26

void
gw_coll_info_free(GwCollInfo *info)
{
    if (info == NULL)
        return;
    g_free(info->name);
    g_clear_pointer(&info->options, bson_destroy);
    g_clear_pointer(&info->uuid, bson_destroy);
    g_clear_pointer(&info->indexes, g_ptr_array_unref);
    g_free(info);
}

static GwCollKind
kind_of(const bson_t *doc)
{
    const char *type = gw_bson_get_str(doc, "type");

    if (g_strcmp0(type, "view") == 0)
        return GW_COLL_VIEW;
    return g_strcmp0(type, "timeseries") == 0 ? GW_COLL_TIME_SERIES : GW_COLL_PLAIN;
}

static GwCollInfo *
info_of(const bson_t *doc)
{
    GwCollInfo *info = g_new0(GwCollInfo, 1);
    bson_t options = BSON_INITIALIZER;
    bson_iter_t top;
    bson_iter_t uuid;

    info->name = g_strdup(gw_bson_get_str(doc, "name"));
    info->kind = kind_of(doc);
    if (gw_bson_get_doc(doc, "options", &options)) {
        info->options = bson_copy(&options);
        info->is_capped = gw_bson_get_bool(&options, "capped", false);
    }
    if (bson_iter_init(&top, doc) && bson_iter_find_descendant(&top, "info.uuid", &uuid)) {
        info->uuid = bson_new();
        bson_append_iter(info->uuid, "uuid", -1, &uuid);
    }
    return info;
}

static GPtrArray *
list(GwConn *conn, const char *db, const bson_t *filter, GError **error)
{
    g_autoptr(bson_t) command =
        BCON_NEW("listCollections", BCON_INT32(1), "filter", BCON_DOCUMENT(filter));
    g_autoptr(GwReader) reader = gw_reader_new(conn, db, command, NULL);
    g_autoptr(GPtrArray) docs = gw_reader_all(reader, error);
    g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func((GDestroyNotify)gw_coll_info_free);

    if (docs == NULL) {
        gw_prefix(error, "listing the collections of '%s'", db);
        return NULL;
    }
    for (guint next = 0; next < docs->len; next++)
        g_ptr_array_add(infos, info_of(g_ptr_array_index(docs, next)));
    return g_steal_pointer(&infos);
}

static bool
is_system(gconstpointer element)
{
    const GwCollInfo *info = element;

    return g_str_has_prefix(info->name, "system.");
}

GPtrArray *
gw_catalog_list(GwConn *conn, const char *db, GError **error)
{
    g_auto(bson_t) all = BSON_INITIALIZER;
    g_autoptr(GPtrArray) infos = list(conn, db, &all, error);

    if (infos == NULL)
        return NULL;
    for (guint next = infos->len; next > 0; next--) {
        if (is_system(g_ptr_array_index(infos, next - 1)))
            g_ptr_array_remove_index(infos, next - 1);
    }
    return g_steal_pointer(&infos);
}

GPtrArray *
gw_catalog_indexes(GwConn *conn, const char *db, const char *coll, GError **error)
{
    g_autoptr(bson_t) command = BCON_NEW("listIndexes", BCON_UTF8(coll));
    g_autoptr(GwReader) reader = gw_reader_new(conn, db, command, NULL);
    g_autoptr(GError) failure = NULL;
    GPtrArray *indexes = gw_reader_all(reader, &failure);

    if (indexes != NULL)
        return indexes;
    if (gw_error_info(failure) != NULL &&
        gw_error_info(failure)->server_code == NAMESPACE_NOT_FOUND)
        return g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    g_propagate_prefixed_error(error, g_steal_pointer(&failure),
                               "listing the indexes of '%s.%s': ", db, coll);
    return NULL;
}

GwCollInfo *
gw_catalog_get(GwConn *conn, const char *db, const char *coll, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("name", BCON_UTF8(coll));
    g_autoptr(GPtrArray) found = list(conn, db, filter, error);
    g_autoptr(GwCollInfo) info = NULL;

    if (found == NULL)
        return NULL;
    if (found->len == 0) {
        info = g_new0(GwCollInfo, 1);
        info->name = g_strdup(coll);
        return g_steal_pointer(&info);
    }
    info = g_ptr_array_steal_index(found, 0);
    if (info->kind == GW_COLL_VIEW)
        return g_steal_pointer(&info);
    info->indexes = gw_catalog_indexes(conn, db, coll, error);
    return info->indexes != NULL ? g_steal_pointer(&info) : NULL;
}

/* Append the fields of a text index in the place of what the server makes of them. */
static void
append_text_key(const bson_iter_t *key, const bson_t *weights, bson_t *index)
{
    bson_t fields = BSON_INITIALIZER;
    bson_iter_t field;
    bson_iter_t weight;

    bson_append_document_begin(index, "key", -1, &fields);
    if (bson_iter_recurse(key, &field)) {
        while (bson_iter_next(&field)) {
            if (g_str_equal(bson_iter_key(&field), "_fts") && bson_iter_init(&weight, weights)) {
                while (bson_iter_next(&weight))
                    BSON_APPEND_UTF8(&fields, bson_iter_key(&weight), "text");
            } else if (!g_str_equal(bson_iter_key(&field), "_ftsx")) {
                bson_append_iter(&fields, NULL, 0, &field);
            }
        }
    }
    bson_append_document_end(index, &fields);
}

/* Without the namespace that servers before 4.4 put in. Those of today take a text index as they
 * tell it, but not one that expires: for that it has two fields. */
bson_t *
gw_catalog_index_to_make(const bson_t *index)
{
    bson_t *made = bson_new();
    bson_t weights = BSON_INITIALIZER;
    bson_iter_t iter;
    bool is_text = gw_bson_has_field(index, "expireAfterSeconds") &&
                   gw_bson_has(index, "key._fts") && gw_bson_get_doc(index, "weights", &weights);

    if (bson_iter_init(&iter, index)) {
        while (bson_iter_next(&iter)) {
            if (is_text && g_str_equal(bson_iter_key(&iter), "key"))
                append_text_key(&iter, &weights, made);
            else if (!g_str_equal(bson_iter_key(&iter), "ns"))
                bson_append_iter(made, NULL, 0, &iter);
        }
    }
    return made;
}

bool
gw_catalog_has_unique(const GwCollInfo *info)
{
    for (guint index = 0; info->indexes != NULL && index < info->indexes->len; index++) {
        if (gw_bson_get_bool(g_ptr_array_index(info->indexes, index), "unique", false))
            return true;
    }
    return false;
}

bool
gw_catalog_has_collation(const GwCollInfo *info)
{
    return info->options != NULL && bson_has_field(info->options, "collation");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/entry.h"

#include "journal/blob.h"

/* A document has room for 16 MiB. */
#define PART_BYTES (12 * 1024 * 1024)

static const char *const kind_names[] = {
    [GW_ENTRY_DOCS] = "docs",       [GW_ENTRY_CREATE] = "create",
    [GW_ENTRY_DROP] = "drop",       [GW_ENTRY_RENAME] = "rename",
    [GW_ENTRY_INDEXES] = "indexes", [GW_ENTRY_OPTIONS] = "options",
    [GW_ENTRY_OUTPUT] = "output",   [GW_ENTRY_IRREVERSIBLE] = "irreversible",
};

GwEntry *
gw_entry_new(const bson_oid_t *job, GwEntryKind kind, const char *db, const char *coll)
{
    GwEntry *entry = g_new0(GwEntry, 1);

    entry->job = *job;
    entry->kind = kind;
    entry->db = g_strdup(db);
    entry->coll = g_strdup(coll);
    entry->parts = 1;
    return entry;
}

void
gw_entry_free(GwEntry *entry)
{
    if (entry == NULL)
        return;
    g_free(entry->db);
    g_free(entry->coll);
    g_clear_pointer(&entry->facts, bson_destroy);
    g_clear_pointer(&entry->trace, bson_destroy);
    g_clear_pointer(&entry->data, g_byte_array_unref);
    g_free(entry);
}

char *
gw_entry_ns(const GwEntry *entry)
{
    return g_strdup_printf("%s.%s", entry->db, entry->coll);
}

char *
gw_entry_new_ns(const GwEntry *entry)
{
    return g_strdup_printf("%s.%s", gw_bson_get_str(entry->facts, "toDb"),
                           gw_bson_get_str(entry->facts, "toColl"));
}

guint
gw_entry_part_count(const GwEntry *entry)
{
    gsize bytes = entry->data != NULL ? entry->data->len : 0;

    return bytes == 0 ? 1 : (guint)((bytes + PART_BYTES - 1) / PART_BYTES);
}

static void
append_head(const GwEntry *entry, bson_t *doc)
{
    BCON_APPEND(
        doc, "op", BCON_INT64(entry->op), "parts", BCON_INT32((int32_t)gw_entry_part_count(entry)),
        "kind", BCON_UTF8(kind_names[entry->kind]), "db", BCON_UTF8(entry->db), "count",
        BCON_INT64(entry->count), "bytes", BCON_INT64(entry->data != NULL ? entry->data->len : 0));
    if (entry->is_unsure)
        BSON_APPEND_BOOL(doc, "unsure", true);
    if (entry->coll != NULL)
        BSON_APPEND_UTF8(doc, "coll", entry->coll);
    if (entry->facts != NULL)
        BSON_APPEND_DOCUMENT(doc, "facts", entry->facts);
    if (entry->trace != NULL)
        BSON_APPEND_DOCUMENT(doc, "trace", entry->trace);
}

bson_t *
gw_entry_part(const GwEntry *entry, guint part)
{
    bson_t *doc = BCON_NEW("job", BCON_OID(&entry->job), "seq", BCON_INT64(entry->seq), "part",
                           BCON_INT32((int32_t)part));
    gsize begin = (gsize)part * PART_BYTES;

    if (part == 0)
        append_head(entry, doc);
    if (entry->data != NULL)
        BSON_APPEND_BINARY(doc, "data", BSON_SUBTYPE_BINARY, entry->data->data + begin,
                           (uint32_t)MIN(PART_BYTES, entry->data->len - begin));
    return doc;
}

static bool
kind_of_name(const char *name, GwEntryKind *out_kind)
{
    for (guint kind = 0; kind < G_N_ELEMENTS(kind_names); kind++) {
        if (g_strcmp0(name, kind_names[kind]) != 0)
            continue;
        *out_kind = (GwEntryKind)kind;
        return true;
    }
    return false;
}

static bool
throw_damaged(gint64 seq, const char *why, GError **error)
{
    gw_throw(error, GW_ERROR_FAILED, "entry %" G_GINT64_FORMAT " of the journal %s", seq, why);
    return gw_hint(error, "Nothing was undone. The journal in '" GW_JOURNAL_COLLECTION
                          "' was changed by somebody; a backup, or the file's own down(), is what "
                          "is left.");
}

static GwEntry *
entry_of(const bson_oid_t *job, const bson_t *doc, GError **error)
{
    gint64 seq = gw_bson_get_int(doc, "seq", 0);
    const char *db = gw_bson_get_str(doc, "db");
    GwEntryKind kind = GW_ENTRY_DOCS;
    GwEntry *entry = NULL;

    if (db == NULL || !kind_of_name(gw_bson_get_str(doc, "kind"), &kind)) {
        throw_damaged(seq, "is not one that this godwit knows", error);
        return NULL;
    }
    entry = gw_entry_new(job, kind, db, gw_bson_get_str(doc, "coll"));
    entry->seq = seq;
    entry->op = gw_bson_get_int(doc, "op", 0);
    entry->is_undone = gw_bson_get_bool(doc, "undone", false);
    entry->is_unsure = gw_bson_get_bool(doc, "unsure", false);
    entry->count = gw_bson_get_int(doc, "count", 0);
    entry->parts = gw_bson_get_int(doc, "parts", 1);
    entry->bytes = gw_bson_get_int(doc, "bytes", 0);
    entry->facts = gw_bson_copy_doc(doc, "facts");
    entry->trace = gw_bson_copy_doc(doc, "trace");
    return entry;
}

GPtrArray *
gw_entry_list(GwColl *journal, const bson_oid_t *job, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("job", BCON_OID(job), "part", BCON_INT32(0));
    g_autoptr(bson_t) options = BCON_NEW("projection", "{", "data", BCON_INT32(0), "}", "sort", "{",
                                         "seq", BCON_INT32(-1), "}");
    g_autoptr(GPtrArray) docs = gw_coll_find(journal, filter, options, error);
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)gw_entry_free);

    if (docs == NULL)
        return NULL;
    for (guint index = 0; index < docs->len; index++) {
        GwEntry *entry = entry_of(job, g_ptr_array_index(docs, index), error);

        if (entry == NULL)
            return NULL;
        g_ptr_array_add(entries, entry);
    }
    return g_steal_pointer(&entries);
}

static bson_t *
filter_of(const GwEntry *entry)
{
    return BCON_NEW("job", BCON_OID(&entry->job), "seq", BCON_INT64(entry->seq));
}

/* The data of all parts, one behind the other. Owned. */
static GByteArray *
join_parts(GwColl *journal, const GwEntry *entry, GError **error)
{
    g_autoptr(bson_t) filter = filter_of(entry);
    g_autoptr(bson_t) options = BCON_NEW("sort", "{", "part", BCON_INT32(1), "}");
    g_autoptr(GPtrArray) docs = gw_coll_find(journal, filter, options, error);
    g_autoptr(GByteArray) data = g_byte_array_new();

    if (docs == NULL)
        return NULL;
    if (docs->len != entry->parts) {
        throw_damaged(entry->seq, "is not whole", error);
        return NULL;
    }
    for (guint part = 0; part < docs->len; part++) {
        bson_subtype_t subtype = BSON_SUBTYPE_BINARY;
        const uint8_t *bytes = NULL;
        uint32_t length = 0;
        bson_iter_t iter;

        if (!bson_iter_init_find(&iter, g_ptr_array_index(docs, part), "data") ||
            !BSON_ITER_HOLDS_BINARY(&iter)) {
            throw_damaged(entry->seq, "has lost its data", error);
            return NULL;
        }
        bson_iter_binary(&iter, &subtype, &length, &bytes);
        g_byte_array_append(data, bytes, length);
    }
    return g_steal_pointer(&data);
}

GPtrArray *
gw_entry_records(GwColl *journal, const GwEntry *entry, GError **error)
{
    g_autoptr(GByteArray) data = join_parts(journal, entry, error);
    g_autoptr(GPtrArray) records = NULL;
    g_autoptr(GError) failure = NULL;

    if (data == NULL)
        return NULL;
    records = gw_blob_open(data->data, data->len, &failure);
    if (records == NULL) {
        throw_damaged(entry->seq, failure->message, error);
        return NULL;
    }
    if (records->len != entry->count) {
        throw_damaged(entry->seq, "does not hold as many documents as it says", error);
        return NULL;
    }
    return g_steal_pointer(&records);
}

static bson_t *
head_filter_of(const GwEntry *entry)
{
    return BCON_NEW("job", BCON_OID(&entry->job), "seq", BCON_INT64(entry->seq), "part",
                    BCON_INT32(0));
}

bool
gw_entry_mark_undone(GwColl *journal, const GwEntry *entry, GError **error)
{
    g_autoptr(bson_t) filter = head_filter_of(entry);
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "undone", BCON_BOOL(true), "}");

    return gw_coll_update_one(journal, filter, update, NULL, error);
}

void
gw_entry_append_undone(bson_t *updates, guint32 index, const GwEntry *entry)
{
    g_autoptr(bson_t) filter = head_filter_of(entry);
    g_autoptr(bson_t) update = BCON_NEW("q", BCON_DOCUMENT(filter), "u", "{", "$set", "{", "undone",
                                        BCON_BOOL(true), "}", "}");
    gw_bson_append_doc_at(updates, index, update);
}

bool
gw_entry_remove(GwColl *journal, const GwEntry *entry, GError **error)
{
    g_autoptr(bson_t) filter = filter_of(entry);

    return gw_coll_delete_many(journal, filter, NULL, error);
}

bool
gw_entry_set_facts(GwColl *journal, const GwEntry *entry, GError **error)
{
    g_autoptr(bson_t) filter = head_filter_of(entry);
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "facts", BCON_DOCUMENT(entry->facts), "}");

    return gw_coll_update_one(journal, filter, update, NULL, error);
}

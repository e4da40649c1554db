/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/archive_reader.h"

#include <string.h>

#include "backup/archive.h"
#include "backup/crc64.h"
#include "base/text.h"

#define DOC_BYTES_MIN 5

typedef struct {
    GwSource *source;      /* borrowed */
    const char *path;      /* borrowed */
    GwArchiveFacts *facts; /* borrowed */
    GHashTable *by_name;   /* owned: "db.coll" -> borrowed GwArchiveColl */
    guint8 *item;          /* owned: the document read last */
    gsize item_size;       /* of it; 0 = it was a terminator */
    GwArchiveColl *coll;   /* borrowed: whose block is read; NULL = none */
    GwArchiveDocFunc func;
    gpointer data; /* borrowed: of func */
    gint64 offset; /* in the decompressed archive: where the last item began */
    gint64 next;   /* the same: where the next begins */
    bool is_own;   /* godwit wrote it: nothing may be otherwise than godwit writes it */
} Reading;

static void
reading_clear(Reading *reading)
{
    g_clear_pointer(&reading->by_name, g_hash_table_unref);
    g_clear_pointer(&reading->item, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)

static void
coll_free(gpointer data)
{
    GwArchiveColl *coll = data;

    g_free(coll->db);
    g_free(coll->coll);
    g_free(coll->metadata);
    g_free(coll->type);
    g_clear_pointer(&coll->exact, bson_destroy);
    g_free(coll);
}

void
gw_archive_facts_clear(GwArchiveFacts *facts)
{
    g_clear_pointer(&facts->colls, g_ptr_array_unref);
    g_clear_pointer(&facts->head, bson_destroy);
}

static bool
throw_damaged(const Reading *reading, const char *reason, GError **error)
{
    g_autofree char *shown = gw_text_shown(reading->path);
    g_autofree char *where =
        reading->coll != NULL
            ? g_strdup_printf(" (collection '%s.%s')", reading->coll->db, reading->coll->coll)
            : g_strdup("");

    gw_throw(error, GW_ERROR_IO,
             "'%s' is damaged at byte %" G_GINT64_FORMAT " of the archive%s: %s", shown,
             reading->offset, where, reason);
    return gw_hint(error, "Nothing was changed. Use another backup.");
}

static bool
read_bytes(Reading *reading, void *out, gsize size, gsize *out_count, GError **error)
{
    if (!gw_source_read(reading->source, out, size, out_count, error))
        return reading->coll != NULL &&
               gw_prefix(error, "in '%s.%s'", reading->coll->db, reading->coll->coll);
    reading->next += (gint64)*out_count;
    return true;
}

/* Read a document or a terminator. At the end of the archive `out_is_end` is true. */
static bool
read_item(Reading *reading, bool *out_is_end, GError **error)
{
    guint32 size = 0;
    gsize count = 0;

    reading->offset = reading->next;
    if (!read_bytes(reading, &size, sizeof size, &count, error))
        return false;
    *out_is_end = count == 0;
    reading->item_size = 0;
    if (count == 0)
        return true;
    if (count < sizeof size)
        return throw_damaged(reading, "it ends in the middle of a length", error);
    size = GUINT32_FROM_LE(size);
    if (size == GW_ARCHIVE_TERMINATOR)
        return true;
    if (size < DOC_BYTES_MIN || size > GW_ARCHIVE_DOC_BYTES_MAX)
        return throw_damaged(reading, "the length of a document cannot be right", error);
    reading->item_size = size;
    size = GUINT32_TO_LE(size);
    memcpy(reading->item, &size, sizeof size);
    if (!read_bytes(reading, reading->item + sizeof size, reading->item_size - sizeof size, &count,
                    error))
        return false;
    if (count < reading->item_size - sizeof size)
        return throw_damaged(reading, "it ends in the middle of a document", error);
    return reading->item[reading->item_size - 1] == 0 ||
           throw_damaged(reading, "a document does not end as one", error);
}

/* As read_item, where the archive must not end. */
static bool
need_item(Reading *reading, GError **error)
{
    bool is_end = false;

    if (!read_item(reading, &is_end, error))
        return false;
    return !is_end || throw_damaged(reading, "it ends too early", error);
}

/* View the item as one of the format's own documents. */
static bool
view_item(const Reading *reading, bson_t *out_view, GError **error)
{
    if (reading->item_size > 0 && bson_init_static(out_view, reading->item, reading->item_size) &&
        bson_validate(out_view, BSON_VALIDATE_UTF8, NULL))
        return true;
    return throw_damaged(reading, "a document of the format is missing or wrong", error);
}

static GwArchiveColl *
add_coll(Reading *reading, const bson_t *doc)
{
    GwArchiveColl *coll = g_new0(GwArchiveColl, 1);
    const char *type = gw_bson_get_str(doc, "type");

    coll->db = g_strdup(gw_bson_get_str(doc, "db"));
    coll->coll = g_strdup(gw_bson_get_str(doc, "collection"));
    coll->metadata = g_strdup(gw_bson_get_str(doc, "metadata"));
    coll->type = g_strdup(type != NULL ? type : "");
    coll->exact = gw_bson_copy_doc(doc, GW_ARCHIVE_EXACT);
    coll->index = reading->facts->colls->len;
    g_ptr_array_add(reading->facts->colls, coll);
    g_hash_table_insert(reading->by_name, g_strdup_printf("%s.%s", coll->db, coll->coll), coll);
    if (g_str_equal(coll->type, "timeseries"))
        g_hash_table_insert(reading->by_name,
                            g_strdup_printf("%s." GW_ARCHIVE_BUCKETS "%s", coll->db, coll->coll),
                            coll);
    return coll;
}

static bool
check_names(const Reading *reading, const bson_t *doc, GError **error)
{
    return (gw_bson_get_str(doc, "db") != NULL && gw_bson_get_str(doc, "collection") != NULL) ||
           throw_damaged(reading, "a collection has no name", error);
}

static bool
read_magic(Reading *reading, GError **error)
{
    guint32 magic = 0;
    gsize count = 0;

    if (!read_bytes(reading, &magic, sizeof magic, &count, error))
        return false;
    if (count < sizeof magic || GUINT32_FROM_LE(magic) != GW_ARCHIVE_MAGIC)
        return throw_damaged(reading, "it is not an archive of mongodump or godwit", error);
    return true;
}

static bool
read_head(Reading *reading, GError **error)
{
    bson_t view = BSON_INITIALIZER;
    const char *tool = NULL;

    if (!need_item(reading, error) || !view_item(reading, &view, error))
        return false;
    reading->facts->head = bson_copy(&view);
    tool = gw_bson_get_str(&view, "tool_version");
    reading->is_own = gw_bson_has(&view, GW_ARCHIVE_CRC) ||
                      (tool != NULL && g_str_has_prefix(tool, GW_ARCHIVE_TOOL));
    return true;
}

/* The checksum of the header without its own checksum, which stands at its end. */
static guint64
crc_of_head(const bson_t *head)
{
    static const guint8 nothing[sizeof(guint64) + 1] = {0};

    if (head->len < sizeof nothing)
        return 0;
    return gw_crc64_update(gw_crc64_update(0, bson_get_data(head), head->len - sizeof nothing),
                           nothing, sizeof nothing);
}

/* mongodump's own archives have no such checksum. */
static bool
check_entries(const Reading *reading, guint64 crc, GError **error)
{
    const bson_t *head = reading->facts->head;

    return !reading->is_own || (guint64)gw_bson_get_int(head, GW_ARCHIVE_CRC, 0) == crc ||
           throw_damaged(reading, "the checksum of the list of collections is wrong", error);
}

static bool
read_entries(Reading *reading, GError **error)
{
    bson_t view = BSON_INITIALIZER;
    guint64 crc = crc_of_head(reading->facts->head);

    for (;;) {
        if (!need_item(reading, error))
            return false;
        if (reading->item_size == 0)
            return check_entries(reading, crc, error);
        crc = gw_crc64_update(crc, reading->item, reading->item_size);
        if (!view_item(reading, &view, error) || !check_names(reading, &view, error))
            return false;
        (void)add_coll(reading, &view);
    }
}

/* The collection whose block begins with `head`; NULL = the archive may not have such a block. */
static GwArchiveColl *
coll_of(Reading *reading, const bson_t *head)
{
    const char *db = gw_bson_get_str(head, "db");
    const char *name = gw_bson_get_str(head, "collection");
    bool is_end = gw_bson_get_bool(head, "EOF", false);
    g_autofree char *full = g_strdup_printf("%s.%s", db, name);
    GwArchiveColl *coll = g_hash_table_lookup(reading->by_name, full);
    g_autoptr(bson_t) wanted =
        BCON_NEW("db", BCON_UTF8(db), "collection", BCON_UTF8(name), "EOF", BCON_BOOL(is_end),
                 "CRC", BCON_INT64(is_end ? gw_bson_get_int(head, "CRC", 0) : 0));

    if (reading->is_own)
        return bson_equal(head, wanted) ? coll : NULL;
    return coll != NULL ? coll : add_coll(reading, head);
}

static bool
read_docs(Reading *reading, GError **error)
{
    GwArchiveColl *coll = reading->coll;

    for (;;) {
        if (!need_item(reading, error))
            return false;
        if (reading->item_size == 0)
            return true;
        coll->crc = gw_crc64_update(coll->crc, reading->item, reading->item_size);
        coll->documents++;
        coll->bytes += (gint64)reading->item_size;
        if (reading->func != NULL &&
            !reading->func(coll, reading->item, reading->item_size, reading->data, error))
            return false;
    }
}

static bool
end_coll(Reading *reading, gint64 crc, GError **error)
{
    if ((guint64)crc != reading->coll->crc)
        return throw_damaged(reading, "the checksum of the collection's documents is wrong", error);
    if (!need_item(reading, error))
        return false;
    if (reading->item_size != 0)
        return throw_damaged(reading, "there are documents behind the end of the collection",
                             error);
    reading->coll->is_ended = true;
    return true;
}

static bool
read_block(Reading *reading, GError **error)
{
    bson_t head = BSON_INITIALIZER;

    if (!view_item(reading, &head, error) || !check_names(reading, &head, error))
        return false;
    reading->coll = coll_of(reading, &head);
    if (reading->coll == NULL)
        return throw_damaged(reading, "a block does not begin as one", error);
    if (reading->coll->is_ended)
        return throw_damaged(reading, "the collection goes on behind its end", error);
    if (gw_bson_get_bool(&head, "EOF", false))
        return end_coll(reading, gw_bson_get_int(&head, "CRC", 0), error);
    return read_docs(reading, error);
}

static bool
check_all_ended(Reading *reading, GError **error)
{
    for (guint next = 0; next < reading->facts->colls->len; next++) {
        reading->coll = g_ptr_array_index(reading->facts->colls, next);
        /* godwit ends views too, as mongodump does; others may not. */
        if (!reading->coll->is_ended &&
            (reading->is_own || !g_str_equal(reading->coll->type, "view")))
            return throw_damaged(reading, "it ends before the collection does", error);
    }
    return true;
}

static bool
read_all(Reading *reading, GError **error)
{
    bool is_end = false;

    if (!read_magic(reading, error) || !read_head(reading, error) || !read_entries(reading, error))
        return false;
    for (;;) {
        if (!read_item(reading, &is_end, error))
            return false;
        if (is_end)
            return check_all_ended(reading, error);
        if (!read_block(reading, error))
            return false;
        reading->coll = NULL;
    }
}

bool
gw_archive_read(const char *path, GwArchiveDocFunc func, gpointer data, GwArchiveFacts *out_facts,
                GError **error)
{
    g_autoptr(GwSource) source = NULL;
    g_auto(Reading) reading = {.path = path, .facts = out_facts, .func = func, .data = data};

    *out_facts = (GwArchiveFacts){.colls = g_ptr_array_new_with_free_func(coll_free)};
    source = gw_source_open(path, error);
    if (source == NULL)
        return false;
    out_facts->compression = gw_source_compression(source);
    reading.source = source;
    reading.by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    reading.item = g_malloc(GW_ARCHIVE_DOC_BYTES_MAX);
    if (!read_all(&reading, error))
        return false;
    out_facts->bytes = reading.next;
    return true;
}

static bool
pass_over(const GwArchiveColl *coll, const guint8 *doc, gsize size, gpointer data, GError **error)
{
    const volatile int *const *interrupted = data;

    return *interrupted == NULL || **interrupted == 0 ||
           gw_throw(error, GW_ERROR_INTERRUPTED, "stopped by a signal");
}

bool
gw_archive_verify(const char *path, const volatile int *interrupted, GwArchiveFacts *out_facts,
                  GError **error)
{
    return gw_archive_read(path, pass_over, (gpointer)&interrupted, out_facts, error);
}

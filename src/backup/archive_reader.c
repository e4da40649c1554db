/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/archive_reader.h"

#include <string.h>

#include "backup/archive.h"
#include "backup/crc64.h"
#include "base/text.h"

#define DOC_BYTES_MIN 5

struct GwArchiveReader {
    GwSource *source;      /* owned */
    char *path;            /* owned */
    GwArchiveFacts *facts; /* borrowed: outlives the reader */
    GHashTable *by_name;   /* owned: "db.coll" -> borrowed GwArchiveColl */
    guint8 *item;          /* owned: the document read last */
    gsize item_size;       /* of it; 0 = it was a terminator */
    GwArchiveColl *coll;   /* borrowed: whose block is read; NULL = none */
    GwArchiveDocsFunc func;
    gpointer data; /* borrowed: of func */
    gint64 offset; /* in the decompressed archive: where the last item began */
    gint64 next;   /* the same: where the next begins */
};

void
gw_archive_reader_free(GwArchiveReader *reader)
{
    if (reader == NULL)
        return;
    gw_source_free(reader->source);
    g_clear_pointer(&reader->by_name, g_hash_table_unref);
    g_free(reader->item);
    g_free(reader->path);
    g_free(reader);
}

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
throw_damaged(const GwArchiveReader *reader, const char *reason, GError **error)
{
    g_autofree char *shown = gw_text_shown(reader->path);
    g_autofree char *where =
        reader->coll != NULL
            ? g_strdup_printf(" (collection '%s.%s')", reader->coll->db, reader->coll->coll)
            : g_strdup("");

    gw_throw(error, GW_ERROR_IO,
             "'%s' is damaged at byte %" G_GINT64_FORMAT " of the archive%s: %s", shown,
             reader->offset, where, reason);
    return gw_hint(error, "Nothing was changed. Use another backup.");
}

static bool
read_bytes(GwArchiveReader *reader, void *out, gsize size, gsize *out_count, GError **error)
{
    if (!gw_source_read(reader->source, out, size, out_count, error))
        return reader->coll != NULL &&
               gw_prefix(error, "in '%s.%s'", reader->coll->db, reader->coll->coll);
    reader->next += (gint64)*out_count;
    return true;
}

/* Read a document or a terminator. At the end of the archive `out_is_end` is true. */
static bool
read_item(GwArchiveReader *reader, bool *out_is_end, GError **error)
{
    guint32 size = 0;
    gsize count = 0;

    reader->offset = reader->next;
    if (!read_bytes(reader, &size, sizeof size, &count, error))
        return false;
    *out_is_end = count == 0;
    reader->item_size = 0;
    if (count == 0)
        return true;
    if (count < sizeof size)
        return throw_damaged(reader, "it ends in the middle of a length", error);
    size = GUINT32_FROM_LE(size);
    if (size == GW_ARCHIVE_TERMINATOR)
        return true;
    if (size < DOC_BYTES_MIN || size > GW_ARCHIVE_DOC_BYTES_MAX)
        return throw_damaged(reader, "the length of a document cannot be right", error);
    reader->item_size = size;
    size = GUINT32_TO_LE(size);
    memcpy(reader->item, &size, sizeof size);
    if (!read_bytes(reader, reader->item + sizeof size, reader->item_size - sizeof size, &count,
                    error))
        return false;
    if (count < reader->item_size - sizeof size)
        return throw_damaged(reader, "it ends in the middle of a document", error);
    return reader->item[reader->item_size - 1] == 0 ||
           throw_damaged(reader, "a document does not end as one", error);
}

/* As read_item, where the archive must not end. */
static bool
need_item(GwArchiveReader *reader, GError **error)
{
    bool is_end = false;

    if (!read_item(reader, &is_end, error))
        return false;
    return !is_end || throw_damaged(reader, "it ends too early", error);
}

/* View the item as one of the format's own documents. */
static bool
view_item(const GwArchiveReader *reader, bson_t *out_view, GError **error)
{
    if (reader->item_size > 0 && bson_init_static(out_view, reader->item, reader->item_size) &&
        bson_validate(out_view, BSON_VALIDATE_UTF8, NULL))
        return true;
    return throw_damaged(reader, "a document of the format is missing or wrong", error);
}

static GwArchiveColl *
add_coll(GwArchiveReader *reader, const bson_t *doc)
{
    GwArchiveColl *coll = g_new0(GwArchiveColl, 1);
    const char *type = gw_bson_get_str(doc, "type");

    coll->db = g_strdup(gw_bson_get_str(doc, "db"));
    coll->coll = g_strdup(gw_bson_get_str(doc, "collection"));
    coll->metadata = g_strdup(gw_bson_get_str(doc, "metadata"));
    coll->type = g_strdup(type != NULL ? type : "");
    coll->exact = gw_bson_copy_doc(doc, GW_ARCHIVE_EXACT);
    coll->index = reader->facts->colls->len;
    g_ptr_array_add(reader->facts->colls, coll);
    g_hash_table_insert(reader->by_name, g_strdup_printf("%s.%s", coll->db, coll->coll), coll);
    if (g_str_equal(coll->type, "timeseries"))
        g_hash_table_insert(reader->by_name,
                            g_strdup_printf("%s." GW_ARCHIVE_BUCKETS "%s", coll->db, coll->coll),
                            coll);
    return coll;
}

static bool
check_names(const GwArchiveReader *reader, const bson_t *doc, GError **error)
{
    return (gw_bson_get_str(doc, "db") != NULL && gw_bson_get_str(doc, "collection") != NULL) ||
           throw_damaged(reader, "a collection has no name", error);
}

static bool
read_magic(GwArchiveReader *reader, GError **error)
{
    guint32 magic = 0;
    gsize count = 0;

    if (!read_bytes(reader, &magic, sizeof magic, &count, error))
        return false;
    if (count < sizeof magic || GUINT32_FROM_LE(magic) != GW_ARCHIVE_MAGIC)
        return throw_damaged(reader, "it is not an archive of mongodump or godwit", error);
    return true;
}

static bool
read_head(GwArchiveReader *reader, GError **error)
{
    bson_t view = BSON_INITIALIZER;
    const char *tool = NULL;

    if (!need_item(reader, error) || !view_item(reader, &view, error))
        return false;
    reader->facts->head = bson_copy(&view);
    tool = gw_bson_get_str(&view, "tool_version");
    /* In its own files nothing may be otherwise than godwit writes it. */
    reader->facts->is_own = gw_bson_has(&view, GW_ARCHIVE_CRC) ||
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
check_entries(const GwArchiveReader *reader, guint64 crc, GError **error)
{
    const bson_t *head = reader->facts->head;

    return !reader->facts->is_own || (guint64)gw_bson_get_int(head, GW_ARCHIVE_CRC, 0) == crc ||
           throw_damaged(reader, "the checksum of the list of collections is wrong", error);
}

static bool
read_entries(GwArchiveReader *reader, GError **error)
{
    bson_t view = BSON_INITIALIZER;
    guint64 crc = crc_of_head(reader->facts->head);

    for (;;) {
        if (!need_item(reader, error))
            return false;
        if (reader->item_size == 0)
            return check_entries(reader, crc, error);
        crc = gw_crc64_update(crc, reader->item, reader->item_size);
        if (!view_item(reader, &view, error) || !check_names(reader, &view, error))
            return false;
        (void)add_coll(reader, &view);
    }
}

/* The collection whose block begins with `head`; NULL = the archive may not have such a block. */
static GwArchiveColl *
coll_of(GwArchiveReader *reader, const bson_t *head)
{
    const char *db = gw_bson_get_str(head, "db");
    const char *name = gw_bson_get_str(head, "collection");
    bool is_end = gw_bson_get_bool(head, "EOF", false);
    g_autofree char *full = g_strdup_printf("%s.%s", db, name);
    GwArchiveColl *coll = g_hash_table_lookup(reader->by_name, full);
    g_autoptr(bson_t) wanted =
        BCON_NEW("db", BCON_UTF8(db), "collection", BCON_UTF8(name), "EOF", BCON_BOOL(is_end),
                 "CRC", BCON_INT64(is_end ? gw_bson_get_int(head, "CRC", 0) : 0));

    if (reader->facts->is_own)
        return bson_equal(head, wanted) ? coll : NULL;
    return coll != NULL ? coll : add_coll(reader, head);
}

static bool
hand_on(GwArchiveReader *reader, const guint8 *docs, gsize size, guint count, GError **error)
{
    GwArchiveColl *coll = reader->coll;

    coll->crc = gw_crc64_update(coll->crc, docs, size);
    coll->documents += count;
    coll->bytes += (gint64)size;
    return reader->func == NULL || reader->func(coll, docs, size, count, reader->data, error);
}

/* How many bytes at the beginning of `bytes` are whole documents. What does not look like one ends
 * them: read_item says what it is. */
static gsize
span_of_docs(const guint8 *bytes, gsize size, guint *out_count)
{
    gsize span = 0;

    for (*out_count = 0; size - span >= DOC_BYTES_MIN; (*out_count)++) {
        guint32 length = 0;

        memcpy(&length, bytes + span, sizeof length);
        length = GUINT32_FROM_LE(length);
        if (length < DOC_BYTES_MIN || length > GW_ARCHIVE_DOC_BYTES_MAX || length > size - span ||
            bytes[span + length - 1] != 0)
            break;
        span += length;
    }
    return span;
}

/* Documents as they lie in the source's memory, uncopied. Where none is whole there nothing is
 * read. */
static bool
read_span(GwArchiveReader *reader, GError **error)
{
    const guint8 *bytes = NULL;
    gsize size = 0;
    gsize span = 0;
    guint count = 0;

    if (!gw_source_peek(reader->source, &bytes, &size, error))
        return gw_prefix(error, "in '%s.%s'", reader->coll->db, reader->coll->coll);
    span = span_of_docs(bytes, size, &count);
    if (span == 0)
        return true;
    if (!hand_on(reader, bytes, span, count, error))
        return false;
    gw_source_skip(reader->source, span);
    reader->next += (gint64)span;
    return true;
}

static bool
read_docs(GwArchiveReader *reader, GError **error)
{
    for (;;) {
        if (!read_span(reader, error) || !need_item(reader, error))
            return false;
        if (reader->item_size == 0)
            return true;
        if (!hand_on(reader, reader->item, reader->item_size, 1, error))
            return false;
    }
}

static bool
end_coll(GwArchiveReader *reader, gint64 crc, GError **error)
{
    if ((guint64)crc != reader->coll->crc)
        return throw_damaged(reader, "the checksum of the collection's documents is wrong", error);
    if (!need_item(reader, error))
        return false;
    if (reader->item_size != 0)
        return throw_damaged(reader, "there are documents behind the end of the collection", error);
    reader->coll->is_ended = true;
    return true;
}

static bool
read_block(GwArchiveReader *reader, GError **error)
{
    bson_t head = BSON_INITIALIZER;

    if (!view_item(reader, &head, error) || !check_names(reader, &head, error))
        return false;
    reader->coll = coll_of(reader, &head);
    if (reader->coll == NULL)
        return throw_damaged(reader, "a block does not begin as one", error);
    if (reader->coll->is_ended)
        return throw_damaged(reader, "the collection goes on behind its end", error);
    if (gw_bson_get_bool(&head, "EOF", false))
        return end_coll(reader, gw_bson_get_int(&head, "CRC", 0), error);
    return read_docs(reader, error);
}

static bool
check_all_ended(GwArchiveReader *reader, GError **error)
{
    for (guint next = 0; next < reader->facts->colls->len; next++) {
        reader->coll = g_ptr_array_index(reader->facts->colls, next);
        /* godwit ends views too, as mongodump does; others may not. */
        if (!reader->coll->is_ended &&
            (reader->facts->is_own || !g_str_equal(reader->coll->type, "view")))
            return throw_damaged(reader, "it ends before the collection does", error);
    }
    return true;
}

bool
gw_archive_reader_rest(GwArchiveReader *reader, GwArchiveDocsFunc func, gpointer data,
                       GError **error)
{
    bool is_end = false;

    reader->func = func;
    reader->data = data;
    for (;;) {
        if (!read_item(reader, &is_end, error))
            return false;
        if (is_end)
            break;
        if (!read_block(reader, error))
            return false;
        reader->coll = NULL;
    }
    if (!check_all_ended(reader, error))
        return false;
    reader->facts->bytes = reader->next;
    return true;
}

GwArchiveReader *
gw_archive_reader_open(const char *path, GwArchiveFacts *out_facts, GError **error)
{
    g_autoptr(GwArchiveReader) reader = g_new0(GwArchiveReader, 1);

    *out_facts = (GwArchiveFacts){.colls = g_ptr_array_new_with_free_func(coll_free)};
    reader->path = g_strdup(path);
    reader->facts = out_facts;
    reader->source = gw_source_open(path, error);
    if (reader->source == NULL)
        return NULL;
    out_facts->compression = gw_source_compression(reader->source);
    reader->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    reader->item = g_malloc(GW_ARCHIVE_DOC_BYTES_MAX);
    if (!read_magic(reader, error) || !read_head(reader, error) || !read_entries(reader, error))
        return NULL;
    return g_steal_pointer(&reader);
}

gint64
gw_archive_reader_offset(const GwArchiveReader *reader)
{
    return gw_source_file_offset(reader->source);
}

gint64
gw_archive_reader_size(const GwArchiveReader *reader)
{
    return gw_source_file_size(reader->source);
}

bool
gw_archive_read(const char *path, GwArchiveDocsFunc func, gpointer data, GwArchiveFacts *out_facts,
                GError **error)
{
    g_autoptr(GwArchiveReader) reader = gw_archive_reader_open(path, out_facts, error);

    return reader != NULL && gw_archive_reader_rest(reader, func, data, error);
}

static bool
pass_over(const GwArchiveColl *coll, const guint8 *docs, gsize size, guint count, gpointer data,
          GError **error)
{
    const volatile int *const *interrupted = data;

    return *interrupted == NULL || **interrupted == 0 ||
           gw_throw(error, GW_ERROR_INTERRUPTED, "stopped by a signal");
}

bool
gw_archive_reader_verify(GwArchiveReader *reader, const volatile int *interrupted, GError **error)
{
    return gw_archive_reader_rest(reader, pass_over, (gpointer)&interrupted, error);
}

bool
gw_archive_verify(const char *path, const volatile int *interrupted, GwArchiveFacts *out_facts,
                  GError **error)
{
    g_autoptr(GwArchiveReader) reader = gw_archive_reader_open(path, out_facts, error);

    return reader != NULL && gw_archive_reader_verify(reader, interrupted, error);
}

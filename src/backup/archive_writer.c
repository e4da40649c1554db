/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/archive_writer.h"

#include "backup/archive.h"
#include "backup/crc64.h"

/* How many collections mongorestore may meet interleaved; it only sizes a buffer by it. */
#define CONCURRENT_COLLECTIONS 4

typedef struct {
    bson_t *head; /* owned: of its blocks */
    char *db;     /* owned */
    char *data;   /* owned */
    guint64 crc;  /* of its documents so far, in the order of the file */
} Part;

struct GwArchiveWriter {
    GwSink *sink; /* borrowed: outlives the writer */
    GMutex mutex; /* guards `sink` and the checksums */
    Part *parts;  /* owned */
    gsize count;
};

GwArchiveWriter *
gw_archive_writer_new(GwSink *sink)
{
    GwArchiveWriter *writer = g_new0(GwArchiveWriter, 1);

    writer->sink = sink;
    g_mutex_init(&writer->mutex);
    return writer;
}

void
gw_archive_writer_free(GwArchiveWriter *writer)
{
    if (writer == NULL)
        return;
    for (gsize index = 0; index < writer->count; index++) {
        bson_destroy(writer->parts[index].head);
        g_free(writer->parts[index].db);
        g_free(writer->parts[index].data);
    }
    g_free(writer->parts);
    g_mutex_clear(&writer->mutex);
    g_free(writer);
}

static void
add_number(GwPacker *packer, guint32 number)
{
    guint32 bytes = GUINT32_TO_LE(number);

    gw_packer_add(packer, &bytes, sizeof bytes);
}

static void
add_doc(GwPacker *packer, const bson_t *doc)
{
    gw_packer_add(packer, bson_get_data(doc), doc->len);
}

static void
append_entry(GByteArray *out, const GwArchiveEntry *entry)
{
    g_autoptr(bson_t) doc =
        BCON_NEW("db", BCON_UTF8(entry->db), "collection", BCON_UTF8(entry->coll), "metadata",
                 BCON_UTF8(entry->metadata), "size", BCON_INT64(entry->size), "type",
                 BCON_UTF8(entry->type));

    if (entry->exact != NULL)
        BSON_APPEND_DOCUMENT(doc, GW_ARCHIVE_EXACT, entry->exact);
    g_byte_array_append(out, bson_get_data(doc), doc->len);
}

static bson_t *
head_with(const bson_t *facts, guint64 crc)
{
    bson_t *head = BCON_NEW("concurrent_collections", BCON_INT32(CONCURRENT_COLLECTIONS), "version",
                            BCON_UTF8(GW_ARCHIVE_VERSION));

    bson_concat(head, facts);
    BSON_APPEND_UTF8(head, "tool_version", GW_ARCHIVE_TOOL GW_VERSION);
    BSON_APPEND_INT64(head, GW_ARCHIVE_CRC, (gint64)crc);
    return head;
}

/* The format has a checksum for documents alone. What says how a collection is made must not change
 * unseen either; mongorestore looks at no field that it does not know. */
static bson_t *
new_head(const bson_t *facts, const GByteArray *entries)
{
    g_autoptr(bson_t) draft = head_with(facts, 0);
    guint64 crc = gw_crc64_update(0, bson_get_data(draft), draft->len);

    return head_with(facts, gw_crc64_update(crc, entries->data, entries->len));
}

static bson_t *
block_head(const Part *part, bool is_end)
{
    return BCON_NEW("db", BCON_UTF8(part->db), "collection", BCON_UTF8(part->data), "EOF",
                    BCON_BOOL(is_end), "CRC", BCON_INT64(is_end ? (gint64)part->crc : 0));
}

static void
keep_parts(GwArchiveWriter *writer, const GwArchiveEntry *entries, gsize count)
{
    writer->parts = g_new0(Part, count);
    writer->count = count;
    for (gsize index = 0; index < count; index++) {
        writer->parts[index].db = g_strdup(entries[index].db);
        writer->parts[index].data = g_strdup(entries[index].data);
        writer->parts[index].head = block_head(&writer->parts[index], false);
    }
}

static bool
write_piece(GwArchiveWriter *writer, const GByteArray *piece, GError **error)
{
    return gw_sink_write(writer->sink, piece->data, piece->len, error);
}

bool
gw_archive_writer_begin(GwArchiveWriter *writer, GwPacker *packer, const bson_t *facts,
                        const GwArchiveEntry *entries, gsize count, GError **error)
{
    g_autoptr(GByteArray) listed = g_byte_array_new();
    g_autoptr(bson_t) head = NULL;

    keep_parts(writer, entries, count);
    for (gsize next = 0; next < count; next++)
        append_entry(listed, &entries[next]);
    head = new_head(facts, listed);
    add_number(packer, GW_ARCHIVE_MAGIC);
    add_doc(packer, head);
    gw_packer_add(packer, listed->data, listed->len);
    add_number(packer, GW_ARCHIVE_TERMINATOR);
    return write_piece(writer, gw_packer_end(packer), error);
}

/* Compressed outside of the lock, where the time goes; the checksum has to go by the order of the
 * file. */
bool
gw_archive_writer_block(GwArchiveWriter *writer, GwPacker *packer, gsize index, const void *docs,
                        gsize size, GError **error)
{
    Part *part = &writer->parts[index];
    const GByteArray *piece = NULL;
    bool done = false;

    add_doc(packer, part->head);
    gw_packer_add(packer, docs, size);
    add_number(packer, GW_ARCHIVE_TERMINATOR);
    piece = gw_packer_end(packer);
    g_mutex_lock(&writer->mutex);
    part->crc = gw_crc64_update(part->crc, docs, size);
    done = write_piece(writer, piece, error);
    g_mutex_unlock(&writer->mutex);
    return done;
}

bool
gw_archive_writer_end(GwArchiveWriter *writer, GwPacker *packer, gsize index, GError **error)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&writer->mutex);
    g_autoptr(bson_t) head = block_head(&writer->parts[index], true);

    add_doc(packer, head);
    add_number(packer, GW_ARCHIVE_TERMINATOR);
    return write_piece(writer, gw_packer_end(packer), error);
}
